// SPDX-License-Identifier: Apache-2.0
// The one translation unit that sees Boost: it is slow to compile.
#include "http_server.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <unordered_set>
#include <vector>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <sys/sendfile.h>

#include "api_json.h"
#include "timestamps.h"

namespace playhead::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// Largest request body, in bytes; the largest we know has 200.
constexpr std::uint64_t kMaxBodyBytes = std::uint64_t{64} * 1024;
constexpr std::uint32_t kMaxHeaderBytes = 16 * 1024;
// From the first wait for a request to its last byte, and between two requests of a connection.
constexpr std::chrono::seconds kRequestTimeout{60};
// No byte of an answer accepted by the client for so long: it is gone.
constexpr std::chrono::seconds kWriteTimeout{30};
// What a client still sends after it was refused is read for this long, or a reset could overtake
// the answer that tells it why.
constexpr std::chrono::seconds kLingerTime{1};
constexpr std::size_t kMaxLingerBytes = std::size_t{1024} * 1024;
// Per turn and connection, so that one fast client does not hold its thread.
constexpr int64_t kMaxPieceBytes = int64_t{1024} * 1024;
constexpr std::chrono::milliseconds kAcceptRetry{100};

class Worker;

// What the connections of a server have in common.
struct Shared {
  const Clock& clock;
  const Log& log;
  std::size_t max_connections;
  std::string country_header;
  HttpHandler* handler = nullptr;  // set before the first connection
  std::atomic<std::size_t> connections{0};
};

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::post:
      return Method::kPost;
    case http::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

using Message = http::request<http::string_body>;

Request make_request(const Message& message, const std::string& country_header) {
  Request request;
  request.method = method_of(message.method());
  const std::string_view target = view(message.target());
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  request.body = message.body();
  request.host = view(message[http::field::host]);
  request.authorization = view(message[http::field::authorization]);
  request.range = view(message[http::field::range]);
  request.if_range = view(message[http::field::if_range]);
  request.if_none_match = view(message[http::field::if_none_match]);
  request.profile_pin = view(message["X-Profile-Pin"]);
  if (!country_header.empty()) request.country = view(message[country_header]);
  return request;
}

// What to answer when a request could not be read; empty = nothing, the peer is gone.
std::optional<Error> read_failure(const error_code& error) {
  if (error == http::error::body_limit) {
    return Error{413, "body_too_large", "The request's body is too large."};
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Error{431, "header_too_large", "The request's header is too large."};
  }
  const bool gone = error == http::error::end_of_stream || error == http::error::partial_message;
  if (gone || error.category() != make_error_code(http::error::bad_method).category()) {
    return std::nullopt;
  }
  return Error{400, "bad_request", "This is not an HTTP request."};
}

// One client. Everything runs on its worker's thread, but the Respond it hands out, which posts
// there.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Worker& worker, Shared& shared)
      : stream_(std::move(socket)),
        write_deadline_(stream_.get_executor()),
        worker_(worker),
        shared_(shared) {}

  void start();
  void refuse(const Error& error);
  // The server is stopping: ends at once when idle, else after the running request.
  void finish();
  void close();

 private:
  using Response = http::response<http::string_body>;

  void read();
  void on_read(const error_code& error);
  void respond(server::Response response);
  void write_head();
  void write_file();
  void wait_writable();
  void on_written();
  void linger();
  void end();

  // Worker's thread.
  beast::tcp_stream stream_;
  asio::steady_timer write_deadline_;
  Worker& worker_;
  Shared& shared_;
  beast::flat_buffer buffer_{kMaxHeaderBytes + kMaxBodyBytes};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<Response> out_;
  std::optional<FilePart> file_;
  bool is_head_ = false;
  bool keep_alive_ = true;
  bool refused_ = false;  // the rest of the request has not been read
  bool waiting_ = false;  // for a request
  bool finishing_ = false;
  bool ended_ = false;
};

// One thread with its event loop and its connections.
class Worker {
 public:
  explicit Worker(Shared& shared) : shared_(shared), guard_(io_.get_executor()), deadline_(io_) {}

  asio::io_context& io() { return io_; }
  void start() {
    thread_ = std::thread([this] { io_.run(); });
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  // Any thread.
  void adopt(tcp::socket socket);
  void finish(int64_t grace_ms);

  // Own thread.
  void remove(const std::shared_ptr<Connection>& connection);
  const std::string& date();

 private:
  void release_if_done();

  Shared& shared_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  asio::steady_timer deadline_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool finishing_ = false;
  int64_t date_s_ = -1;
  std::string date_;
  std::thread thread_;
};

void Connection::start() {
  error_code ignored;
  // Without it small answers wait for the client's delayed acknowledgement (40 ms).
  stream_.socket().set_option(tcp::no_delay(true), ignored);
  stream_.socket().native_non_blocking(true, ignored);
  read();
}

void Connection::refuse(const Error& error) {
  refused_ = true;
  keep_alive_ = false;
  respond(error_response(error));
}

void Connection::finish() {
  finishing_ = true;
  // Bytes that arrived belong to a request that was sent before the end was known.
  if (waiting_ && buffer_.size() == 0 && !parser_->got_some()) close();
}

void Connection::close() {
  error_code ignored;
  write_deadline_.cancel();
  stream_.socket().close(ignored);
  stream_.cancel();
  end();
}

void Connection::read() {
  parser_.emplace();
  parser_->body_limit(kMaxBodyBytes);
  parser_->header_limit(kMaxHeaderBytes);
  waiting_ = true;
  stream_.expires_after(kRequestTimeout);
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
}

void Connection::on_read(const error_code& error) {
  waiting_ = false;
  if (ended_) return;
  if (error) {
    const auto answer = read_failure(error);
    return answer ? refuse(*answer) : close();
  }
  stream_.expires_never();
  const Message& message = parser_->get();
  is_head_ = message.method() == http::verb::head;
  keep_alive_ = message.keep_alive();
  shared_.handler->handle(make_request(message, shared_.country_header),
                          [self = shared_from_this()](server::Response response) {
                            asio::dispatch(self->stream_.get_executor(),
                                           [self, response = std::move(response)]() mutable {
                                             self->respond(std::move(response));
                                           });
                          });
}

void Connection::respond(server::Response response) {
  if (ended_) return;
  if (finishing_) keep_alive_ = false;
  out_.emplace(static_cast<http::status>(response.status),
               parser_ ? parser_->get().version() : 11U);
  out_->set(http::field::server, "playhead");
  out_->set(http::field::date, worker_.date());
  for (const auto& [name, value] : response.headers) {
    out_->insert(beast::string_view(name.data(), name.size()), value);
  }
  out_->keep_alive(keep_alive_);
  // RFC 9110 §8.6: none in a 204; in a 304 it would have to be that of the 200.
  if (response.status != 204 && response.status != 304) {
    out_->content_length(response.file ? static_cast<std::uint64_t>(response.file->length)
                                       : response.body.size());
  }
  if (!is_head_) {
    out_->body() = std::move(response.body);
    file_ = std::move(response.file);
  }
  write_head();
}

// The head, and the body too when it is not a file.
void Connection::write_head() {
  stream_.expires_after(kWriteTimeout);
  http::async_write(stream_, *out_, [self = shared_from_this()](error_code error, std::size_t) {
    self->stream_.expires_never();
    if (self->ended_) return;
    if (error) return self->close();
    if (self->file_) return self->write_file();
    self->on_written();
  });
}

void Connection::write_file() {
  if (ended_) return;
  int64_t budget = kMaxPieceBytes;
  while (file_->length > 0) {
    if (budget <= 0) {
      return asio::post(stream_.get_executor(),
                        [self = shared_from_this()] { self->write_file(); });
    }
    off_t offset = file_->offset;
    const auto wanted = static_cast<std::size_t>(std::min(file_->length, budget));
    const ssize_t sent =
        ::sendfile(stream_.socket().native_handle(), file_->fd.get(), &offset, wanted);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return wait_writable();
    // 0: the file became shorter after its length was promised; only a broken connection says so.
    if (sent <= 0) return close();
    file_->offset += sent;
    file_->length -= sent;
    budget -= sent;
  }
  file_.reset();
  on_written();
}

void Connection::wait_writable() {
  write_deadline_.expires_after(kWriteTimeout);
  write_deadline_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->close();
  });
  stream_.socket().async_wait(tcp::socket::wait_write,
                              [self = shared_from_this()](error_code error) {
                                self->write_deadline_.cancel();
                                if (self->ended_) return;
                                if (error) return self->close();
                                self->write_file();
                              });
}

void Connection::on_written() {
  if (refused_) return linger();
  if (!keep_alive_ || finishing_) {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    return close();
  }
  read();
}

void Connection::linger() {
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTime);
  buffer_.clear();
  parser_.reset();
  struct Drain {
    std::shared_ptr<Connection> self;
    std::size_t left = kMaxLingerBytes;
    void operator()(error_code error, std::size_t count) {
      if (self->ended_) return;
      if (error || count >= left) return self->close();
      left -= count;
      next();
    }
    void next() {
      Connection& c = *self;
      c.buffer_.clear();
      c.stream_.async_read_some(c.buffer_.prepare(kMaxHeaderBytes), Drain{self, left});
    }
  };
  Drain{shared_from_this()}.next();
}

void Connection::end() {
  if (ended_) return;
  ended_ = true;
  worker_.remove(shared_from_this());
}

void Worker::adopt(tcp::socket socket) {
  asio::post(io_, [this, socket = std::move(socket)]() mutable {
    if (finishing_) return;
    auto connection = std::make_shared<Connection>(std::move(socket), *this, shared_);
    connections_.insert(connection);
    if (shared_.connections.fetch_add(1) >= shared_.max_connections) {
      return connection->refuse(Error{503, "overloaded", "The server has too many connections."});
    }
    connection->start();
  });
}

void Worker::finish(int64_t grace_ms) {
  asio::post(io_, [this, grace_ms] {
    finishing_ = true;
    // A copy: finishing a connection removes it from the set.
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) connection->finish();
    deadline_.expires_after(std::chrono::milliseconds(grace_ms));
    deadline_.async_wait([this](error_code error) {
      if (error) return;
      const std::vector<std::shared_ptr<Connection>> late(connections_.begin(), connections_.end());
      for (const auto& connection : late) connection->close();
    });
    release_if_done();
  });
}

void Worker::remove(const std::shared_ptr<Connection>& connection) {
  if (connections_.erase(connection) == 0) return;
  shared_.connections.fetch_sub(1);
  release_if_done();
}

void Worker::release_if_done() {
  if (!finishing_ || !connections_.empty()) return;
  deadline_.cancel();
  guard_.reset();
}

const std::string& Worker::date() {
  const int64_t now_s = shared_.clock.now_s();
  if (now_s != date_s_) {
    date_s_ = now_s;
    date_ = format_http_date(now_s);
  }
  return date_;
}

class BeastServer final : public HttpServer {
 public:
  BeastServer(const HttpServerConfig& config, const Clock& clock, const Log& log)
      : shared_{clock, log, config.max_connections, config.country_header} {
    for (unsigned i = 0; i < std::max(1U, config.threads); ++i) {
      workers_.push_back(std::make_unique<Worker>(shared_));
    }
    acceptor_.emplace(workers_.front()->io());
    accept_retry_.emplace(workers_.front()->io());
  }

  ~BeastServer() override { stop(0); }

  Status bind(const HttpServerConfig& config) {
    error_code error;
    const auto address = asio::ip::make_address(config.host, error);
    if (error) return cannot_listen(config, "the address must be numeric");
    const tcp::endpoint endpoint(address, config.port);
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (error) return cannot_listen(config, error.message());
    port_ = acceptor_->local_endpoint(error).port();
    return Done{};
  }

  uint16_t port() const override { return port_; }

  std::size_t open_connections() const override { return shared_.connections.load(); }

  void start(HttpHandler& handler) override {
    shared_.handler = &handler;
    started_ = true;
    accept();
    for (const auto& worker : workers_) worker->start();
  }

  void stop(int64_t grace_ms) override {
    if (!started_) return;
    started_ = false;
    asio::post(workers_.front()->io(), [this] {
      error_code ignored;
      acceptor_->close(ignored);
      accept_retry_->cancel();
    });
    for (const auto& worker : workers_) worker->finish(grace_ms);
    for (const auto& worker : workers_) worker->join();
  }

 private:
  static Error cannot_listen(const HttpServerConfig& config, const std::string& why) {
    return Error{500, "cannot_listen",
                 "Cannot listen on " + config.host + " port " + std::to_string(config.port) + ": " +
                     why + "."};
  }

  // The workers take turns; the socket is made in the event loop of the one that will have it.
  void accept() {
    Worker& worker = *workers_[next_++ % workers_.size()];
    acceptor_->async_accept(worker.io(), [this, &worker](error_code error, tcp::socket socket) {
      if (!acceptor_->is_open()) return;
      if (!error) {
        worker.adopt(std::move(socket));
        return accept();
      }
      // Out of descriptors, most likely: trying again at once would only burn the processor.
      shared_.log.warn("accept_failed", {{"why", error.message()}});
      accept_retry_->expires_after(kAcceptRetry);
      accept_retry_->async_wait([this](error_code cancelled) {
        if (!cancelled && acceptor_->is_open()) accept();
      });
    });
  }

  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> accept_retry_;
  std::size_t next_ = 0;
  uint16_t port_ = 0;
  bool started_ = false;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const HttpServerConfig& config,
                                                       const Clock& clock, const Log& log) {
  auto server = std::make_unique<BeastServer>(config, clock, log);
  if (Status bound = server->bind(config); !bound.ok()) return bound.error();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace playhead::server

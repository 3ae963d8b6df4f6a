// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <sys/sendfile.h>

#include "api_json.h"
#include "http/message.h"
#include "http/worker.h"

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
constexpr std::chrono::seconds kHandshakeTimeout{10};
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
constexpr std::size_t kTlsPieceBytes = std::size_t{64} * 1024;  // four records of TLS

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

template <class Stream>
class ConnectionOf final : public Connection,
                           public std::enable_shared_from_this<ConnectionOf<Stream>> {
 public:
  static constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

  template <class... Args>
  ConnectionOf(Worker& worker, Shared& shared, Args&&... stream)
      : stream_(std::forward<Args>(stream)...),
        timer_(stream_.get_executor()),
        worker_(worker),
        shared_(shared) {}

  void start(std::optional<Error> refusal) override;
  void finish() override;
  void close() override;

 private:
  // A handler of this object that keeps it alive and is not called after its end.
  template <class Function>
  auto guarded(Function function) {
    return [self = this->shared_from_this(), function](auto... arguments) mutable {
      if (!self->ended_) function(*self, arguments...);
    };
  }
  beast::tcp_stream& tcp_layer() { return beast::get_lowest_layer(stream_); }

  void begin(const std::optional<Error>& refusal);
  void refuse(const Error& error);
  void read();
  void on_read(const error_code& error);
  void respond(server::Response response);
  void write_head();
  void write_rest();
  void ask_for_more();
  void write_file();
  void wait_writable();
  void on_written();
  void pause();
  void half_close();
  void linger();
  void end();

  // Worker's thread.
  Stream stream_;
  asio::steady_timer timer_;  // until a client must have taken bytes; of a pause
  Worker& worker_;
  Shared& shared_;
  beast::flat_buffer buffer_{kMaxHeaderBytes + kMaxBodyBytes};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string out_;
  std::optional<FilePart> file_;    // what is being written of the body
  std::optional<BodyStream> more_;  // what comes after it
  std::array<char, kIsTls ? kTlsPieceBytes : 1> piece_{};
  bool is_head_ = false;
  bool keep_alive_ = true;
  bool refused_ = false;  // the rest of the request has not been read
  bool waiting_ = false;  // for a request
  bool overloaded_ = false;  // what was told last
  bool pausing_ = false;
  bool finishing_ = false;
  bool ended_ = false;
};

template <class Stream>
void ConnectionOf<Stream>::start(std::optional<Error> refusal) {
  error_code ignored;
  // Without it small answers wait for the client's delayed acknowledgement (40 ms).
  tcp_layer().socket().set_option(tcp::no_delay(true), ignored);
  tcp_layer().socket().native_non_blocking(true, ignored);
  if constexpr (kIsTls) {
    tcp_layer().expires_after(kHandshakeTimeout);
    stream_.async_handshake(asio::ssl::stream_base::server,
                            guarded([refusal](ConnectionOf& self, const error_code& error) {
                              return error ? self.close() : self.begin(refusal);
                            }));
  } else {
    begin(refusal);
  }
}

template <class Stream>
void ConnectionOf<Stream>::begin(const std::optional<Error>& refusal) {
  return refusal ? refuse(*refusal) : read();
}

template <class Stream>
void ConnectionOf<Stream>::refuse(const Error& error) {
  refused_ = true;
  keep_alive_ = false;
  respond(error_response(error));
}

template <class Stream>
void ConnectionOf<Stream>::finish() {
  finishing_ = true;
  if (pausing_) return close();
  // Bytes that arrived belong to a request that was sent before the end was known.
  if (waiting_ && buffer_.size() == 0 && !parser_->got_some()) close();
}

template <class Stream>
void ConnectionOf<Stream>::close() {
  error_code ignored;
  timer_.cancel();
  tcp_layer().socket().close(ignored);
  tcp_layer().cancel();
  end();
}

template <class Stream>
void ConnectionOf<Stream>::read() {
  parser_.emplace();
  parser_->body_limit(kMaxBodyBytes);
  parser_->header_limit(kMaxHeaderBytes);
  waiting_ = true;
  tcp_layer().expires_after(kRequestTimeout);
  http::async_read(stream_, buffer_, *parser_,
                   guarded([](ConnectionOf& self, const error_code& error, std::size_t) {
                     self.on_read(error);
                   }));
}

template <class Stream>
void ConnectionOf<Stream>::on_read(const error_code& error) {
  waiting_ = false;
  if (error) {
    const auto answer = read_failure(error);
    return answer ? refuse(*answer) : close();
  }
  tcp_layer().expires_never();
  const RequestMessage& message = parser_->get();
  is_head_ = message.method() == http::verb::head;
  keep_alive_ = message.keep_alive();
  Request request = make_request(message, shared_.country_header);
  request.is_excess = worker_.queue().note_request();
  shared_.handler->handle(request,
                          [self = this->shared_from_this()](server::Response response) {
                            asio::dispatch(self->stream_.get_executor(),
                                           [self, response = std::move(response)]() mutable {
                                             self->respond(std::move(response));
                                           });
                          });
}

template <class Stream>
void ConnectionOf<Stream>::respond(server::Response response) {
  if (ended_) return;
  if (finishing_) keep_alive_ = false;
  overloaded_ = response.status == 503;
  const unsigned version = parser_ ? parser_->get().version() : 11U;
  out_ = head_and_text(response, {version, keep_alive_, !is_head_}, worker_.date());
  if (!is_head_) {
    file_ = std::move(response.file);
    more_ = std::move(response.stream);
  }
  write_head();
}

// The head, and the body too when it is text.
template <class Stream>
void ConnectionOf<Stream>::write_head() {
  tcp_layer().expires_after(kWriteTimeout);
  asio::async_write(stream_, asio::buffer(out_),
                    guarded([](ConnectionOf& self, const error_code& error, std::size_t) {
                      self.tcp_layer().expires_never();
                      return error ? self.close() : self.write_rest();
                    }));
}

template <class Stream>
void ConnectionOf<Stream>::write_rest() {
  if (file_) return write_file();
  if (more_ && more_->length > 0) return ask_for_more();
  more_.reset();
  on_written();
}

template <class Stream>
void ConnectionOf<Stream>::ask_for_more() {
  more_->source->next([self = this->shared_from_this()](std::optional<FilePart> part) {
    asio::dispatch(self->stream_.get_executor(), [self, part = std::move(part)]() mutable {
      if (self->ended_) return;
      // Only a broken connection says that the rest of a body will not come.
      if (!part || part->length <= 0 || part->length > self->more_->length) return self->close();
      self->more_->length -= part->length;
      self->file_ = std::move(part);
      self->write_file();
    });
  });
}

template <class Stream>
void ConnectionOf<Stream>::write_file() {
  int64_t budget = kMaxPieceBytes;
  while (file_->length > 0) {
    if constexpr (kIsTls) {
      const ssize_t count =
          ::pread(file_->fd.get(), piece_.data(),
                  static_cast<std::size_t>(std::min<int64_t>(file_->length, kTlsPieceBytes)),
                  static_cast<off_t>(file_->offset));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return close();  // the file became shorter after its length was promised
      file_->offset += count;
      file_->length -= count;
      tcp_layer().expires_after(kWriteTimeout);
      return asio::async_write(stream_,
                               asio::buffer(piece_.data(), static_cast<std::size_t>(count)),
                               guarded([](ConnectionOf& self, const error_code& error, std::size_t) {
                                 self.tcp_layer().expires_never();
                                 return error ? self.close() : self.write_file();
                               }));
    } else {
      if (budget <= 0) {
        return asio::post(stream_.get_executor(),
                          guarded([](ConnectionOf& self) { self.write_file(); }));
      }
      off_t offset = file_->offset;
      const auto wanted = static_cast<std::size_t>(std::min(file_->length, budget));
      const ssize_t sent =
          ::sendfile(stream_.socket().native_handle(), file_->fd.get(), &offset, wanted);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && errno == EAGAIN) return wait_writable();
      if (sent <= 0) return close();  // as above
      file_->offset += sent;
      file_->length -= sent;
      budget -= sent;
    }
  }
  file_.reset();
  write_rest();
}

template <class Stream>
void ConnectionOf<Stream>::wait_writable() {
  timer_.expires_after(kWriteTimeout);
  timer_.async_wait(guarded([](ConnectionOf& self, const error_code& error) {
    if (!error) self.close();
  }));
  tcp_layer().socket().async_wait(tcp::socket::wait_write,
                                  guarded([](ConnectionOf& self, const error_code& error) {
                                    self.timer_.cancel();
                                    return error ? self.close() : self.write_file();
                                  }));
}

template <class Stream>
void ConnectionOf<Stream>::on_written() {
  if (refused_) return linger();
  if (keep_alive_ && !finishing_) return overloaded_ ? pause() : read();
  half_close();
  if constexpr (!kIsTls) close();
}

template <class Stream>
void ConnectionOf<Stream>::pause() {
  pausing_ = true;
  timer_.expires_after(shared_.overload_pause);
  timer_.async_wait(guarded([](ConnectionOf& self, const error_code& error) {
    self.pausing_ = false;
    if (!error) self.read();
  }));
}

// Tells the client that nothing more comes. Of TLS that is a message of its own, or the client could not tell the end
// from a cut (RFC 8446 §6.1); it ends the connection when it is sent.
template <class Stream>
void ConnectionOf<Stream>::half_close() {
  if constexpr (kIsTls) {
    tcp_layer().expires_after(kLingerTime);
    stream_.async_shutdown(
        guarded([](ConnectionOf& self, const error_code&) { self.close(); }));
  } else {
    error_code ignored;
    tcp_layer().socket().shutdown(tcp::socket::shutdown_send, ignored);
  }
}

template <class Stream>
void ConnectionOf<Stream>::linger() {
  half_close();
  if constexpr (kIsTls) return;  // async_shutdown() reads until the client's own
  tcp_layer().expires_after(kLingerTime);
  buffer_.clear();
  parser_.reset();
  struct Drain {
    std::shared_ptr<ConnectionOf> self;
    std::size_t left = kMaxLingerBytes;
    void operator()(error_code error, std::size_t count) {
      if (self->ended_) return;
      if (error || count >= left) return self->close();
      left -= count;
      next();
    }
    void next() {
      ConnectionOf& c = *self;
      c.buffer_.clear();
      c.stream_.async_read_some(c.buffer_.prepare(kMaxHeaderBytes), Drain{self, left});
    }
  };
  Drain{this->shared_from_this()}.next();
}

template <class Stream>
void ConnectionOf<Stream>::end() {
  if (ended_) return;
  ended_ = true;
  worker_.remove(this->shared_from_this());
}

}  // namespace

std::shared_ptr<Connection> make_connection(tcp::socket socket, Worker& worker, Shared& shared) {
  if (!shared.tls) {
    return std::make_shared<ConnectionOf<PlainStream>>(worker, shared, std::move(socket));
  }
  return std::make_shared<ConnectionOf<TlsStream>>(worker, shared, std::move(socket), *shared.tls);
}

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "api_json.h"
#include "common_answers.h"
#include "http/message.h"
#include "http/request_reader.h"
#include "http/worker.h"

namespace playhead::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxLingerBytes = std::size_t{1024} * 1024;
constexpr std::size_t kLingerReadBytes = std::size_t{16} * 1024;
// Per turn and connection, so that one fast client does not hold its thread.
constexpr int64_t kMaxPieceBytes = int64_t{1024} * 1024;
constexpr std::size_t kTlsPieceBytes = std::size_t{64} * 1024;  // four records of TLS
// Of an answer's text, kept for the next one.
constexpr std::size_t kMaxKeptBytes = std::size_t{8} * 1024;

// When the client may come back.
int64_t told_us(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "Retry-After") return std::strtoll(value.c_str(), nullptr, 10) * 1'000'000;
  }
  return 0;
}

using TlsStream = asio::ssl::stream<Socket>;

template <class Stream>
class ConnectionOf final : public Connection,
                           public std::enable_shared_from_this<ConnectionOf<Stream>> {
 public:
  static constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

  template <class... Args>
  ConnectionOf(Worker& worker, Shared& shared, Args&&... stream)
      : stream_(std::forward<Args>(stream)...), worker_(worker), shared_(shared), reader_(shared.country_header) {}

  void start(std::optional<Error> refusal) override;
  void handle() override;
  void respond(server::Response response) override;
  void finish() override;
  void close() override;
  void on_deadline() override;

 private:
  // What it is about; a deadline belongs to all but kAnswering, where a handler is to be waited for.
  enum class State { kHandshaking, kReading, kAllowing, kAnswering, kPausing, kEnding };

  // A handler of this object that keeps it alive and is not called after its end.
  template <class Function>
  auto guarded(Function function) {
    return [self = this->shared_from_this(), function](auto... arguments) mutable {
      if (!self->ended_) function(*self, arguments...);
    };
  }
  Socket& socket() {
    if constexpr (kIsTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void begin(const std::optional<Error>& refusal);
  void refuse(const Error& error);
  void read();
  void receive();
  void parse(bool had_begun);
  void allow();
  void on_request();
  void let_in();
  void write();
  void write_piece(const char* data, std::size_t size);
  void write_rest();
  void ask_for_more();
  void write_file();
  void wait_writable();
  void on_written();
  void begin_log();
  void log_request(bool is_whole);
  void turn_away(Response response);
  [[nodiscard]] bool has_unread();
  void half_close();
  void linger();
  void drain(std::size_t most);
  void end();

  // Worker's thread.
  Stream stream_;
  Worker& worker_;
  Shared& shared_;
  State state_ = State::kHandshaking;
  std::string client_;  // its address
  RequestReader reader_;
  std::string out_;
  std::size_t written_ = 0;         // of it
  std::optional<FilePart> file_;    // what is being written of the body
  std::optional<BodyStream> more_;  // what comes after it
  std::unique_ptr<char[]> piece_;   // of a file, on its way through TLS
  Request request_;  // that is being answered
  LoggedRequest logged_;  // of the request that is being answered, if requests are logged
  int64_t began_us_ = 0;
  bool is_head_ = false;
  bool keep_alive_ = true;
  bool refused_ = false;  // the rest of the request has not been read
  int64_t told_until_us_ = 0;  // to stay away, when it was turned away last
  bool finishing_ = false;
  bool ended_ = false;
};

template <class Stream>
void ConnectionOf<Stream>::start(std::optional<Error> refusal) {
  error_code ignored;
  // Without it small answers wait for the client's delayed acknowledgement (40 ms).
  socket().set_option(tcp::no_delay(true), ignored);
  socket().native_non_blocking(true, ignored);
  client_ = socket().remote_endpoint(ignored).address().to_string();
  if constexpr (kIsTls) {
    worker_.wait(*this, Patience::kHandshake);
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
  is_head_ = reader_.is_head();
  state_ = State::kAnswering;
  begin_log();
  Response response = error_response(error);
  allow_all_origins(response);
  respond(std::move(response));
}

template <class Stream>
void ConnectionOf<Stream>::finish() {
  finishing_ = true;
  if (state_ == State::kPausing || state_ == State::kHandshaking) return close();
  // Bytes that arrived belong to a request that was sent before the end was known.
  if (state_ == State::kReading && !reader_.has_begun() && !has_unread()) close();
}

template <class Stream>
void ConnectionOf<Stream>::close() {
  error_code ignored;
  socket().close(ignored);
  end();
}

template <class Stream>
void ConnectionOf<Stream>::on_deadline() {
  const auto self = this->shared_from_this();
  if (state_ == State::kPausing) return let_in();
  if (state_ != State::kReading || !reader_.has_begun()) return close();
  error_code ignored;
  socket().cancel(ignored);  // what is read from now on comes after the answer
  refuse(Error{408, "request_timeout", "The request did not come in time."});
}

template <class Stream>
void ConnectionOf<Stream>::read() {
  reader_.begin();
  state_ = State::kReading;
  worker_.wait(*this, Patience::kRequest);
  if (reader_.waiting_bytes() == 0) return receive();
  // Requests that came together take turns with those of others.
  asio::post(stream_.get_executor(), guarded([](ConnectionOf& self) {
               if (self.state_ == State::kReading) self.parse(false);
             }));
}

template <class Stream>
void ConnectionOf<Stream>::receive() {
  stream_.async_read_some(reader_.room(reader_.next_read_bytes()),
                          guarded([](ConnectionOf& self, const error_code& error, std::size_t count) {
                            if (self.state_ != State::kReading) return;  // it came too late
                            if (error) return self.close();
                            const bool had_begun = self.reader_.has_begun();
                            self.reader_.add(count);
                            self.parse(had_begun);
                          }));
}

template <class Stream>
void ConnectionOf<Stream>::parse(bool had_begun) {
  using Progress = RequestReader::Progress;
  const auto progress = reader_.read();
  if (!progress.ok()) return refuse(progress.error());
  if (progress.value() == Progress::kWhole) return on_request();
  if (!had_begun && reader_.has_begun()) worker_.wait(*this, Patience::kRequest);  // the rest of it
  return progress.value() == Progress::kAwaitsLeave ? allow() : receive();
}

// Tells a client that asks before it sends a body that it may (RFC 9110 §10.1.1).
template <class Stream>
void ConnectionOf<Stream>::allow() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  if constexpr (kIsTls) {
    state_ = State::kAllowing;
    worker_.wait(*this, Patience::kWrite);
    asio::async_write(stream_, asio::buffer(kContinue),
                      guarded([](ConnectionOf& self, const error_code& error, std::size_t) {
                        if (error) return self.close();
                        self.state_ = State::kReading;
                        self.worker_.wait(self, Patience::kRequest);
                        self.receive();
                      }));
  } else {
    // One that takes nothing is not waited for: it sends its body unasked some time.
    const ssize_t sent =
        ::send(socket().native_handle(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0 && sent < static_cast<ssize_t>(kContinue.size())) return close();
    receive();
  }
}

template <class Stream>
void ConnectionOf<Stream>::on_request() {
  Deadlines::stop(*this);
  state_ = State::kAnswering;
  is_head_ = reader_.is_head();
  keep_alive_ = reader_.keeps_alive();
  begin_log();
  request_ = reader_.request();
  request_.client = client_;
  if (!shared_.handler->can_wait(request_)) return handle();
  // Turning it away at once again and again would take the time of those who are served.
  if (told_until_us_ == 0 || shared_.clock.monotonic_us() >= told_until_us_) return let_in();
  if (finishing_) return close();
  state_ = State::kPausing;
  worker_.wait(*this, Patience::kPause);
}

template <class Stream>
void ConnectionOf<Stream>::let_in() {
  Deadlines::stop(*this);
  state_ = State::kAnswering;
  auto refusal = shared_.handler->turn_away(request_);
  if (refusal) return turn_away(std::move(*refusal));
  request_.was_let_in = true;
  worker_.take_turn(this->shared_from_this());
}

template <class Stream>
void ConnectionOf<Stream>::turn_away(Response response) {
  told_until_us_ = shared_.clock.monotonic_us() + told_us(response);
  respond(std::move(response));
}

template <class Stream>
void ConnectionOf<Stream>::handle() {
  shared_.handler->handle(request_, [self = this->shared_from_this()](server::Response response) {
    self->worker_.answer(self, std::move(response));
  });
}

template <class Stream>
void ConnectionOf<Stream>::respond(server::Response response) {
  if (ended_) return;
  if (finishing_) keep_alive_ = false;
  if (logged_.id != 0) {
    logged_.status = response.status;
    response.headers.emplace_back("X-Request-Id", RequestLog::id_text(logged_.id));
  }
  out_.clear();
  written_ = 0;
  append_head_and_text(out_, response, {reader_.version(), keep_alive_, !is_head_}, worker_.date());
  if (!is_head_) {
    file_ = std::move(response.file);
    more_ = std::move(response.stream);
  }
  write();
}

// The head, and the body too when it is text.
template <class Stream>
void ConnectionOf<Stream>::write() {
  if constexpr (kIsTls) {
    const std::size_t left = std::min(out_.size() - written_, kTlsPieceBytes);
    if (left == 0) return write_rest();
    written_ += left;
    write_piece(out_.data() + (written_ - left), left);
  } else {
    // At once: almost always there is room for it. Not MSG_MORE before a file: sendfile() behind a head that waits costs
    // half as much again (measured on loopback).
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    while (written_ < out_.size()) {
      const ssize_t count =
          ::send(socket().native_handle(), out_.data() + written_, out_.size() - written_, flags);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return wait_writable();
      if (count < 0) return close();
      written_ += static_cast<std::size_t>(count);
      logged_.bytes += count;
    }
    write_rest();
  }
}

// By TLS; `data` stays as it is until write() goes on. A piece is what a client takes within the patience at least.
template <class Stream>
void ConnectionOf<Stream>::write_piece(const char* data, std::size_t size) {
  worker_.wait(*this, Patience::kWrite);
  asio::async_write(stream_, asio::buffer(data, size),
                    guarded([](ConnectionOf& self, const error_code& error, std::size_t count) {
                      Deadlines::stop(self);
                      self.logged_.bytes += static_cast<int64_t>(count);
                      return error ? self.close() : self.write();
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
    // Also when it was there at once: other clients take their turns between two parts.
    asio::post(self->stream_.get_executor(), [self, part = std::move(part)]() mutable {
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
      if (!piece_) piece_.reset(new char[kTlsPieceBytes]);
      const ssize_t count = ::pread(file_->fd.get(), piece_.get(),
                                    static_cast<std::size_t>(std::min<int64_t>(file_->length, kTlsPieceBytes)),
                                    static_cast<off_t>(file_->offset));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return close();  // the file became shorter after its length was promised
      file_->offset += count;
      file_->length -= count;
      return write_piece(piece_.get(), static_cast<std::size_t>(count));
    } else {
      if (budget <= 0) {
        return asio::post(stream_.get_executor(),
                          guarded([](ConnectionOf& self) { self.write_file(); }));
      }
      off_t offset = file_->offset;
      const auto wanted = static_cast<std::size_t>(std::min(file_->length, budget));
      const ssize_t sent =
          ::sendfile(socket().native_handle(), file_->fd.get(), &offset, wanted);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && errno == EAGAIN) return wait_writable();
      if (sent <= 0) return close();  // as above
      file_->offset += sent;
      file_->length -= sent;
      budget -= sent;
      logged_.bytes += sent;
    }
  }
  file_.reset();
  write_rest();
}

template <class Stream>
void ConnectionOf<Stream>::wait_writable() {
  worker_.wait(*this, Patience::kWrite);
  socket().async_wait(tcp::socket::wait_write,
                      guarded([](ConnectionOf& self, const error_code& error) {
                        Deadlines::stop(self);
                        return error ? self.close() : self.write();
                      }));
}

template <class Stream>
void ConnectionOf<Stream>::on_written() {
  log_request(true);
  if (out_.capacity() > kMaxKeptBytes) std::string().swap(out_);
  piece_.reset();
  if (refused_) return linger();
  if (keep_alive_ && !finishing_) return read();
  // A reset, which unread bytes make of the end, could overtake the answer (RFC 9112 §9.6).
  if (has_unread()) return linger();
  half_close();
  if constexpr (!kIsTls) close();
}

template <class Stream>
void ConnectionOf<Stream>::begin_log() {
  if (!shared_.requests) return;
  logged_.method = reader_.method_text();  // both are empty before their line is whole
  logged_.target = reader_.target();
  logged_.id = shared_.requests->next_id();
  began_us_ = shared_.clock.monotonic_us();
}

template <class Stream>
void ConnectionOf<Stream>::log_request(bool is_whole) {
  if (logged_.id == 0) return;
  logged_.took_us = shared_.clock.monotonic_us() - began_us_;
  logged_.is_whole = is_whole;
  shared_.requests->note(logged_);
  logged_ = {};
}

// What came and nobody has read yet.
template <class Stream>
bool ConnectionOf<Stream>::has_unread() {
  int bytes = 0;
  return ::ioctl(socket().native_handle(), FIONREAD, &bytes) == 0 && bytes > 0;
}

// Tells the client that nothing more comes. Of TLS that is a message of its own, or the client could not tell the end
// from a cut (RFC 8446 §6.1); it ends the connection when it is sent.
template <class Stream>
void ConnectionOf<Stream>::half_close() {
  state_ = State::kEnding;
  if constexpr (kIsTls) {
    worker_.wait(*this, Patience::kLinger);
    // It fails at once when the client still sends.
    stream_.async_shutdown(guarded([](ConnectionOf& self, const error_code& error) {
      if (!error) return self.close();
      error_code ignored;
      self.socket().shutdown(tcp::socket::shutdown_send, ignored);
      self.drain(kMaxLingerBytes);
    }));
  } else {
    error_code ignored;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
  }
}

// What a client still sends after it was refused is read for a while, or a reset could overtake the answer that tells it
// why.
template <class Stream>
void ConnectionOf<Stream>::linger() {
  half_close();
  if constexpr (kIsTls) return;  // drains behind its last message
  worker_.wait(*this, Patience::kLinger);
  drain(kMaxLingerBytes);
}

// Reads `most` bytes, or to the client's end, and ends.
template <class Stream>
void ConnectionOf<Stream>::drain(std::size_t most) {
  reader_.discard();
  socket().async_read_some(reader_.room(kLingerReadBytes),
                           guarded([most](ConnectionOf& self, const error_code& error, std::size_t count) {
                             return error || count >= most ? self.close() : self.drain(most - count);
                           }));
}

template <class Stream>
void ConnectionOf<Stream>::end() {
  if (ended_) return;
  log_request(false);
  ended_ = true;
  Deadlines::stop(*this);
  worker_.remove(this->shared_from_this());
}

}  // namespace

std::shared_ptr<Connection> make_connection(Socket socket, Worker& worker, Shared& shared) {
  if (!shared.tls) return std::make_shared<ConnectionOf<Socket>>(worker, shared, std::move(socket));
  return std::make_shared<ConnectionOf<TlsStream>>(worker, shared, std::move(socket), *shared.tls);
}

}  // namespace playhead::server

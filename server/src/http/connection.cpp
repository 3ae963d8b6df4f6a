// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "api_json.h"
#include "common_answers.h"
#include "http/answer_writer.h"
#include "http/message.h"
#include "http/request_reader.h"
#include "http/worker.h"

namespace playhead::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Of what nobody wants (chosen: a hundred bodies that are too large. Reading it takes 2 ms of a
// thread; who sends more may find a reset in place of the answer).
constexpr std::size_t kMaxLingerBytes = std::size_t{8} * 1024 * 1024;
constexpr int64_t kShortLingerUs = 5'000'000;
constexpr std::size_t kLingerReadBytes = std::size_t{16} * 1024;

template <class Stream>
class ConnectionOf final : public Connection,
                           public std::enable_shared_from_this<ConnectionOf<Stream>> {
 public:
  static constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;
  using Writer = std::conditional_t<kIsTls, TlsWriter<ConnectionOf>, PlainWriter<ConnectionOf>>;

  template <class... Args>
  ConnectionOf(Worker& worker, Shared& shared, Args&&... stream)
      : stream_(std::forward<Args>(stream)...),
        worker_(worker),
        shared_(shared),
        reader_(shared.country_header),
        writer_(*this, stream_) {}

  void start(std::optional<Error> refusal) override;
  void handle() override;
  void respond(server::Response response) override;
  void finish() override;
  void close() override;
  void on_deadline() override;

  // For the writer.
  auto executor() { return stream_.get_executor(); }
  // A handler of this object that keeps it alive and is not called after its end.
  template <class Function>
  auto guarded(Function function) {
    return [self = this->shared_from_this(),
            function = std::move(function)](auto... arguments) mutable {
      if (!self->ended_) function(*self, arguments...);
    };
  }
  void wait(Patience kind) { worker_.wait(*this, kind); }
  void stop_waiting() { Deadlines::stop(*this); }
  void note_sent(int64_t bytes) { now_.logged.bytes += bytes; }
  void on_written();

 private:
  // What it is about; a deadline belongs to all but kAnswering, where a handler is to be waited
  // for.
  enum class State { kHandshaking, kReading, kAllowing, kAnswering, kPausing, kEnding };

  // A request and its answer.
  struct Exchange {
    Request request;
    LoggedRequest logged;  // if requests are logged
    int64_t began_us = 0;
    bool is_head = false;
    bool keeps_alive = true;
    bool is_refused = false;  // the rest of the request has not been read
  };

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
  [[nodiscard]] std::size_t who() const {
    return std::hash<std::string_view>()(now_.request.authorization);
  }
  void let_in();
  void begin_log();
  void log_request(bool is_whole);
  void turn_away(Refusal refusal);
  [[nodiscard]] bool has_unread();
  void half_close();
  void linger();
  void begin_drain();
  void drain();
  void end();

  // Worker's thread.
  Stream stream_;
  Worker& worker_;
  Shared& shared_;
  State state_ = State::kHandshaking;
  std::string client_;  // its address
  RequestReader reader_;
  Writer writer_;
  Exchange now_;
  // Who was turned away last (behind a proxy there are many), and until when it is to stay away.
  std::size_t told_ = 0;  // a hash of its token
  int64_t told_until_us_ = 0;
  // While it reads what nobody wants.
  std::size_t drain_bytes_ = 0;  // at most as many more
  int64_t drain_until_us_ = 0;
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
  now_.is_refused = true;
  now_.keeps_alive = false;
  now_.is_head = reader_.is_head();
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
  now_ = {};
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
  stream_.async_read_some(
      reader_.room(reader_.next_read_bytes()),
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
    const ssize_t sent = ::send(socket().native_handle(), kContinue.data(), kContinue.size(),
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0 && sent < static_cast<ssize_t>(kContinue.size())) return close();
    receive();
  }
}

template <class Stream>
void ConnectionOf<Stream>::on_request() {
  Deadlines::stop(*this);
  state_ = State::kAnswering;
  now_.is_head = reader_.is_head();
  now_.keeps_alive = reader_.keeps_alive();
  begin_log();
  now_.request = reader_.request();
  now_.request.client = client_;
  if (!shared_.handler->can_wait(now_.request)) return handle();
  // Turning it away at once again and again would take the time of those who are served.
  if (told_until_us_ == 0 || shared_.clock.monotonic_us() >= told_until_us_ || told_ != who())
    return let_in();
  if (finishing_) return close();
  state_ = State::kPausing;
  worker_.wait(*this, Patience::kPause);
}

template <class Stream>
void ConnectionOf<Stream>::let_in() {
  Deadlines::stop(*this);
  state_ = State::kAnswering;
  auto refusal = shared_.handler->turn_away(now_.request);
  if (refusal) return turn_away(std::move(*refusal));
  now_.request.was_let_in = true;
  worker_.take_turn(this->shared_from_this());
}

template <class Stream>
void ConnectionOf<Stream>::turn_away(Refusal refusal) {
  told_ = who();
  told_until_us_ = shared_.clock.monotonic_us() + int64_t{refusal.wait_s} * 1'000'000;
  respond(std::move(refusal.response));
}

template <class Stream>
void ConnectionOf<Stream>::handle() {
  shared_.handler->handle(now_.request,
                          [self = this->shared_from_this()](server::Response response) {
                            self->worker_.answer(self, std::move(response));
                          });
}

template <class Stream>
void ConnectionOf<Stream>::respond(server::Response response) {
  if (ended_) return;
  if (finishing_) now_.keeps_alive = false;
  if (now_.logged.id != 0) {
    now_.logged.status = response.status;
    response.headers.emplace_back("X-Request-Id", RequestLog::id_text(now_.logged.id));
  }
  append_head_and_text(writer_.text(), response,
                       {reader_.version(), now_.keeps_alive, !now_.is_head}, worker_.date());
  if (!response.secret.empty()) writer_.keep_secret();
  if (now_.is_head) return writer_.write({}, {});
  writer_.write(std::move(response.file), std::move(response.stream));
}

template <class Stream>
void ConnectionOf<Stream>::on_written() {
  log_request(true);
  if (now_.is_refused) return linger();
  if (now_.keeps_alive && !finishing_) return read();
  // A reset, which unread bytes make of the end, could overtake the answer (RFC 9112 §9.6).
  if (has_unread()) return linger();
  half_close();
  if constexpr (!kIsTls) close();
}

template <class Stream>
void ConnectionOf<Stream>::begin_log() {
  if (!shared_.requests) return;
  now_.logged.method = reader_.method_text();  // both are empty before their line is whole
  now_.logged.target = reader_.target();
  now_.logged.id = shared_.requests->next_id();
  now_.began_us = shared_.clock.monotonic_us();
}

template <class Stream>
void ConnectionOf<Stream>::log_request(bool is_whole) {
  if (now_.logged.id == 0) return;
  now_.logged.took_us = shared_.clock.monotonic_us() - now_.began_us;
  now_.logged.is_whole = is_whole;
  shared_.requests->note(now_.logged);
  now_.logged = {};
}

// What came and nobody has read yet.
template <class Stream>
bool ConnectionOf<Stream>::has_unread() {
  int bytes = 0;
  return ::ioctl(socket().native_handle(), FIONREAD, &bytes) == 0 && bytes > 0;
}

// Tells the client that nothing more comes. Of TLS that is a message of its own, or the client
// could not tell the end from a cut (RFC 8446 §6.1); it ends the connection when it is sent.
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
      self.begin_drain();
    }));
  } else {
    error_code ignored;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
  }
}

// What a client still sends after it was refused is read for a while, or a reset could overtake the
// answer that tells it why.
template <class Stream>
void ConnectionOf<Stream>::linger() {
  half_close();
  if constexpr (!kIsTls) begin_drain();  // TLS: behind its last message
}

template <class Stream>
void ConnectionOf<Stream>::begin_drain() {
  reader_.discard();
  drain_bytes_ = kMaxLingerBytes;
  // Who had a request's time already, or comes when there is no room, does not keep the place as
  // long again.
  const bool is_short = now_.logged.status == 408 || now_.logged.status == 503;
  const int64_t patience = shared_.patience[static_cast<std::size_t>(Patience::kRequest)];
  drain_until_us_ =
      shared_.clock.monotonic_us() + (is_short ? std::min(patience, kShortLingerUs) : patience);
  drain();
}

// Reads to the client's end or to its own patience's, and ends.
template <class Stream>
void ConnectionOf<Stream>::drain() {
  if (drain_bytes_ == 0 || shared_.clock.monotonic_us() >= drain_until_us_) return close();
  worker_.wait(*this, Patience::kLinger);
  socket().async_read_some(
      reader_.room(std::min(drain_bytes_, kLingerReadBytes)),
      guarded([](ConnectionOf& self, const error_code& error, std::size_t count) {
        if (error) return self.close();
        self.drain_bytes_ -= count;
        self.drain();
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

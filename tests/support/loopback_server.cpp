// SPDX-License-Identifier: Apache-2.0
#include "support/loopback_server.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "net/http_headers.h"

namespace playhead::test {

namespace {

// A socket of its own port on 127.0.0.1; port 0 picks a free one.
int bind_loopback() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::abort();  // without loopback sockets no test can say anything
  }
  return fd;
}

int port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

std::vector<uint8_t> gzip(const std::vector<uint8_t>& bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::vector<uint8_t> out;
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  // Piece by piece: what bombs do to the memory of who takes them is measured in this process.
  std::array<uint8_t, 16'384> piece{};
  for (int result = Z_OK; result == Z_OK;) {
    stream.next_out = piece.data();
    stream.avail_out = static_cast<uInt>(piece.size());
    result = deflate(&stream, Z_FINISH);
    out.insert(out.end(), piece.begin(), piece.end() - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

// Writes all; false when the peer is gone.
bool send_all(int fd, const void* data, std::size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t sent = ::send(fd, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool send_all(int fd, const std::string& text) { return send_all(fd, text.data(), text.size()); }

// Reads requests from one connection.
class RequestReader {
 public:
  explicit RequestReader(int fd) : fd_(fd) {}

  std::optional<WebRequest> next() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return std::nullopt;
    }
    WebRequest request = parse_head(std::string_view(buffer_).substr(0, end));
    buffer_.erase(0, end + 4);
    const auto length = parse_count(request.header("content-length")).value_or(0);
    while (buffer_.size() < static_cast<std::size_t>(length)) {
      if (!fill()) return std::nullopt;
    }
    request.body = buffer_.substr(0, static_cast<std::size_t>(length));
    buffer_.erase(0, static_cast<std::size_t>(length));
    return request;
  }

 private:
  bool fill() {
    char bytes[16384];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  static WebRequest parse_head(std::string_view head) {
    WebRequest request;
    std::size_t at = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, at);
    const std::size_t space = std::min(line.find(' '), line.size());
    request.method = line.substr(0, space);
    request.target = line.substr(space + 1, line.rfind(' ') - space - 1);
    while (at < head.size()) {
      head.remove_prefix(at + 2);
      at = std::min(head.find("\r\n"), head.size());
      const std::string_view field = head.substr(0, at);
      const std::size_t colon = std::min(field.find(':'), field.size());
      std::string_view value = field.substr(std::min(colon + 1, field.size()));
      while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
      request.headers.push_back({std::string(field.substr(0, colon)), std::string(value)});
    }
    return request;
  }

  const int fd_;
  std::string buffer_;
};

std::string make_head(const WebAnswer& answer, bool has_body) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Scripted\r\n";
  for (const HttpHeader& h : answer.headers) head += h.name + ": " + h.value + "\r\n";
  if (answer.is_gzipped) head += "Content-Encoding: gzip\r\n";
  switch (answer.framing) {
    case WebAnswer::Framing::kLength:
      if (has_body) {
        head += "Content-Length: " +
                std::to_string(answer.announced_length.value_or(answer.body_size())) + "\r\n";
      }
      break;
    case WebAnswer::Framing::kChunked:
      head += "Transfer-Encoding: chunked\r\n";
      break;
    case WebAnswer::Framing::kUntilClose:
      head += "Connection: close\r\n";
      break;
  }
  return head + "\r\n";
}

}  // namespace

class LoopbackServer::Impl {
 public:
  Impl() : listener_(bind_loopback()) {
    ::listen(listener_, 64);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
      for (const int fd : sockets_) ::shutdown(fd, SHUT_RDWR);
    }
    changed_.notify_all();
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (std::thread& thread : threads_) thread.join();
  }

  [[nodiscard]] int port() const { return port_of(listener_); }

  void serve(WebHandler handler) {
    const std::lock_guard lock(mutex_);
    handlers_.push_back(std::move(handler));
  }

  void release() {
    {
      const std::lock_guard lock(mutex_);
      is_released_ = true;
    }
    changed_.notify_all();
  }

  void wait_for_requests(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return requests_.size() >= count; });
  }
  void wait_for_connections(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return connections_ >= count; });
  }

  std::vector<WebRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

 private:
  void accept_all() {
    while (true) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const std::lock_guard lock(mutex_);
      if (fd < 0 || is_stopped_) {
        if (fd >= 0) ::close(fd);
        return;
      }
      const int one = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      sockets_.insert(fd);
      threads_.emplace_back([this, fd, number = ++connections_] { run_connection(fd, number); });
      changed_.notify_all();
    }
  }

  void run_connection(int fd, int number) {
    RequestReader reader(fd);
    while (auto request = reader.next()) {
      request->connection = number;
      if (!answer(fd, *request)) break;
    }
    const std::lock_guard lock(mutex_);  // never shut down a number that was given anew
    sockets_.erase(fd);
    ::close(fd);
  }

  // False: the connection ends.
  bool answer(int fd, WebRequest& request) {
    request.url = "http://" + request.header("host") + request.target;
    std::vector<WebHandler> handlers;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      handlers = handlers_;
    }
    changed_.notify_all();
    for (auto handler = handlers.rbegin(); handler != handlers.rend(); ++handler) {
      if (auto answer = (*handler)(request)) return send_answer(fd, request, *std::move(answer));
    }
    return send_answer(fd, request, text_answer("not here", 404));
  }

  bool send_answer(int fd, const WebRequest& request, WebAnswer answer) {
    if (answer.holds_head && !wait_for_release()) return false;
    if (!answer.raw.empty()) {
      send_all(fd, answer.raw);
      return false;
    }
    answer = apply_range(request, std::move(answer));
    if (answer.is_gzipped && answer.body) {
      answer.body = std::make_shared<const std::vector<uint8_t>>(gzip(*answer.body));
    }
    const bool has_body = answer.status != 204 && answer.status != 304;
    if (!send_all(fd, make_head(answer, has_body))) return false;
    if (!has_body || request.method == "HEAD") return true;
    return send_body(fd, answer);
  }

  bool send_body(int fd, const WebAnswer& answer) {
    const auto size = static_cast<std::size_t>(answer.body_size());
    const auto stop =
        answer.break_after ? std::min(size, static_cast<std::size_t>(*answer.break_after)) : size;
    if (!send_piece(fd, answer, 0, stop)) return false;
    if (answer.break_after) {
      if (answer.break_kind == WebAnswer::Break::kReset) reset(fd);
      if (answer.break_kind != WebAnswer::Break::kHold || !wait_for_release()) return false;
      if (!send_piece(fd, answer, stop, size)) return false;
    }
    if (answer.framing == WebAnswer::Framing::kChunked) return send_all(fd, "0\r\n\r\n");
    return answer.framing == WebAnswer::Framing::kLength;
  }

  static bool send_piece(int fd, const WebAnswer& answer, std::size_t first, std::size_t end) {
    if (first == end) return true;
    const uint8_t* data = answer.body->data() + first;
    if (answer.framing != WebAnswer::Framing::kChunked) return send_all(fd, data, end - first);
    char size_line[32];
    std::snprintf(size_line, sizeof size_line, "%zx\r\n", end - first);
    return send_all(fd, size_line) && send_all(fd, data, end - first) && send_all(fd, "\r\n");
  }

  // Closing will send a RST: once the peer has what was sent, else it might lose that too.
  static void reset(int fd) {
    tcp_info info{};
    do {
      socklen_t size = sizeof info;
      ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
      std::this_thread::yield();
    } while (info.tcpi_unacked > 0 && info.tcpi_state == TCP_ESTABLISHED);
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

  // False when the server ends instead.
  bool wait_for_release() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_released_ || is_stopped_; });
    return !is_stopped_;
  }

  const int listener_;
  std::thread acceptor_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Under mutex_.
  std::vector<WebHandler> handlers_;
  std::vector<WebRequest> requests_;
  std::vector<std::thread> threads_;
  std::set<int> sockets_;
  int connections_ = 0;
  bool is_released_ = false;
  bool is_stopped_ = false;
};

LoopbackServer::LoopbackServer() : impl_(std::make_unique<Impl>()) {}
LoopbackServer::~LoopbackServer() = default;

std::string LoopbackServer::url(const std::string& target) const {
  return "http://127.0.0.1:" + std::to_string(impl_->port()) + target;
}
std::string LoopbackServer::localhost_url(const std::string& target) const {
  return "http://localhost:" + std::to_string(impl_->port()) + target;
}

void LoopbackServer::serve(WebHandler handler) { impl_->serve(std::move(handler)); }

void LoopbackServer::serve(const std::string& target, WebAnswer answer) {
  impl_->serve([target, answer = std::move(answer)](const WebRequest& request) {
    return request.target == target ? std::optional(answer) : std::nullopt;
  });
}

void LoopbackServer::release() { impl_->release(); }
void LoopbackServer::wait_for_requests(std::size_t count) { impl_->wait_for_requests(count); }
void LoopbackServer::wait_for_connections(int count) { impl_->wait_for_connections(count); }
std::vector<WebRequest> LoopbackServer::requests() const { return impl_->requests(); }
int LoopbackServer::connections() const { return impl_->connections(); }

int closed_port() {
  const int fd = bind_loopback();
  const int port = port_of(fd);
  ::close(fd);
  return port;
}

}  // namespace playhead::test

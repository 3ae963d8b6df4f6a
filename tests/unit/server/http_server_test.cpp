// SPDX-License-Identifier: Apache-2.0
#include "http/http_server.h"

#include <atomic>
#include <memory>
#include <semaphore>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace playhead::server;

namespace {

class BusyAtFirst final : public HttpHandler {
 public:
  void handle(const Request&, const Respond& respond) override {
    Response response = no_content();
    if (++asked_ == 1) response.status = 503;
    respond(std::move(response));
  }

 private:
  int asked_ = 0;  // one I/O thread
};

UniqueFd connect_to(uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return fd;
}

class BusyServer {
 public:
  explicit BusyServer(int64_t pause_ms) {
    HttpServerConfig config;
    config.overload_pause_ms = pause_ms;
    auto server = HttpServer::listen(config, clock_, log_);
    REQUIRE(server.ok());
    server_ = std::move(server.value());
    server_->start(handler_);
  }
  void stop() { server_->stop(3'600'000); }

  [[nodiscard]] UniqueFd connect() const { return connect_to(server_->port()); }

 private:
  SystemClock clock_;
  UniqueFd nowhere_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  Log log_{clock_, nowhere_.get()};
  BusyAtFirst handler_;
  std::unique_ptr<HttpServer> server_;
};

void ask(const UniqueFd& fd, const std::string& path = "/") {
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  REQUIRE(::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size()));
}

// The status line and headers of one answer; "" = the connection has ended.
std::string answer(const UniqueFd& fd) {
  std::string text;
  char byte = 0;
  while (!text.ends_with("\r\n\r\n") && ::recv(fd.get(), &byte, 1, 0) == 1) text += byte;
  return text;
}

}  // namespace

TEST_CASE("http server: who is told to come back later and asks at once waits") {
  BusyServer server(100);
  const UniqueFd client = server.connect();
  const SystemClock clock;
  const int64_t before_us = clock.monotonic_us();
  ask(client);
  CHECK(answer(client).starts_with("HTTP/1.1 503"));
  ask(client);
  CHECK(answer(client).starts_with("HTTP/1.1 204"));
  CHECK(clock.monotonic_us() - before_us >= 100'000);
  server.stop();
}

TEST_CASE("load shedder: of a queue that stays too long so much is shed as is too much") {
  LoadShedder shedder({.wait_us = 100, .grace_us = 1'000, .memory_us = 5'000, .requests = 10});
  const auto shed_of_100 = [&](int64_t now_us) {
    int shed = 0;
    for (int i = 0; i < 100; ++i) shed += shedder.is_excess(now_us) ? 1 : 0;
    return shed;
  };
  CHECK(shed_of_100(0) == 0);
  // A burst: long, but not for long.
  for (int64_t at = 0; at < 1'000; at += 200) shedder.note(at, 400, 50);
  CHECK(shed_of_100(999) == 0);
  shedder.note(1'000, 400, 50);
  CHECK(shed_of_100(1'000) == 75);
  shedder.note(1'200, 200, 50);
  CHECK(shed_of_100(1'200) == 50);
  // It is short again; what comes back at once gets no grace.
  shedder.note(1'300, 100, 50);
  CHECK(shed_of_100(1'300) == 0);
  shedder.note(2'000, 200, 50);
  CHECK(shed_of_100(2'000) == 50);
  // Nothing was heard of the queue since: it is gone, and so is what was known.
  CHECK(shed_of_100(2'401) == 0);
  shedder.note(9'000, 400, 50);
  CHECK(shed_of_100(9'000) == 0);
  // Long waits behind few: not a queue.
  for (int64_t at = 20'000; at < 30'000; at += 200) shedder.note(at, 400, 9);
  CHECK(shed_of_100(30'000) == 0);
}

TEST_CASE("http server: requests that waited too long to be read are told to be excess") {
  // A clock that only the handler moves: every request takes 10 ms.
  class SlowClock final : public Clock {
   public:
    [[nodiscard]] int64_t now_ms() const override { return now_ms_; }
    void pass(int64_t ms) { now_ms_ += ms; }

   private:
    std::atomic<int64_t> now_ms_{1'000};
  };
  class Slow final : public HttpHandler {
   public:
    explicit Slow(SlowClock& clock) : clock_(clock) {}
    void handle(const Request& request, const Respond& respond) override {
      if (request.path == "/wait") gate.acquire();
      excess += request.is_excess ? 1 : 0;
      clock_.pass(10);
      respond(no_content());
    }
    std::binary_semaphore gate{0};  // of the request that keeps the others waiting
    std::atomic<int> excess{0};

   private:
    SlowClock& clock_;
  };
  SlowClock clock;
  Slow handler(clock);
  const UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const Log log(clock, nowhere.get());
  HttpServerConfig config;
  config.queue = {.wait_us = 40'000, .grace_us = 0, .memory_us = 0, .requests = 8};
  auto server = HttpServer::listen(config, clock, log);
  REQUIRE(server.ok());
  server.value()->start(handler);
  const uint16_t port = server.value()->port();
  const UniqueFd first = connect_to(port);
  std::vector<UniqueFd> others;
  for (int i = 0; i < 16; ++i) others.push_back(connect_to(port));
  for (const UniqueFd& other : others) {
    ask(other);
    CHECK(answer(other).starts_with("HTTP/1.1 204"));
  }
  CHECK(handler.excess == 0);
  // What comes first shows that the queue is long, the rest is judged by it. (Who gets in line before whom is the
  // system's to say.)
  constexpr int kEach = 6;
  for (int i = 0; i < 20 && handler.excess == 0; ++i) {
    ask(first, "/wait");
    for (const UniqueFd& other : others) {
      for (int n = 0; n < kEach; ++n) ask(other);
    }
    handler.gate.release();
    CHECK(answer(first).starts_with("HTTP/1.1 204"));
    for (const UniqueFd& other : others) {
      for (int n = 0; n < kEach; ++n) CHECK(answer(other).starts_with("HTTP/1.1 204"));
    }
  }
  CHECK(handler.excess > 0);
  server.value()->stop(3'600'000);
}

TEST_CASE("http server: a connection that is made to wait does not hold up the end") {
  BusyServer server(3'600'000);
  const UniqueFd client = server.connect();
  ask(client);
  CHECK(answer(client).starts_with("HTTP/1.1 503"));
  server.stop();  // as long as the pause if it waited for it
  CHECK(answer(client).empty());
}

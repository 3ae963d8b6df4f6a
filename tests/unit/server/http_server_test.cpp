// SPDX-License-Identifier: Apache-2.0
#include "http/http_server.h"

#include <memory>
#include <string>

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

  [[nodiscard]] UniqueFd connect() const {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    return fd;
  }

 private:
  SystemClock clock_;
  UniqueFd nowhere_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  Log log_{clock_, nowhere_.get()};
  BusyAtFirst handler_;
  std::unique_ptr<HttpServer> server_;
};

void ask(const UniqueFd& fd) {
  const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
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

TEST_CASE("http server: a connection that is made to wait does not hold up the end") {
  BusyServer server(3'600'000);
  const UniqueFd client = server.connect();
  ask(client);
  CHECK(answer(client).starts_with("HTTP/1.1 503"));
  server.stop();  // as long as the pause if it waited for it
  CHECK(answer(client).empty());
}

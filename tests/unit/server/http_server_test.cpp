// SPDX-License-Identifier: Apache-2.0
#include "http/http_server.h"

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <semaphore>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/deadlines.h"

using namespace playhead::server;

namespace {

// Who asks for something that can wait is turned away at first.
class BusyAtFirst : public HttpHandler {
 public:
  [[nodiscard]] bool can_wait(const Request& request) const override { return request.method == Method::kPost; }
  [[nodiscard]] std::optional<Refusal> turn_away(const Request&) override {
    if (++asked_ > 1) return std::nullopt;
    Refusal refusal;
    refusal.response.status = 503;
    refusal.wait_s = 3600;
    return refusal;
  }
  void handle(const Request& request, const Respond& respond) override {
    was_let_in = request.was_let_in;
    respond(no_content());
  }
  std::atomic<bool> was_let_in{false};

 private:
  int asked_ = 0;  // one I/O thread
};

UniqueFd make_socket() { return UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

UniqueFd connect_to(uint16_t port, UniqueFd fd = make_socket()) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return fd;
}

class Handler final : public HttpHandler {
 public:
  explicit Handler(std::function<Response(const Request&)> answer) : answer_(std::move(answer)) {}
  void handle(const Request& request, const Respond& respond) override { respond(answer_(request)); }

 private:
  const std::function<Response(const Request&)> answer_;
};

class TestServer {
 public:
  explicit TestServer(HttpHandler& handler, const HttpServerConfig& config = {},
                      UniqueFd log = UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC)))
      : log_fd_(std::move(log)), log_(clock_, log_fd_.get()) {
    auto server = HttpServer::listen(config, clock_, log_);
    REQUIRE(server.ok());
    server_ = std::move(server.value());
    server_->start(handler);
  }
  void stop() { server_->stop(3'600'000); }

  [[nodiscard]] UniqueFd connect() const { return connect_to(server_->port()); }
  [[nodiscard]] UniqueFd connect(UniqueFd socket) const { return connect_to(server_->port(), std::move(socket)); }
  [[nodiscard]] std::size_t connections() const { return server_->open_connections(); }

 private:
  SystemClock clock_;
  UniqueFd log_fd_;
  Log log_;
  std::unique_ptr<HttpServer> server_;
};

HttpServerConfig pausing(int64_t ms) {
  HttpServerConfig config;
  config.overload_pause_ms = ms;
  return config;
}

void say(const UniqueFd& fd, const std::string& text) {
  REQUIRE(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

// As say(), of more than the system takes at once.
void say_all(const UniqueFd& fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
    REQUIRE(count > 0);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

// All that comes until the connection ends.
std::string rest(const UniqueFd& fd) {
  std::string text;
  std::string piece(65'536, '\0');
  for (ssize_t n = 0; (n = ::recv(fd.get(), piece.data(), piece.size(), 0)) > 0;) {
    text.append(piece, 0, static_cast<std::size_t>(n));
  }
  return text;
}

std::string rest_of_pipe(const UniqueFd& fd) {
  std::string text(65'536, '\0');  // what a pipe holds
  const ssize_t count = ::read(fd.get(), text.data(), text.size());
  return text.substr(0, count > 0 ? static_cast<std::size_t>(count) : 0);
}

// The code in an answer that is an error.
std::string code_of(const std::string& answer) {
  const auto body = nlohmann::json::parse(answer.substr(answer.find("\r\n\r\n") + 4), nullptr, false);
  return body.is_object() ? body["error"].value("code", "") : "";
}

void ask(const UniqueFd& fd, const std::string& path = "/") {
  say(fd, "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
}

void report(const UniqueFd& fd, const std::string& path = "/", const std::string& token = "") {
  say(fd, "POST " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token + "\r\nContent-Length: 0\r\n\r\n");
}

// The status line and headers of one answer; "" = the connection has ended.
std::string answer(const UniqueFd& fd) {
  std::string text;
  char byte = 0;
  while (!text.ends_with("\r\n\r\n") && ::recv(fd.get(), &byte, 1, 0) == 1) text += byte;
  return text;
}

}  // namespace

TEST_CASE("http server: who is turned away and asks again at once waits, but not for other things") {
  BusyAtFirst handler;
  TestServer server(handler, pausing(100));
  const UniqueFd client = server.connect();
  report(client);
  CHECK(answer(client).starts_with("HTTP/1.1 503"));
  const SystemClock clock;
  const int64_t before_us = clock.monotonic_us();
  ask(client);
  CHECK(answer(client).starts_with("HTTP/1.1 204"));
  CHECK_FALSE(handler.was_let_in);
  report(client);
  CHECK(answer(client).starts_with("HTTP/1.1 204"));
  CHECK(handler.was_let_in);
  CHECK(clock.monotonic_us() - before_us >= 100'000);
  server.stop();
}

TEST_CASE("http server: of those behind a proxy only who was turned away waits") {
  BusyAtFirst handler;
  TestServer server(handler, pausing(3'600'000));
  const UniqueFd proxy = server.connect();
  const timeval patience{10, 0};  // is not needed
  REQUIRE(::setsockopt(proxy.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
  report(proxy, "/", "alice");
  CHECK(answer(proxy).starts_with("HTTP/1.1 503"));
  report(proxy, "/", "bob");
  CHECK(answer(proxy).starts_with("HTTP/1.1 204"));
  report(proxy, "/", "alice");
  server.stop();
  CHECK(answer(proxy).empty());
}

TEST_CASE("http server: what can wait is handled when all that came with it was read, and the rest before it") {
  class Noting final : public HttpHandler {
   public:
    [[nodiscard]] bool can_wait(const Request& request) const override { return request.method == Method::kPost; }
    [[nodiscard]] std::optional<Refusal> turn_away(const Request& request) override {
      order += 'r';
      if (request.path != "/gone") return std::nullopt;
      Refusal refusal;
      refusal.response.status = 503;
      return refusal;
    }
    void handle(const Request& request, const Respond& respond) override {
      if (request.path == "/wait") {
        waits.release();
        gate.acquire();
      } else {
        order += request.method == Method::kPost ? 'h' : 'n';
      }
      respond(no_content());
    }
    std::binary_semaphore waits{0};
    std::binary_semaphore gate{0};
    std::string order;  // the I/O thread's, while it is not stopped
  };
  Noting handler;
  TestServer server(handler);
  std::vector<UniqueFd> others;
  for (int i = 0; i < 5; ++i) {
    others.push_back(server.connect());
    ask(others.back());
    CHECK(answer(others.back()).starts_with("HTTP/1.1 204"));
  }
  const UniqueFd first = server.connect();
  ask(first, "/wait");
  handler.waits.acquire();
  report(others[0]);
  report(others[1]);
  ask(others[2]);
  report(others[3], "/gone");
  report(others[4]);
  others.pop_back();  // who was let in and went away is handled, too: it is counted until it is answered
  handler.gate.release();
  for (int i = 0; i < 3; ++i) CHECK(answer(others[static_cast<std::size_t>(i)]).starts_with("HTTP/1.1 204"));
  CHECK(answer(others[3]).starts_with("HTTP/1.1 503"));
  CHECK(answer(first).starts_with("HTTP/1.1 204"));
  server.stop();
  CHECK(handler.order == "nnnnnrrnrrhhh");
}

TEST_CASE("http server: a connection that is made to wait does not hold up the end") {
  BusyAtFirst handler;
  TestServer server(handler, pausing(3'600'000));
  const UniqueFd client = server.connect();
  report(client);
  CHECK(answer(client).starts_with("HTTP/1.1 503"));
  report(client);
  server.stop();  // as long as the pause if it waited for it
  CHECK(answer(client).empty());
}

TEST_CASE("http server: who sends a request slower than may be is told so, and who sends none is not waited for") {
  Handler handler([](const Request&) { return no_content(); });
  HttpServerConfig config;
  config.request_timeout_ms = 20;
  TestServer server(handler, config);
  for (const char* begun : {"G", "GET / HTTP/1.1\r\nHost: a\r\n",
                            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345"}) {
    CAPTURE(std::string(begun));
    const UniqueFd client = server.connect();
    say(client, begun);
    const std::string told = rest(client);
    CHECK(told.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    CHECK(told.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(code_of(told) == "request_timeout");
  }
  CHECK(rest(server.connect()).empty());
  server.stop();
}

TEST_CASE("http server: who takes nothing of an answer is given up, and what was to be sent let go") {
  // As long as a test would take, and then some.
  constexpr int64_t kPartBytes = int64_t{64} << 20;
  class Endless final : public BodySource {
   public:
    explicit Endless(std::binary_semaphore& gone) : gone_(gone) {}
    ~Endless() override { gone_.release(); }
    void next(Give give) override {
      FilePart part{UniqueFd(::memfd_create("part", MFD_CLOEXEC)), 0, kPartBytes};
      REQUIRE(::ftruncate(part.fd.get(), kPartBytes) == 0);
      give(std::move(part));
    }

   private:
    std::binary_semaphore& gone_;
  };
  std::binary_semaphore gone{0};
  Handler handler([&gone](const Request&) {
    Response response;
    response.stream = BodyStream{std::make_shared<Endless>(gone), int64_t{1} << 40};
    return response;
  });
  HttpServerConfig config;
  config.write_timeout_ms = 20;
  TestServer server(handler, config);
  const UniqueFd client = server.connect();
  ask(client);
  gone.acquire();
  CHECK(server.connections() == 0);
  CHECK(static_cast<int64_t>(rest(client).size()) < kPartBytes);
  server.stop();
}

TEST_CASE("http server: one connection too many is told to come back later, and ends") {
  Handler handler([](const Request&) { return no_content(); });
  HttpServerConfig config;
  config.max_connections = 1;
  TestServer server(handler, config);
  {
    const UniqueFd first = server.connect();
    ask(first);
    CHECK(answer(first).starts_with("HTTP/1.1 204"));
    const std::string told = rest(server.connect());  // without having asked for anything
    CHECK(told.starts_with("HTTP/1.1 503"));
    CHECK(told.find("\r\nRetry-After: 1\r\n") != std::string::npos);
    CHECK(told.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(code_of(told) == "overloaded");
    ask(first);
    CHECK(answer(first).starts_with("HTTP/1.1 204"));
  }
  while (server.connections() > 0) std::this_thread::yield();
  const UniqueFd next = server.connect();
  ask(next);
  CHECK(answer(next).starts_with("HTTP/1.1 204"));
  server.stop();
}

TEST_CASE("http server: a file that became shorter than was promised ends the connection, and no other") {
  Handler handler([](const Request& request) {
    if (request.path != "/shorter") return no_content();
    Response response;
    response.file = FilePart{UniqueFd(::memfd_create("part", MFD_CLOEXEC)), 0, 1000};
    REQUIRE(::write(response.file->fd.get(), "0123456789", 10) == 10);
    return response;
  });
  TestServer server(handler);
  const UniqueFd other = server.connect();
  ask(other);
  CHECK(answer(other).starts_with("HTTP/1.1 204"));
  const UniqueFd client = server.connect();
  ask(client, "/shorter");
  const std::string told = rest(client);
  CHECK(told.find("\r\nContent-Length: 1000\r\n") != std::string::npos);
  CHECK(told.ends_with("\r\n\r\n0123456789"));
  ask(other);
  CHECK(answer(other).starts_with("HTTP/1.1 204"));
  server.stop();
}

TEST_CASE("http server: who comes while there is no descriptor is served when there is one again") {
  Handler handler([](const Request&) { return no_content(); });
  std::array<int, 2> pipe{};
  REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
  const UniqueFd log(pipe[0]);
  TestServer server(handler, {}, UniqueFd(pipe[1]));
  UniqueFd socket = make_socket();
  const int lowest_free = UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get();
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  rlimit no_more = limit;
  no_more.rlim_cur = static_cast<rlim_t>(lowest_free);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &no_more) == 0);
  const UniqueFd client = server.connect(std::move(socket));
  const std::string said = rest_of_pipe(log);  // the server has tried
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(said.find("accept_failed") != std::string::npos);
  ask(client);
  CHECK(answer(client).starts_with("HTTP/1.1 204"));
  server.stop();
}

TEST_CASE("http server: who sends a body of megabytes that nobody wants hears why") {
  Handler handler([](const Request&) { return no_content(); });
  HttpServerConfig config;
  config.linger_ms = 3'600'000;  // however slow this machine is
  TestServer server(handler, config);
  const UniqueFd client = server.connect();
  // All of it before anything is read, as simple clients do; a reset would take the answer away.
  say_all(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 7000000\r\n\r\n" + std::string(7'000'000, ' '));
  REQUIRE(::shutdown(client.get(), SHUT_WR) == 0);
  const std::string told = rest(client);
  CHECK(told.starts_with("HTTP/1.1 413"));
  CHECK(code_of(told) == "body_too_large");
  server.stop();
}

TEST_CASE("http server: what is refused is read on for some bytes and some time, and no more") {
  Handler handler([](const Request&) { return no_content(); });
  const std::string refused = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n";
  struct Row {
    const char* name;
    int64_t linger_ms;
    int64_t request_timeout_ms;
    std::size_t piece_bytes;  // sent again and again; 0 = no more comes
  };
  for (const Row& row : {Row{"it never ends", 3'600'000, 3'600'000, 1 << 20}, Row{"it trickles", 3'600'000, 20, 1},
                         Row{"it is silent", 20, 3'600'000, 0}}) {
    CAPTURE(std::string(row.name));
    HttpServerConfig config;
    config.linger_ms = row.linger_ms;
    config.request_timeout_ms = row.request_timeout_ms;
    TestServer server(handler, config);
    const UniqueFd client = server.connect();
    say(client, refused);
    CHECK(answer(client).starts_with("HTTP/1.1 413"));
    const std::string piece(row.piece_bytes, ' ');
    std::size_t sent = 0;
    while (server.connections() > 0) {
      const ssize_t count = ::send(client.get(), piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count > 0) sent += static_cast<std::size_t>(count);
      std::this_thread::yield();
    }
    CHECK(sent < 32 << 20);
    server.stop();
  }
}

TEST_CASE("http server: requests that come together are answered in order") {
  Handler handler([](const Request& request) {
    Response response;
    response.body = std::string(request.path);
    return response;
  });
  TestServer server(handler);
  const UniqueFd client = server.connect();
  constexpr int kCount = 1000;
  std::string all;
  for (int i = 0; i < kCount; ++i) all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  std::thread asking([&] { say(client, all + "GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); });
  const std::string told = rest(client);
  asking.join();
  std::size_t at = 0;
  for (int i = 0; i < kCount && at != std::string::npos; ++i) at = told.find("\r\n\r\n/" + std::to_string(i), at);
  CHECK(at != std::string::npos);
  CHECK(told.ends_with("\r\n\r\n/end"));
  server.stop();
}

TEST_CASE("http server: H12 what is wrong with a request is told, whatever was asked before, and the next client is served") {
  Handler handler([](const Request& request) {
    Response response;
    response.body = std::string(request.body);
    return response;
  });
  TestServer server(handler);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  const std::string large(65'534, 'a');
  for (const std::string& request : {chunked + "X: " + large + "\r\n\r\n", chunked + large + ": x\r\n\r\n"}) {
    const UniqueFd client = server.connect();
    say(client, request);
    CHECK(code_of(rest(client)) == "header_too_large");
  }
  {
    const UniqueFd client = server.connect();
    say(client, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(answer(client).starts_with("HTTP/1.1 200"));
    say(client, "GET / HTTP/9.9\r\n\r\n");
    CHECK(code_of(rest(client)) == "bad_request");
  }
  {
    const UniqueFd client = server.connect();
    say(client, "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: what\r\n\r\n");
    const std::string told = rest(client);
    CHECK(told.starts_with("HTTP/1.1 501 "));
    CHECK(told.ends_with("\r\n\r\n"));
  }
  const UniqueFd client = server.connect();
  say(client, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  CHECK(answer(client) == "HTTP/1.1 100 Continue\r\n\r\n");
  say(client, "abc");
  CHECK(rest(client).ends_with("\r\n\r\nabc"));
  server.stop();
}

TEST_CASE("http server: an answer that comes late is whole, whatever else the client has sent") {
  class Late final : public HttpHandler {
   public:
    void handle(const Request&, const Respond& respond) override {
      respond_ = respond;
      asked.release();
    }
    void answer() {
      Response response;
      response.body = "done";
      respond_(std::move(response));
    }
    std::binary_semaphore asked{0};

   private:
    Respond respond_;
  };
  Late handler;
  TestServer server(handler);
  for (int i = 0; i < 20; ++i) {
    const UniqueFd client = server.connect();
    say(client, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    handler.asked.acquire();
    say(client, std::string(20'000, 'x'));
    handler.answer();
    CHECK(rest(client).ends_with("\r\n\r\ndone"));
  }
  server.stop();
}

TEST_CASE("http server: the log of requests says what was asked and answered, and nothing that lets somebody in") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd logged(ends[0]);
  Handler handler([](const Request& request) {
    Response response = no_content();
    if (request.path == "/media/m_1/a.ts") {
      response.status = 200;
      response.body = "12345";
    }
    return response;
  });
  std::vector<std::string> answers;
  {
    HttpServerConfig config;
    config.logs_requests = true;
    TestServer server(handler, config, UniqueFd(ends[1]));
    const UniqueFd client = server.connect();
    for (const std::string request :
         {"GET /media/m_1/a.ts?exp=1&sig=SECRET HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /media/m_1/a.ts%3Fsig=SECRET HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer SECRET\r\n\r\n",
          "POST /api/v1/profiles HTTP/1.1\r\nHost: a\r\nX-Profile-Pin: SECRET\r\nContent-Length: 16\r\n\r\n{\"pin\":\"SECRET\"}"}) {
      say(client, request);
      answers.push_back(answer(client));
      if (answers.back().find("Content-Length: 5") != std::string::npos) {
        std::string body(5, '\0');
        REQUIRE(::recv(client.get(), body.data(), body.size(), MSG_WAITALL) == 5);
      }
    }
    say(client, "SECRET\r\n\r\n");
    answers.push_back(answer(client));
    server.stop();
  }
  const std::string log = rest_of_pipe(logged);
  CAPTURE(log);
  CHECK(log.find("SECRET") == std::string::npos);
  const std::string bytes = std::to_string(answers[0].size() + 5);
  CHECK(log.find("method=\"GET\" path=\"/media/m_1/a.ts\" status=\"200\" bytes=\"" + bytes + "\" ms=\"") !=
        std::string::npos);
  CHECK(log.find("method=\"GET\" path=\"/media/m_1/a.ts\" status=\"204\"") != std::string::npos);
  CHECK(log.find("method=\"POST\" path=\"/api/v1/profiles\" status=\"204\"") != std::string::npos);
  CHECK(log.find("method=\"\" path=\"\" status=\"400\"") != std::string::npos);
  constexpr std::string_view kId = "X-Request-Id: ";
  std::set<std::string> ids;
  for (const std::string& told : answers) {
    const std::string id = told.substr(told.find(kId) + kId.size(), 16);
    CHECK(log.find("request id=\"" + id + "\"") != std::string::npos);
    ids.insert(id);
  }
  CHECK(ids.size() == answers.size());
}

TEST_CASE("deadlines: who comes due is taken once, soonest of its kind first, and nobody who stopped or went") {
  struct Named final : Waiter {
    void on_deadline() override {}
  };
  Deadlines deadlines({10, 60, 30, 1, 1});
  CHECK_FALSE(deadlines.next_us());
  Named slow, idle, stopped, again;
  deadlines.start(slow, Patience::kWrite, 0);
  deadlines.start(idle, Patience::kRequest, 1);
  deadlines.start(stopped, Patience::kRequest, 2);
  deadlines.start(again, Patience::kRequest, 3);
  {
    Named gone;
    deadlines.start(gone, Patience::kPause, 0);
    CHECK(deadlines.next_us() == 1);
  }
  CHECK(deadlines.next_us() == 30);
  CHECK(deadlines.take_due(29) == nullptr);
  Deadlines::stop(stopped);
  deadlines.start(again, Patience::kHandshake, 50);  // another kind in place of the first
  CHECK(deadlines.take_due(59) == &slow);
  CHECK(deadlines.take_due(59) == nullptr);
  CHECK(deadlines.next_us() == 60);
  CHECK(deadlines.take_due(61) == &again);
  CHECK(deadlines.take_due(61) == &idle);
  CHECK(deadlines.take_due(1'000) == nullptr);
  CHECK_FALSE(deadlines.next_us());
}

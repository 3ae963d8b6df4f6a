// SPDX-License-Identifier: Apache-2.0
// What only the real transport can be asked.
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract/transport_world.h"
#include "support/peak_memory.h"

namespace playhead::test {
namespace {

Request request_for(const std::string& url, ResourceKind kind) {
  Request request;
  request.url = url;
  request.kind = kind;
  return request;
}

// Compresses as playlists do, not as bombs do.
std::string playlist_text(std::size_t size) {
  std::string text = "#EXTM3U\n";
  for (int i = 0; text.size() < size; ++i) {
    text += "#EXTINF:4.000,\nsegment-" + std::to_string(i) + ".m4s\n";
  }
  text.resize(size);
  return text;
}

TEST_CASE("N32 N34 text is asked for and taken compressed, nothing else is") {
  CurlWorld world;
  const std::string text = playlist_text(300'000);
  WebAnswer answer = text_answer(text);
  answer.is_gzipped = true;
  world.serve("/a", answer);
  struct Case {
    std::string name;
    ResourceKind kind;
    bool asks;
  };
  const Case cases[] = {
      {"manifest", ResourceKind::kManifest, true}, {"text", ResourceKind::kText, true},
      {"api", ResourceKind::kApi, true},           {"media", ResourceKind::kMedia, false},
      {"init", ResourceKind::kInit, false},        {"key", ResourceKind::kKey, false},
      {"license", ResourceKind::kLicense, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Exchange get(world);
    REQUIRE(get.start(request_for(world.url("/a"), c.kind)).wait());
    CHECK(world.requests().back().has_header("accept-encoding") == c.asks);
    CHECK(get.ok() == c.asks);
    if (!c.asks) {
      CHECK(get.error() == ErrorCode::kBadResponse);
      continue;
    }
    const bool is_text = std::string(get.body.begin(), get.body.end()) == text;
    CHECK(is_text);
    CHECK(get.head.content_length < 100'000);
    CHECK(get.result().value().wire_bytes == get.head.content_length);
    CHECK(get.result().value().body_bytes == 300'000);
  }
}

TEST_CASE("N32 a compressed answer stops at max_bytes decoded") {
  CurlWorld world;
  WebAnswer answer = text_answer(playlist_text(5'000'000));
  answer.is_gzipped = true;
  world.serve("/long", answer);
  Request request = request_for(world.url("/long"), ResourceKind::kManifest);
  request.max_bytes = 1'000'000;
  Exchange get(world);
  REQUIRE(get.start(request).wait());
  CHECK(get.error() == ErrorCode::kTooLarge);
  CHECK(get.body.size() <= 1'000'000);
}

// 100 decoded bytes for one of the wire are more than any playlist reaches, so a bomb of 1,000:1
// ends with its first pieces, whatever its size and whether it says it or not.
TEST_CASE("N33 a compression bomb ends with its first pieces, and takes no more than 32 MiB") {
  CurlWorld world;
  WebAnswer bomb = text_answer(std::string(50'000'000, '\0'));
  bomb.is_gzipped = true;
  world.serve("/small", text_answer("small"));
  Exchange small(world);  // threads and connections are there
  REQUIRE(small.start(request_for(world.url("/small"), ResourceKind::kManifest)).wait());
  for (const auto framing : {WebAnswer::Framing::kLength, WebAnswer::Framing::kChunked}) {
    bomb.framing = framing;
    world.serve("/bomb", bomb);
    Exchange get(world);
    const PeakMemory memory;
    REQUIRE(get.start(request_for(world.url("/bomb"), ResourceKind::kManifest)).wait());
    if (const auto growth = memory.growth_bytes()) CHECK(*growth <= int64_t{32} << 20);
    CHECK(get.error() == ErrorCode::kTooLarge);
    CHECK(get.body.size() <= std::size_t{16} << 20);
  }
}

TEST_CASE("N35 what is not HTTP is refused") {
  CurlWorld world;
  struct Case {
    std::string name;
    std::string raw;
    ErrorCode code;
  };
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const Case cases[] = {
      {"no status line", "hello there, this is no HTTP\r\n\r\n", ErrorCode::kBadResponse},
      {"bad version", "HTTP/7.7 200 OK\r\n\r\n", ErrorCode::kBadResponse},
      {"head of 1 MiB in one line", head + "X: " + std::string(1 << 20, 'x') + "\r\n\r\n",
       ErrorCode::kBadResponse},
      {"head of 70 KiB in many lines",
       [&] {
         std::string text = head;
         for (int i = 0; i < 700; ++i) text += "X-Line: " + std::string(92, 'x') + "\r\n";
         return text + "\r\n";
       }(),
       ErrorCode::kBadResponse},
      {"closed within the head", head + "Content-Le", ErrorCode::kConnectionLost},
      {"broken gzip", head + "Content-Encoding: gzip\r\nContent-Length: 10\r\n\r\nnot-gzip!!",
       ErrorCode::kBadResponse},
      {"unknown compression", head + "Content-Encoding: zebra\r\nContent-Length: 3\r\n\r\nabc",
       ErrorCode::kBadResponse},
      {"bad chunk size", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
       ErrorCode::kConnectionLost},
      {"trailers of 1 MiB",
       [&] {
         std::string text = head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n";
         for (int i = 0; i < 10'000; ++i) text += "X-Late: " + std::string(92, 'x') + "\r\n";
         return text + "\r\n";
       }(),
       ErrorCode::kBadResponse},
      {"negative chunk size", head + "Transfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n",
       ErrorCode::kConnectionLost},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    WebAnswer answer;
    answer.raw = c.raw;
    world.serve("/a", answer);
    Exchange get(world);
    REQUIRE(get.start(request_for(world.url("/a"), ResourceKind::kManifest)).wait());
    CHECK_FALSE(get.ok());
    CHECK(get.error() == c.code);
  }
}

TEST_CASE("curl transport: interim answers and trailers are skipped") {
  CurlWorld world;
  WebAnswer answer;
  answer.raw =
      "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n"
      "3\r\nabc\r\n0\r\nX-Late: 1\r\n\r\n";
  world.serve("/a", answer);
  Exchange get(world);
  REQUIRE(get.start(world.url("/a")).wait());
  REQUIRE(get.ok());
  CHECK(get.order == "hbd");
  CHECK(get.head.status == 200);
  CHECK(get.head.header("x-early").empty());
  CHECK(get.head.header("x-late").empty());
  CHECK(get.body.size() == 3);
}

TEST_CASE("curl transport: a header cannot smuggle another") {
  CurlWorld world;
  Request request = request_for(world.url("/a"), ResourceKind::kApi);
  request.headers = {{"X-One", "1\r\nX-Two: 2"}};
  Exchange get(world);
  REQUIRE(get.start(request).wait());
  CHECK(get.error() == ErrorCode::kInvalidArgument);
  CHECK(world.requests().empty());
}

TEST_CASE("curl transport: a redirect's body is not waited for") {
  CurlWorld world;
  world.serve("/end", text_answer("end"));
  WebAnswer endless = redirect_answer("/end");
  endless.body = bytes_answer(pattern_bytes(1'000'000)).body;
  endless.break_after = 10;
  endless.break_kind = WebAnswer::Break::kHold;
  world.serve("/hop", endless);
  Exchange get(world);
  REQUIRE(get.start(world.url("/hop")).wait());
  CHECK(get.ok());
}

TEST_CASE("N37 a connection that died while idle is replaced without a word") {
  CurlWorld world;
  WebAnswer last = text_answer("bye");  // keeps the connection open in words only
  last.raw = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbye";
  world.serve("/last", last);
  world.serve("/a", text_answer("a"));
  Exchange first(world);
  REQUIRE(first.start(world.url("/last")).wait());
  REQUIRE(first.ok());
  Exchange second(world);
  REQUIRE(second.start(world.url("/a")).wait());
  CHECK(second.ok());
  CHECK(world.connections() == 2);
}

TEST_CASE("N04 what an answer left behind is not taken for the next one") {
  for (int i = 0; i < 20; ++i) {
    CAPTURE(i);
    CurlWorld world;
    WebAnswer longer = text_answer("0123456789");
    longer.announced_length = 4;
    world.serve("/a", longer);
    world.serve("/b", text_answer("well"));
    Exchange first(world);
    REQUIRE(first.start(world.url("/a")).wait());
    REQUIRE(first.ok());
    Request request = request_for(world.url("/b"), ResourceKind::kMedia);
    RetryConfig soon;
    soon.first_delay = soon.max_delay = soon.least_interval = 1ms;
    const auto next = fetch_whole(world, request, soon);
    REQUIRE(next.has_value());
    CHECK(as_text(next->body.view()) == "well");
  }
}

// A listening socket whose queue is full: the system drops further attempts without an answer.
class SilentPort {
 public:
  // `port` 0: any that is free. `host`: a loopback address.
  explicit SilentPort(uint32_t host = INADDR_LOOPBACK, int port = 0) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(host);
    address_.sin_port = htons(static_cast<uint16_t>(port));
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address_), sizeof address_);
    ::listen(listener_, 0);
    socklen_t size = sizeof address_;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &size);
    for (int i = 0; i < 4; ++i) {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      ::connect(fd, reinterpret_cast<sockaddr*>(&address_), sizeof address_);
      fillers_.push_back(fd);
    }
  }
  ~SilentPort() {
    for (const int fd : fillers_) ::close(fd);
    ::close(listener_);
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)) + "/";
  }

 private:
  int listener_;
  sockaddr_in address_{};
  std::vector<int> fillers_;
};

TEST_CASE("N07 a connection that does not come about times out") {
  const SilentPort silent;
  CurlWorld world;
  Request request = request_for(silent.url(), ResourceKind::kMedia);
  request.timeouts.connect = 50ms;
  Exchange get(world);
  REQUIRE(get.start(request).wait());
  CHECK(get.error() == ErrorCode::kNetworkTimeout);
}

TEST_CASE("N07 N23 an address that does not answer is not waited for when there is another") {
  LoopbackServer server;
  server.serve("/a", text_answer("hello"));
  const std::string url = server.url("/a");
  const std::string port = url.substr(url.rfind(':') + 1, url.rfind('/') - url.rfind(':') - 1);
  const SilentPort silent(INADDR_LOOPBACK + 1, std::stoi(port));  // 127.0.0.2
  CurlConfig config;
  config.addresses = {"two.test:" + port + ":127.0.0.2,127.0.0.1",
                      "silent.test:" + port + ":127.0.0.2"};
  CurlWorld world(std::move(config));
  Exchange get(world);
  REQUIRE(get.start("http://two.test:" + port + "/a").wait());
  REQUIRE(get.ok());
  CHECK(std::string(get.body.begin(), get.body.end()) == "hello");
  // libcurl by itself waits for half of what a connection may take, 2.5 s.
  const Duration took = get.result().value().finished - get.result().value().started;
  CHECK(took < 2s);
  // Where there is no other the one there is keeps its time.
  Request request = request_for("http://silent.test:" + port + "/a", ResourceKind::kMedia);
  request.timeouts.connect = 350ms;
  Exchange alone(world);
  REQUIRE(alone.start(request).wait());
  CHECK(alone.error() == ErrorCode::kNetworkTimeout);
  // One of one address, which is the way of most hosts, costs no second connection.
  CHECK(server.connections() == 1);
}

TEST_CASE("curl transport: ends with connections in the making") {
  const SilentPort silent;
  CurlWorld world;
  world.transport().preconnect(silent.url());
  Exchange get(world);
  get.start(silent.url());
  Exchange resolving(world);
  resolving.start("http://name-that-does-not-exist.invalid/");
  world.end_transport();
  CHECK_FALSE(get.is_done());
}

TEST_CASE("curl transport: log lines are redacted") {
  class Lines final : public LogSink {
   public:
    void log(LogLevel, std::string_view, std::string_view message) override { text += message; }
    std::string text;
  };
  Lines lines;
  CurlConfig config;
  config.log = &lines;
  CurlWorld world(config);
  Exchange get(world);
  REQUIRE(get.start(world.refused_url() + "a?token=s3cr3t").wait());
  world.end_transport();
  CHECK(lines.text.find("token=*") != std::string::npos);
  CHECK(lines.text.find("s3cr3t") == std::string::npos);
}

TEST_CASE("curl transport: the proxy of the environment is not used") {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  {
    CurlWorld world;
    world.serve("/a", text_answer("a"));
    Exchange get(world);
    REQUIRE(get.start(world.url("/a")).wait());
    CHECK(get.ok());
  }
  ::unsetenv("http_proxy");
}

TEST_CASE("curl transport: two share one process and one executor") {
  CurlWorld world;
  CurlTransport other;
  world.serve("/a", text_answer("a"));
  Exchange first(world);
  REQUIRE(first.start(world.url("/a")).wait());
  std::optional<bool> is_ok;
  CancelHandle handle;
  FetchCallbacks callbacks;
  callbacks.on_done = [&](Result<TransferStats> result) {
    {
      const std::lock_guard lock(world.mutex());
      is_ok = result.has_value();
    }
    world.notify();
  };
  world.on_executor([&] {
    handle = other.start(request_for(world.url("/a"), ResourceKind::kMedia), world.executor(),
                         std::move(callbacks));
  });
  REQUIRE(world.wait_until([&] { return is_ok.has_value(); }));
  CHECK(*is_ok);
  world.on_executor([&] { handle.reset(); });
}

TEST_CASE("curl transport: a manifest's request opens the connections of what follows") {
  struct Case {
    std::string name;
    ResourceKind kind;
    int spares;
    int connections;  // after the first answer
  };
  const Case cases[] = {{"manifest", ResourceKind::kManifest, 2, 3},
                        {"media", ResourceKind::kMedia, 2, 1},
                        {"call of the service", ResourceKind::kApi, 2, 1},
                        {"switched off", ResourceKind::kManifest, 0, 1}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CurlConfig config;
    config.spare_connections = c.spares;
    CurlWorld world(config);
    world.serve("/a", text_answer("a"));
    Exchange first(world);
    REQUIRE(first.start(request_for(world.url("/a"), c.kind)).wait());
    REQUIRE(first.ok());
    world.wait_for_connections(c.connections);
    // The next manifest of the same origin finds them.
    Exchange second(world);
    REQUIRE(second.start(request_for(world.url("/a"), ResourceKind::kManifest)).wait());
    CHECK(second.ok());
    CHECK(second.result().value().connection_reused);
    CHECK(world.connections() == c.connections);
    CHECK(world.requests().size() == 2);
  }
}

TEST_CASE("curl transport: several requests at once each use a connection opened ahead") {
  CurlWorld world;
  world.serve("/manifest", text_answer("m"));
  WebAnswer held = text_answer("a");
  held.holds_head = true;
  world.serve("/a", held);
  Exchange manifest(world);
  REQUIRE(manifest.start(request_for(world.url("/manifest"), ResourceKind::kManifest)).wait());
  world.wait_for_connections(3);
  // A turn of the network thread later they are ready.
  Exchange again(world);
  REQUIRE(again.start(request_for(world.url("/manifest"), ResourceKind::kManifest)).wait());
  Exchange init(world), video(world), audio(world);
  for (Exchange* get : {&init, &video, &audio}) {
    get->start(request_for(world.url("/a"), ResourceKind::kMedia));
  }
  world.server().wait_for_requests(5);
  world.release();
  for (Exchange* get : {&init, &video, &audio}) {
    REQUIRE(get->wait());
    CHECK(get->result().value().connection_reused);
  }
  CHECK(world.connections() == 3);
}

}  // namespace
}  // namespace playhead::test

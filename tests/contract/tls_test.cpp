// SPDX-License-Identifier: Apache-2.0
// Secure connections, proxies and changed networks, on real sockets.
#include <string>

#include <doctest/doctest.h>

#include "contract/tls_server.h"
#include "contract/transport_world.h"

namespace playhead::test {
namespace {

std::string answer_of(const std::string& body, const std::string& status = "200 OK",
                      const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

CurlConfig trusting(const TlsServer& server) {
  CurlConfig config;
  config.ca_file = server.certificate_file();
  return config;
}

TEST_CASE("N24 a certificate that proves nothing is refused, whatever is wrong with it") {
  struct Case {
    std::string name;
    TlsServerConfig server;
    std::string host;
    bool is_trusted;
    bool ok;
  };
  const std::string answer = answer_of("x");
  const Case cases[] = {
      {"a good one", {"localhost", 24h, answer}, "localhost", true, true},
      {"expired", {"localhost", -24h, answer}, "localhost", true, false},
      {"another name", {"other.test", 24h, answer}, "localhost", true, false},
      {"a name for an address", {"localhost", 24h, answer}, "127.0.0.1", true, false},
      {"unknown issuer, signed by itself", {"localhost", 24h, answer}, "localhost", false, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const TlsServer server(c.server);
    CurlWorld world(c.is_trusted ? trusting(server) : CurlConfig{});
    Exchange get(world);
    REQUIRE(get.start(server.url(c.host, "/a?token=s3cr3t")).wait());
    CHECK(get.ok() == c.ok);
    if (c.ok) continue;
    CHECK(get.error() == ErrorCode::kTlsFailure);
    CHECK(get.order == "d");
    CHECK(server.requests() == 0);  // nothing was said to it
  }
}

TEST_CASE("N25 a host whose key is none of the pinned ones is refused with its own code") {
  const std::string other = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  const std::string another = "sha256//BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";
  const TlsServer server({"localhost", 24h, answer_of("x")});
  struct Case {
    std::string name;
    std::vector<PinnedHost> pins;
    bool ok;
  };
  const Case cases[] = {{"none", {}, true},
                        {"the first", {{"localhost", {server.pin(), other}}}, true},
                        {"the backup", {{"LOCALHOST", {other, server.pin()}}}, true},
                        {"of another host", {{"other.test", {other, another}}}, true},
                        {"mismatch", {{"localhost", {other, another}}}, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CurlConfig config = trusting(server);
    config.pins = c.pins;
    CurlWorld world(config);
    Exchange get(world);
    REQUIRE(get.start(server.url("localhost", "/a")).wait());
    CHECK(get.ok() == c.ok);
    if (!c.ok) CHECK(get.error() == ErrorCode::kPinMismatch);
  }
}

TEST_CASE("N19 a redirect from https to http is refused") {
  CurlWorld plain;
  plain.serve("/a", text_answer("a"));
  const TlsServer server(
      {"localhost", 24h, answer_of("", "302 Found", "Location: " + plain.url("/a") + "\r\n")});
  CurlWorld world(trusting(server));
  Exchange get(world);
  REQUIRE(get.start(server.url("localhost", "/hop")).wait());
  CHECK(get.error() == ErrorCode::kForbiddenScheme);
  CHECK(plain.requests().empty());
}

TEST_CASE("N26 a secure connection that ends within the body is a lost one, and goes on") {
  const std::string body(50'000, 'x');
  const std::string tag = "ETag: \"v1\"\r\n";
  TlsServerConfig config{"localhost", 24h, answer_of(body, "200 OK", tag)};
  config.cuts = 1;
  config.cut_after = 20'000;
  config.after_cuts = config.answer;  // ranges are ignored: the front is passed over
  const TlsServer server(config);
  CurlWorld world(trusting(server));
  const auto fetched = fetch_whole(world, server.url("localhost", "/a"));
  REQUIRE(fetched.has_value());
  CHECK(fetched->body.size() == body.size());
  CHECK(server.requests() == 2);
}

TEST_CASE("N36 a request that HTTP/2 did not take goes out again on a new connection") {
  struct Case {
    const char* name;
    int goaways, resets;
  };
  for (const Case& c : {Case{"GOAWAY", 1, 0}, Case{"RST_STREAM", 0, 1}}) {
    CAPTURE(c.name);
    TlsServerConfig config{"localhost", 24h, answer_of("hello", "200 OK", "")};
    config.http2_goaways = c.goaways;
    config.http2_resets = c.resets;
    const TlsServer server(config);
    CurlWorld world(trusting(server));
    const auto fetched = fetch_whole(world, server.url("localhost", "/a"));
    REQUIRE(fetched.has_value());
    CHECK(as_text(fetched->body.view()) == "hello");
    CHECK(server.requests() == 2);
  }
}

// As when a host gives no window any more, or the way to it swallows packets: the connection looks
// well, and every request that is put on it waits for ever.
TEST_CASE("N36 a connection of HTTP/2 that falls silent is left for a new one") {
  struct Case {
    const char* name;
    const char* says;  // of the body, behind a head; nothing: no answer at all
    int requests;
  };
  // A body of which neither length nor version is known begins anew, with a third request.
  for (const Case& c : {Case{"within the body", "he", 3}, Case{"before the answer", "", 2}}) {
    CAPTURE(std::string(c.name));
    TlsServerConfig config{"localhost", 24h, answer_of("hello", "200 OK", "")};
    config.http2_stalls = 1;
    config.stall_with = c.says;
    const TlsServer server(config);
    CurlWorld world(trusting(server));
    Request request;
    request.url = server.url("localhost", "/a");
    request.timeouts.stall = request.timeouts.first_byte = 200ms;
    RetryConfig soon;
    soon.first_delay = soon.max_delay = soon.least_interval = 1ms;
    const auto fetched = fetch_whole(world, request, soon);
    REQUIRE(fetched.has_value());
    CHECK(as_text(fetched->body.view()) == "hello");
    CHECK(server.requests() == c.requests);
  }
}

TEST_CASE("N38 a proxy that refuses or is not there is named") {
  CurlWorld proxy;
  proxy.serve([](const WebRequest&) -> std::optional<WebAnswer> {
    return status_answer(407, {{"Proxy-Authenticate", "Basic realm=\"x\""}});
  });
  std::string address = proxy.url("");
  struct Case {
    std::string name, proxy, url;
    int detail;
  };
  const Case cases[] = {{"407 to a plain request", address, "http://origin.test/a", 407},
                        {"407 to a tunnel", address, "https://origin.test/a", 407},
                        {"down", proxy.refused_url(), "http://origin.test/a", 0}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CurlConfig config;
    config.proxy = c.proxy;
    CurlWorld world(config);
    Exchange get(world);
    REQUIRE(get.start(c.url).wait());
    CHECK(get.error() == ErrorCode::kProxyFailure);
    const Error error = get.result().error();
    CHECK(error.context.find("127.0.0.1") != std::string::npos);
    if (c.detail != 0) CHECK(error.detail == c.detail);
  }
}

TEST_CASE("N39 on another network idle connections are dropped and transfers begin anew") {
  CurlWorld world;
  world.serve("/a", text_answer("a"));
  WebAnswer held = bytes_answer(pattern_bytes(100'000));
  held.break_after = 50'000;
  held.break_kind = WebAnswer::Break::kHold;
  world.serve("/held", held);
  Exchange first(world);
  REQUIRE(first.start(world.url("/a")).wait());
  Exchange running(world);
  running.start(world.url("/held"));
  REQUIRE(running.wait_for_body());
  const int connections = world.connections();
  world.transport().network_changed();
  REQUIRE(running.wait());
  CHECK(running.error() == ErrorCode::kConnectionLost);
  Exchange second(world);
  REQUIRE(second.start(world.url("/a")).wait());
  CHECK(second.ok());
  CHECK(world.connections() == connections + 1);
}

// "localhost" is ::1 and 127.0.0.1 where both are set up; only the latter answers.
TEST_CASE("N23 of two addresses the one that answers is used") {
  CurlWorld world;
  world.serve("/a", text_answer("a"));
  Exchange get(world);
  REQUIRE(get.start(world.other_host_url("/a")).wait());
  CHECK(get.ok());
}

}  // namespace
}  // namespace playhead::test

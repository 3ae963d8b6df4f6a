// SPDX-License-Identifier: Apache-2.0
// CurlTransport against an HTTP/2 server with TLS that is not ours.
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "contract/nghttpd.h"
#include "contract/transport_world.h"

namespace playhead::test {
namespace {

CurlConfig trusting(const Nghttpd& server) {
  CurlConfig config;
  config.ca_file = server.certificate_file();
  return config;
}

TEST_CASE("transport over HTTP/2" * doctest::skip(!Nghttpd::is_installed())) {
  const Nghttpd server;
  REQUIRE(server.is_running());
  const std::vector<uint8_t> bytes = pattern_bytes(2'000'000);
  server.add_file("big", bytes);
  server.add_file("empty", {});
  CurlWorld world(trusting(server));

  SUBCASE("a body arrives whole and in order") {
    Exchange get(world);
    REQUIRE(get.start(server.url("/big")).wait());
    REQUIRE(get.ok());
    CHECK(get.order == "hbd");
    CHECK(get.head.status == 200);
    CHECK(get.head.content_length == 2'000'000);
    CHECK(get.body == bytes);
    CHECK(get.result().value().http_major == 2);
    CHECK(get.result().value().wire_bytes == 2'000'000);
  }
  SUBCASE("answers without a body") {
    Exchange get(world);
    REQUIRE(get.start(server.url("/empty")).wait());
    REQUIRE(get.ok());
    CHECK(get.order == "hd");
    Request request;
    request.url = server.url("/big");
    request.method = "HEAD";
    Exchange head(world);
    REQUIRE(head.start(request).wait());
    REQUIRE(head.ok());
    CHECK(head.order == "hd");
    CHECK(head.head.content_length == 2'000'000);
  }
  SUBCASE("an error status is an answer") {
    Exchange get(world);
    REQUIRE(get.start(server.url("/absent")).wait());
    REQUIRE(get.ok());
    CHECK(get.head.status == 404);
  }
  SUBCASE("requests share one connection") {
    Exchange first(world);
    REQUIRE(first.start(server.url("/empty")).wait());
    std::vector<std::unique_ptr<Exchange>> exchanges;
    for (int i = 0; i < 20; ++i) {
      exchanges.push_back(std::make_unique<Exchange>(world));
      exchanges.back()->start(server.url("/big"));
    }
    for (const auto& exchange : exchanges) {
      REQUIRE(exchange->wait());
      REQUIRE(exchange->ok());
      CHECK(exchange->body == bytes);
      CHECK(exchange->result().value().connection_reused);
    }
  }
  SUBCASE("bodies side by side all come to their end") {
    for (int round = 0; round < 10; ++round) {
      std::vector<std::unique_ptr<Exchange>> exchanges;
      for (int i = 0; i < 4; ++i) {
        exchanges.push_back(std::make_unique<Exchange>(world));
        exchanges.back()->start(server.url("/big"));
      }
      for (const auto& exchange : exchanges) {
        REQUIRE(exchange->wait());
        CHECK(exchange->ok());
      }
    }
  }
  SUBCASE("cancelling one leaves the others alone") {
    Exchange cancelled(world);
    cancelled.in_body = [&] { cancelled.cancel_here(); };
    Exchange kept(world);
    cancelled.start(server.url("/big"));
    kept.start(server.url("/big"));
    REQUIRE(kept.wait());
    CHECK(kept.ok());
    CHECK(kept.body == bytes);
    Exchange later(world);
    REQUIRE(later.start(server.url("/big")).wait());
    REQUIRE(later.ok());
    CHECK(later.result().value().connection_reused);
    CHECK_FALSE(cancelled.is_done());
  }
  SUBCASE("a body that is too large ends early") {
    Request request;
    request.url = server.url("/big");
    request.max_bytes = 100'000;
    Exchange get(world);
    REQUIRE(get.start(request).wait());
    CHECK(get.error() == ErrorCode::kTooLarge);
  }
  SUBCASE("a request uses the connection opened ahead") {
    world.transport().preconnect(server.url("/"));
    Exchange get(world);
    REQUIRE(get.start(server.url("/empty")).wait());
    REQUIRE(get.ok());
    CHECK(get.result().value().connection_reused);
  }
}

TEST_CASE("transport over TLS" * doctest::skip(!Nghttpd::is_installed())) {
  const Nghttpd server;
  REQUIRE(server.is_running());
  const std::vector<uint8_t> bytes = pattern_bytes(1'000'000);
  server.add_file("big", bytes);

  SUBCASE("a certificate nobody vouches for is refused") {
    CurlWorld world;
    Exchange get(world);
    REQUIRE(get.start(server.url("/big")).wait());
    CHECK(get.error() == ErrorCode::kTlsFailure);
    CHECK(get.order == "d");
  }
  SUBCASE("a certificate for another name is refused") {
    CurlWorld world(trusting(server));
    std::string url = server.url("/big");
    url.replace(url.find("localhost"), 9, "127.0.0.1");
    Exchange get(world);
    REQUIRE(get.start(url).wait());
    CHECK(get.error() == ErrorCode::kTlsFailure);
  }
}

}  // namespace
}  // namespace playhead::test

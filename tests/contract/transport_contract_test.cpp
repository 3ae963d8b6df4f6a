// SPDX-License-Identifier: Apache-2.0
// What every Transport promises (playhead/transport.h), run on the real one, on one that an app
// brings through the C interface, and on the simulated one.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "contract/c_transport_world.h"
#include "contract/transport_world.h"

namespace playhead::test {
namespace {

std::string text_of(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

Request request_for(const std::string& url, ResourceKind kind = ResourceKind::kMedia) {
  Request request;
  request.url = url;
  request.kind = kind;
  return request;
}

#define PLAYHEAD_TRANSPORTS CurlWorld, CTransportWorld, SimTransportWorld

TEST_CASE_TEMPLATE("transport: head, body and end come in this order", World, PLAYHEAD_TRANSPORTS) {
  World world;
  WebAnswer answer = text_answer("hello");
  answer.headers.push_back({"X-Thing", "one"});
  world.serve("/a?b=c", answer);
  Exchange get(world);
  REQUIRE(get.start(world.url("/a?b=c")).wait());
  REQUIRE(get.ok());
  CHECK(get.order == "hbd");
  CHECK(get.was_on_executor);
  CHECK_FALSE(get.was_before_start_returned);
  CHECK(get.head.status == 200);
  CHECK(get.head.url == world.url("/a?b=c"));
  CHECK(get.head.header("x-THING") == "one");
  CHECK(get.head.header("absent").empty());
  CHECK(get.head.content_length == 5);
  CHECK(text_of(get.body) == "hello");
}

TEST_CASE_TEMPLATE("transport: a full window holds a body back, room lets it go on", World,
                   PLAYHEAD_TRANSPORTS) {
  constexpr int64_t kBody = int64_t{64} << 20;
  constexpr int64_t kWindow = int64_t{1} << 20;
  // What was being read when the window filled: of the simulated link 50 ms.
  constexpr int64_t kMost = int64_t{16} << 20;
  World world;
  world.serve("/large", bytes_answer(std::vector<uint8_t>(std::size_t{kBody}, '.')));
  world.serve("/small", text_answer("hello"));
  Request request = request_for(world.url("/large"));
  request.window = std::make_shared<FlowWindow>(kWindow);
  // Under the world's mutex.
  std::vector<SharedBytes> held;
  bool is_hoarding = true;
  int64_t come = 0;
  std::optional<Result<TransferStats>> done;
  CancelHandle handle;
  world.on_executor([&] {
    FetchCallbacks callbacks;
    callbacks.on_body = [&](SharedBytes bytes, MonotonicTime) {
      const std::lock_guard lock(world.mutex());
      come += static_cast<int64_t>(bytes.size());
      if (is_hoarding) held.push_back(std::move(bytes));
      world.notify();
    };
    callbacks.on_done = [&](Result<TransferStats> result) {
      const std::lock_guard lock(world.mutex());
      done = std::move(result);
      world.notify();
    };
    handle = world.transport().start(request, world.executor(), std::move(callbacks));
  });
  REQUIRE(world.wait_until([&] { return request.window->is_full(); }));
  // The transport is alive meanwhile, and has had every occasion to go on reading.
  for (int n = 0; n < 20; ++n) {
    Exchange small(world);
    REQUIRE(small.start(world.url("/small")).wait());
    CHECK(small.ok());
  }
  CHECK(request.window->held() <= kMost);
  std::vector<SharedBytes> dropped;
  {
    const std::lock_guard lock(world.mutex());
    CHECK(come <= kMost);
    CHECK_FALSE(done.has_value());
    is_hoarding = false;
    dropped.swap(held);
  }
  world.on_executor([&] { dropped.clear(); });
  REQUIRE(world.wait_until([&] { return done.has_value(); }));
  CHECK(done->has_value());
  CHECK(come == kBody);
  CHECK(request.window->held() == 0);
  world.on_executor([&] { handle.reset(); });
}

TEST_CASE_TEMPLATE("transport: no more comes than is granted, however soon it is dropped", World,
                   PLAYHEAD_TRANSPORTS) {
  constexpr int64_t kBody = int64_t{8} << 20;
  constexpr int64_t kGranted = int64_t{1} << 20;
  World world;
  world.serve("/large", bytes_answer(std::vector<uint8_t>(std::size_t{kBody}, '.')));
  world.serve("/small", text_answer("hello"));
  Request request = request_for(world.url("/large"));
  const auto window = std::make_shared<FlowWindow>(FlowWindow::kUnbounded, kGranted);
  request.window = window;
  Exchange get(world);
  get.start(request);
  REQUIRE(world.wait_until([&] { return window->is_full(); }));
  for (int n = 0; n < 5; ++n) {
    Exchange small(world);
    REQUIRE(small.start(world.url("/small")).wait());
  }
  {
    const std::lock_guard lock(world.mutex());
    CHECK(static_cast<int64_t>(get.body.size()) < kBody);
  }
  world.on_executor([&] { window->grant(kBody); });
  REQUIRE(get.wait());
  CHECK(get.ok());
  CHECK(static_cast<int64_t>(get.body.size()) == kBody);
}

TEST_CASE_TEMPLATE("transport: stats tell times and bytes", World, PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/a", bytes_answer(pattern_bytes(100'000)));
  Exchange first(world);
  REQUIRE(first.start(world.url("/a")).wait());
  REQUIRE(first.ok());
  const TransferStats& stats = first.result().value();
  CHECK(stats.started <= stats.first_byte);
  CHECK(stats.first_byte <= stats.finished);
  CHECK(stats.finished <= world.executor().now());
  CHECK(stats.body_bytes == 100'000);
  CHECK(stats.wire_bytes == 100'000);
  CHECK_FALSE(stats.from_cache);
  CHECK_FALSE(stats.connection_reused);
  CHECK(stats.http_major == 1);
  CHECK(std::is_sorted(first.received.begin(), first.received.end()));
  CHECK(first.received.back() <= stats.finished);

  Exchange second(world);
  REQUIRE(second.start(world.url("/a")).wait());
  REQUIRE(second.ok());
  CHECK(second.result().value().connection_reused);
  CHECK(world.connections() == 1);
}

TEST_CASE_TEMPLATE("transport: answers without a body", World, PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/empty", text_answer(""));
  world.serve("/none", status_answer(204));
  world.serve("/full", text_answer("0123456789"));
  struct Case {
    std::string name;
    std::string method;
    std::string target;
    int status;
  };
  const Case cases[] = {{"length 0", "GET", "/empty", 200},
                        {"204", "GET", "/none", 204},
                        {"HEAD", "HEAD", "/full", 200}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Request request = request_for(world.url(c.target));
    request.method = c.method;
    Exchange exchange(world);
    REQUIRE(exchange.start(request).wait());
    REQUIRE(exchange.ok());
    CHECK(exchange.order == "hd");
    CHECK(exchange.head.status == c.status);
    CHECK(exchange.result().value().body_bytes == 0);
    if (c.method == "HEAD") CHECK(exchange.head.content_length == 10);
  }
  CHECK(world.connections() == 1);
}

TEST_CASE_TEMPLATE("transport: an error status is an answer", World, PLAYHEAD_TRANSPORTS) {
  World world;
  for (const int status : {400, 404, 500, 503}) {
    CAPTURE(status);
    world.serve("/" + std::to_string(status), text_answer("sorry", status));
    Exchange get(world);
    REQUIRE(get.start(world.url("/" + std::to_string(status))).wait());
    REQUIRE(get.ok());
    CHECK(get.head.status == status);
    CHECK(text_of(get.body) == "sorry");
  }
}

TEST_CASE_TEMPLATE("transport: bodies arrive whole in every framing", World, PLAYHEAD_TRANSPORTS) {
  World world;
  const std::vector<uint8_t> bytes = pattern_bytes(3'000'001);
  struct Case {
    std::string name;
    WebAnswer::Framing framing;
  };
  const Case cases[] = {{"length", WebAnswer::Framing::kLength},
                        {"chunked", WebAnswer::Framing::kChunked},
                        {"until close", WebAnswer::Framing::kUntilClose}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    WebAnswer answer = bytes_answer(bytes);
    answer.framing = c.framing;
    world.serve("/big", answer);
    Exchange get(world);
    REQUIRE(get.start(world.url("/big")).wait());
    REQUIRE(get.ok());
    CHECK(get.body == bytes);
    CHECK(get.head.content_length.has_value() == (c.framing == WebAnswer::Framing::kLength));
  }
}

TEST_CASE_TEMPLATE("transport: method, headers and body reach the host", World,
                   PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/api", status_answer(204));
  Request request = request_for(world.url("/api"), ResourceKind::kApi);
  request.method = "POST";
  request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  request.credentials = {{"Authorization", "Bearer t"}};
  request.body = R"({"a":1})";
  Exchange post(world);
  REQUIRE(post.start(request).wait());
  REQUIRE(post.ok());
  const std::vector<WebRequest> seen = world.requests();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "POST");
  CHECK(seen[0].target == "/api");
  CHECK(seen[0].body == R"({"a":1})");
  CHECK(seen[0].header("content-type") == "application/json");
  CHECK(seen[0].has_header("x-empty"));
  CHECK(seen[0].header("authorization") == "Bearer t");
  CHECK_FALSE(seen[0].has_header("expect"));
}

TEST_CASE_TEMPLATE("transport: ranges", World, PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/a", text_answer("0123456789"));
  struct Case {
    std::string name;
    ByteRange range;
    int status;
    std::string body;
  };
  const Case cases[] = {{"closed", {2, 5}, 206, "2345"},
                        {"open", {7, std::nullopt}, 206, "789"},
                        {"one byte", {0, 0}, 206, "0"},
                        {"beyond the end", {10, 12}, 416, ""}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Request request = request_for(world.url("/a"));
    request.range = c.range;
    Exchange get(world);
    REQUIRE(get.start(request).wait());
    REQUIRE(get.ok());
    CHECK(get.head.status == c.status);
    CHECK(text_of(get.body) == c.body);
  }
}

TEST_CASE_TEMPLATE("transport: a cancelled request says nothing", World, PLAYHEAD_TRANSPORTS) {
  World world;
  WebAnswer held = bytes_answer(pattern_bytes(100'000));
  held.break_after = 50'000;
  held.break_kind = WebAnswer::Break::kHold;
  world.serve("/held", held);
  world.serve("/a", text_answer("a"));

  Exchange at_once(world);
  world.on_executor([&] { at_once.start(world.url("/a")).cancel(); });
  Exchange in_body(world);
  in_body.start(world.url("/held"));
  REQUIRE(in_body.wait_for_body());
  in_body.cancel();
  const std::string order = in_body.order;
  world.release();

  Exchange later(world);
  REQUIRE(later.start(world.url("/a")).wait());
  CHECK(later.ok());
  CHECK(in_body.order == order);
  CHECK_FALSE(in_body.is_done());
  CHECK(at_once.order.empty());
}

TEST_CASE_TEMPLATE("transport: a callback may destroy the handle", World, PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/a", bytes_answer(pattern_bytes(500'000)));
  {
    Exchange in_head(world);
    in_head.in_head = [&] { in_head.cancel_here(); };
    in_head.start(world.url("/a"));
    REQUIRE(in_head.wait_for_head());
    Exchange later(world);
    REQUIRE(later.start(world.url("/a")).wait());
    CHECK(in_head.order == "h");
  }
  {
    Exchange in_body(world);
    std::size_t at_cancel = 0;
    in_body.in_body = [&] {
      at_cancel = in_body.body.size();
      in_body.cancel_here();
    };
    in_body.start(world.url("/a"));
    REQUIRE(in_body.wait_for_body());
    Exchange later(world);
    REQUIRE(later.start(world.url("/a")).wait());
    CHECK(in_body.order == "hb");
    CHECK(in_body.body.size() == at_cancel);
  }
  {
    Exchange in_done(world);
    in_done.in_done = [&] { in_done.cancel_here(); };
    in_done.start(world.url("/a"));
    CHECK(in_done.wait());
    CHECK(in_done.order == "hbd");
  }
}

TEST_CASE_TEMPLATE("transport: nothing is heard after the transport's end", World,
                   PLAYHEAD_TRANSPORTS) {
  World world;
  WebAnswer held = bytes_answer(pattern_bytes(1000));
  held.break_after = 500;
  held.break_kind = WebAnswer::Break::kHold;
  world.serve("/held", held);
  Exchange get(world);
  get.start(world.url("/held"));
  REQUIRE(get.wait_for_body());
  Exchange never(world);
  never.start(world.url("/held"));
  world.end_transport();
  world.on_executor([] {});  // whatever was posted before has run
  const std::string order = get.order;
  world.on_executor([] {});
  CHECK(get.order == order);
  CHECK_FALSE(get.is_done());
  CHECK_FALSE(never.is_done());
}

TEST_CASE_TEMPLATE("transport: redirects are followed", World, PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/end/", text_answer("here"));
  for (const int status : {301, 302, 303, 307, 308}) {
    CAPTURE(status);
    world.serve("/hop", redirect_answer("x/../end/?a=b", status));
    world.serve("/end/?a=b", text_answer("here"));
    Exchange get(world);
    REQUIRE(get.start(world.url("/hop")).wait());
    REQUIRE(get.ok());
    CHECK(get.order == "hbd");
    CHECK(get.head.status == 200);
    CHECK(get.head.url == world.url("/end/?a=b"));
    CHECK(text_of(get.body) == "here");
  }
}

TEST_CASE_TEMPLATE("N18 N20 redirects end and do not leave the web", World, PLAYHEAD_TRANSPORTS) {
  World world;
  struct Case {
    std::string name;
    std::string location;
    int max_redirects;
    ErrorCode code;
    std::size_t requests;
  };
  const Case cases[] = {
      {"to itself", "/hop", 10, ErrorCode::kTooManyRedirects, 1},
      {"to and fro", "/back", 10, ErrorCode::kTooManyRedirects, 11},
      {"to and fro, three hops", "/back", 3, ErrorCode::kTooManyRedirects, 4},
      {"to a file", "file:///etc/passwd", 10, ErrorCode::kForbiddenScheme, 1},
      {"to ftp", "ftp://127.0.0.1/", 10, ErrorCode::kForbiddenScheme, 1},
      {"to data", "data:text/plain,hi", 10, ErrorCode::kForbiddenScheme, 1},
      {"to nowhere", "http://", 10, ErrorCode::kInvalidUrl, 1},
      {"to a host with a space", "http://a b/", 10, ErrorCode::kInvalidUrl, 1},
  };
  std::size_t seen = 0;
  world.serve("/back", redirect_answer("/hop"));
  for (const Case& c : cases) {
    CAPTURE(c.name);
    world.serve("/hop", redirect_answer(c.location));
    Request request = request_for(world.url("/hop"));
    request.max_redirects = c.max_redirects;
    Exchange get(world);
    REQUIRE(get.start(request).wait());
    CHECK(get.error() == c.code);
    CHECK(get.order == "d");
    CHECK(world.requests().size() - seen == c.requests);
    seen = world.requests().size();
  }
}

TEST_CASE_TEMPLATE("transport: without redirects to follow, one is the answer", World,
                   PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/hop", redirect_answer("/end"));
  Request request = request_for(world.url("/hop"));
  request.max_redirects = 0;
  Exchange get(world);
  REQUIRE(get.start(request).wait());
  REQUIRE(get.ok());
  CHECK(get.head.status == 302);
  CHECK(get.head.header("location") == "/end");
}

TEST_CASE_TEMPLATE("N21 credentials stay with their origin", World, PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/end", text_answer("end"));
  struct Case {
    std::string name;
    std::string location;
    bool keeps;
  };
  const Case cases[] = {{"same origin", "/end", true},
                        {"other host", world.other_host_url("/end"), false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    world.serve("/hop", redirect_answer(c.location));
    Request request = request_for(world.url("/hop"));
    request.headers = {{"X-Public", "1"}};
    request.credentials = {{"Authorization", "Bearer secret"}, {"X-Token", "secret"}};
    Exchange get(world);
    REQUIRE(get.start(request).wait());
    REQUIRE(get.ok());
    const WebRequest last = world.requests().back();
    CHECK(last.target == "/end");
    CHECK(last.has_header("authorization") == c.keeps);
    CHECK(last.has_header("x-token") == c.keeps);
    CHECK(last.has_header("x-public"));
  }
}

TEST_CASE_TEMPLATE("N21 credentials do not come back from another origin", World,
                   PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/end", text_answer("end"));
  world.serve("/there", redirect_answer(world.url("/end")));
  world.serve("/hop", redirect_answer(world.other_host_url("/there")));
  Request request = request_for(world.url("/hop"));
  request.credentials = {{"Authorization", "Bearer secret"}};
  Exchange get(world);
  REQUIRE(get.start(request).wait());
  REQUIRE(get.ok());
  CHECK(world.requests().size() == 3);
  CHECK_FALSE(world.requests().back().has_header("authorization"));
}

TEST_CASE_TEMPLATE("N02 N03 a broken body is never a success", World, PLAYHEAD_TRANSPORTS) {
  World world;
  const std::vector<uint8_t> bytes = pattern_bytes(300'000);
  struct Case {
    std::string name;
    WebAnswer::Framing framing;
    WebAnswer::Break kind;
    int64_t after;
  };
  using Framing = WebAnswer::Framing;
  using Break = WebAnswer::Break;
  const Case cases[] = {{"reset in the middle", Framing::kLength, Break::kReset, 200'000},
                        {"reset before the first byte", Framing::kLength, Break::kReset, 0},
                        {"closed too early", Framing::kLength, Break::kClose, 299'999},
                        {"chunked, reset", Framing::kChunked, Break::kReset, 100'000},
                        {"chunked, no last chunk", Framing::kChunked, Break::kClose, 300'000}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    WebAnswer answer = bytes_answer(bytes);
    answer.framing = c.framing;
    answer.break_after = c.after;
    answer.break_kind = c.kind;
    world.serve("/a", answer);
    Exchange get(world);
    REQUIRE(get.start(world.url("/a")).wait());
    CHECK(get.error() == ErrorCode::kConnectionLost);
    CHECK(get.order.substr(0, 1) == "h");
    CHECK(get.order.back() == 'd');
    CHECK(static_cast<int64_t>(get.body.size()) <= c.after);  // a reset may overtake bytes
    if (c.kind == Break::kClose) CHECK(static_cast<int64_t>(get.body.size()) == c.after);
    CHECK(std::equal(get.body.begin(), get.body.end(), bytes.begin()));
  }
}

TEST_CASE_TEMPLATE("N04 a body longer than announced is cut", World, PLAYHEAD_TRANSPORTS) {
  World world;
  WebAnswer answer = text_answer("0123456789");
  answer.announced_length = 4;
  world.serve("/a", answer);
  Exchange get(world);
  REQUIRE(get.start(world.url("/a")).wait());
  REQUIRE(get.ok());
  CHECK(text_of(get.body) == "0123");
}

TEST_CASE_TEMPLATE("transport: max_bytes bounds every body", World, PLAYHEAD_TRANSPORTS) {
  World world;
  struct Case {
    std::string name;
    WebAnswer::Framing framing;
    std::size_t size;
    bool fits;
  };
  const Case cases[] = {{"announced, at the limit", WebAnswer::Framing::kLength, 100'000, true},
                        {"announced, beyond", WebAnswer::Framing::kLength, 100'001, false},
                        {"chunked, at the limit", WebAnswer::Framing::kChunked, 100'000, true},
                        {"chunked, beyond", WebAnswer::Framing::kChunked, 100'001, false},
                        {"chunked, far beyond", WebAnswer::Framing::kChunked, 9'000'000, false},
                        {"until close, beyond", WebAnswer::Framing::kUntilClose, 100'001, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    WebAnswer answer = bytes_answer(pattern_bytes(c.size));
    answer.framing = c.framing;
    world.serve("/a", answer);
    Request request = request_for(world.url("/a"));
    request.max_bytes = 100'000;
    Exchange get(world);
    REQUIRE(get.start(request).wait());
    CHECK(get.ok() == c.fits);
    CHECK(get.body.size() <= 100'000);
    if (!c.fits) CHECK(get.error() == ErrorCode::kTooLarge);
  }
}

TEST_CASE_TEMPLATE("N07 N08 N09 silence ends in a timeout", World, PLAYHEAD_TRANSPORTS) {
  World world;
  WebAnswer no_head = text_answer("late");
  no_head.holds_head = true;
  world.serve("/no-head", no_head);
  WebAnswer no_body = text_answer("0123456789");
  no_body.break_after = 0;
  no_body.break_kind = WebAnswer::Break::kHold;
  world.serve("/no-body", no_body);
  WebAnswer half = no_body;
  half.break_after = 5;
  world.serve("/half", half);
  struct Case {
    std::string target;
    std::string order;
    Duration least;
  };
  const RequestTimeouts timeouts{10s, 60ms, 40ms};
  const Case cases[] = {{"/no-head", "d", timeouts.first_byte},
                        {"/no-body", "hd", timeouts.stall},
                        {"/half", "hbd", timeouts.stall}};
  for (const Case& c : cases) {
    CAPTURE(c.target);
    Request request = request_for(world.url(c.target));
    request.timeouts = timeouts;
    Exchange get(world);
    const MonotonicTime before = world.executor().now();
    REQUIRE(get.start(request).wait());
    CHECK(get.error() == ErrorCode::kNetworkTimeout);
    CHECK(get.order == c.order);
    CHECK(world.executor().now() - before >= c.least);
  }
}

TEST_CASE_TEMPLATE("transport: held answers complete when they are let go", World,
                   PLAYHEAD_TRANSPORTS) {
  World world;
  WebAnswer answer = text_answer("0123456789");
  answer.break_after = 5;
  answer.break_kind = WebAnswer::Break::kHold;
  world.serve("/half", answer);
  Exchange get(world);
  get.start(world.url("/half"));
  REQUIRE(get.wait_for_body());
  CHECK_FALSE(get.is_done());
  world.release();
  REQUIRE(get.wait());
  CHECK(get.ok());
  CHECK(text_of(get.body) == "0123456789");
}

TEST_CASE_TEMPLATE("transport: what cannot be asked is refused with its reason", World,
                   PLAYHEAD_TRANSPORTS) {
  World world;
  struct Case {
    std::string url;
    ErrorCode code;
  };
  const Case cases[] = {{"", ErrorCode::kInvalidUrl},
                        {"no-scheme", ErrorCode::kInvalidUrl},
                        {"http://", ErrorCode::kInvalidUrl},
                        {"http://h:port/", ErrorCode::kInvalidUrl},
                        {"http://a b/", ErrorCode::kInvalidUrl},
                        {"http://h/a\r\nX: y", ErrorCode::kInvalidUrl},
                        {"file:///etc/passwd", ErrorCode::kForbiddenScheme},
                        {"ftp://127.0.0.1/a", ErrorCode::kForbiddenScheme},
                        {"gopher://127.0.0.1/a", ErrorCode::kForbiddenScheme},
                        {world.refused_url(), ErrorCode::kNetworkUnreachable}};
  for (const Case& c : cases) {
    CAPTURE(c.url);
    Exchange get(world);
    REQUIRE(get.start(c.url).wait());
    CHECK(get.error() == c.code);
    CHECK(get.order == "d");
  }
  CHECK(world.requests().size() <= 1);
}

TEST_CASE_TEMPLATE("transport: errors do not tell secrets", World, PLAYHEAD_TRANSPORTS) {
  World world;
  WebAnswer broken = text_answer("0123456789");
  broken.break_after = 5;
  broken.break_kind = WebAnswer::Break::kClose;
  world.serve("/a?sig=s3cr3t", broken);
  Exchange get(world);
  REQUIRE(get.start(world.url("/a?sig=s3cr3t")).wait());
  REQUIRE_FALSE(get.ok());
  const std::string text = describe(get.result().error());
  CHECK(text.find("s3cr3t") == std::string::npos);
  CHECK(text.find("/a?sig=*") != std::string::npos);
}

TEST_CASE_TEMPLATE("N34 media never comes compressed", World, PLAYHEAD_TRANSPORTS) {
  World world;
  WebAnswer answer = text_answer("not really gzip");
  answer.headers = {{"Content-Encoding", "gzip"}};
  world.serve("/a", answer);
  Exchange get(world);
  REQUIRE(get.start(request_for(world.url("/a"), ResourceKind::kMedia)).wait());
  CHECK(get.error() == ErrorCode::kBadResponse);
  CHECK(get.body.empty());
}

TEST_CASE_TEMPLATE("transport: many requests share few connections", World, PLAYHEAD_TRANSPORTS) {
  World world;
  const std::vector<uint8_t> bytes = pattern_bytes(40'000);
  world.serve("/a", bytes_answer(bytes));
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < 40; ++i) {
    exchanges.push_back(std::make_unique<Exchange>(world));
    exchanges.back()->start(world.url("/a"));
  }
  for (const auto& exchange : exchanges) {
    REQUIRE(exchange->wait());
    CHECK(exchange->ok());
    CHECK(exchange->body == bytes);
  }
  CHECK(world.connections() <= 6);
}

TEST_CASE_TEMPLATE("transport: a request uses the connection opened ahead", World,
                   PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/a", text_answer("a"));
  world.transport().preconnect(world.url("/never-asked"));
  SUBCASE("which is ready") { world.wait_for_connections(1); }
  SUBCASE("which is on its way") {}
  Exchange get(world);
  REQUIRE(get.start(world.url("/a")).wait());
  REQUIRE(get.ok());
  CHECK(world.connections() == 1);
  CHECK(world.requests().size() == 1);
}

TEST_CASE_TEMPLATE("transport: opening ahead is silent when it cannot work", World,
                   PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/a", text_answer("a"));
  for (const std::string& url :
       {std::string("nonsense"), std::string("ftp://h/"), world.refused_url()}) {
    world.transport().preconnect(url);
  }
  Exchange get(world);
  REQUIRE(get.start(world.url("/a")).wait());
  CHECK(get.ok());
}

TEST_CASE_TEMPLATE("transport: a callback may start the next request", World, PLAYHEAD_TRANSPORTS) {
  World world;
  world.serve("/a", text_answer("a"));
  Exchange second(world);
  Exchange first(world);
  first.in_done = [&] { second.start(world.url("/a")); };
  REQUIRE(first.start(world.url("/a")).wait());
  REQUIRE(second.wait());
  CHECK(second.ok());
  CHECK_FALSE(second.was_before_start_returned);
}

}  // namespace
}  // namespace playhead::test

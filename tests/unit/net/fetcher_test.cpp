// SPDX-License-Identifier: Apache-2.0
#include "net/fetcher.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/answer_plan.h"
#include "support/sim_transport.h"
#include "support/virtual_executor.h"

namespace playhead {
namespace {

using test::SimFault;
using test::SimLink;
using test::WebAnswer;
using test::WebRequest;

const std::string kUrl = "http://cdn.test/seg.m4s?sig=s3cr3t";

struct World {
  test::VirtualExecutor executor;
  test::SimTransport transport{executor, SimLink::constant(80'000'000, 10ms)};
  ResourceFetcher fetcher{transport, executor};

  void serve(WebAnswer answer) { transport.serve(kUrl, std::move(answer)); }
  void fail(SimFault fault) {
    fault.url_contains = "seg";
    transport.add_fault(std::move(fault));
  }
};

SimFault reset_after(int64_t bytes, int times = 1) {
  SimFault fault;
  fault.break_after = bytes;
  fault.times = times;
  return fault;
}

SimFault status(int code, int times = 1, std::vector<HttpHeader> headers = {}) {
  SimFault fault;
  fault.status = code;
  fault.times = times;
  fault.headers = std::move(headers);
  return fault;
}

// One streamed fetch and all it told.
struct Stream {
  explicit Stream(World& world_in) : world(world_in) {}

  Stream& start(Request request, FetchOptions options = {}) {
    if (request.url.empty()) request.url = kUrl;
    FetchEvents events;
    events.on_head = [this](const ResponseHead& head) {
      order += 'h';
      status = head.status;
    };
    events.on_body = [this](const SharedBytes& bytes, MonotonicTime) {
      if (order.empty() || order.back() != 'b') order += 'b';
      body.insert(body.end(), bytes.view().begin(), bytes.view().end());
      if (in_body) in_body();
    };
    events.on_retry = [this](const Error& error, Duration delay) {
      order += 'r';
      retries.push_back(error);
      delays.push_back(delay);
      if (in_retry) in_retry();
    };
    events.on_done = [this](Result<TransferStats> result) {
      order += 'd';
      done = std::move(result);
    };
    started = world.executor.now();
    handle = world.fetcher.stream(std::move(request), std::move(events), std::move(options));
    return *this;
  }
  bool wait() {
    return world.executor.run_until_true([this] { return done.has_value(); }, 1h);
  }
  [[nodiscard]] bool ok() const { return done && done->has_value(); }
  [[nodiscard]] Error error() const { return done && !*done ? done->error() : Error{}; }

  World& world;
  std::function<void()> in_body;
  std::function<void()> in_retry;
  CancelHandle handle;
  MonotonicTime started;
  std::string order;
  int status = 0;
  std::vector<uint8_t> body;
  std::vector<Error> retries;
  std::vector<Duration> delays;
  std::optional<Result<TransferStats>> done;
};

WebAnswer tagged(std::vector<uint8_t> bytes, const std::string& etag = "\"v1\"") {
  WebAnswer answer = test::bytes_answer(std::move(bytes));
  if (!etag.empty()) answer.headers.push_back({"ETag", etag});
  return answer;
}

TEST_CASE("fetcher: a resource comes whole with head and stats") {
  World world;
  const auto bytes = test::pattern_bytes(300'000);
  world.serve(tagged(bytes));
  std::optional<Result<FetchedResource>> got;
  Request request;
  request.url = kUrl;
  const CancelHandle handle = world.fetcher.fetch(
      request, [&](Result<FetchedResource> result) { got = std::move(result); });
  REQUIRE(world.executor.run_until_true([&] { return got.has_value(); }, 1h));
  REQUIRE(*got);
  const FetchedResource& resource = got->value();
  CHECK(resource.head.status == 200);
  CHECK(resource.head.header("etag") == "\"v1\"");
  CHECK(std::equal(bytes.begin(), bytes.end(), resource.body.view().begin(),
                   resource.body.view().end()));
  CHECK(resource.stats.body_bytes == 300'000);
  CHECK(resource.stats.wire_bytes == 300'000);
}

TEST_CASE("fetcher: answers without a body are successes") {
  struct Case {
    std::string name;
    int status;
    std::string method;
  };
  for (const Case& c : {Case{"200 empty", 200, "GET"}, Case{"204", 204, "POST"},
                        Case{"304", 304, "GET"}, Case{"HEAD", 200, "HEAD"}}) {
    CAPTURE(c.name);
    World world;
    WebAnswer answer =
        c.method == "HEAD" ? test::text_answer("abc") : test::status_answer(c.status);
    world.serve(answer);
    Stream stream(world);
    Request request;
    request.method = c.method;
    REQUIRE(stream.start(request).wait());
    CHECK(stream.ok());
    CHECK(stream.order == "hd");
    CHECK(stream.status == c.status);
  }
}

TEST_CASE("fetcher: statuses become typed errors, at once when retrying is no use") {
  struct Case {
    int status;
    ErrorCode code;
  };
  const Case cases[] = {{400, ErrorCode::kHttpStatus}, {401, ErrorCode::kUnauthorized},
                        {403, ErrorCode::kForbidden},  {404, ErrorCode::kNotFound},
                        {410, ErrorCode::kNotFound},   {416, ErrorCode::kHttpStatus},
                        {418, ErrorCode::kHttpStatus}, {302, ErrorCode::kHttpStatus}};
  for (const Case& c : cases) {
    CAPTURE(c.status);
    World world;
    world.serve(test::text_answer("why", c.status));
    Stream stream(world);
    REQUIRE(stream.start({}).wait());
    CHECK(stream.error().code == c.code);
    CHECK(stream.error().detail == c.status);
    CHECK(stream.error().severity == Severity::kFatal);
    CHECK(stream.error().context.find("s3cr3t") == std::string::npos);
    CHECK(stream.order == "d");
    CHECK(world.transport.records().size() == 1);
  }
}

TEST_CASE("N01 N15 N16 failures that may pass are retried") {
  struct Case {
    std::string name;
    SimFault fault;
    ErrorCode code;
  };
  SimFault refused;
  refused.refuses_connection = true;
  SimFault silent;
  silent.is_silent = true;
  Case cases[] = {{"refused", refused, ErrorCode::kNetworkUnreachable},
                  {"silent", silent, ErrorCode::kNetworkTimeout},
                  {"reset before the first byte", reset_after(0), ErrorCode::kConnectionLost},
                  {"408", status(408), ErrorCode::kHttpStatus},
                  {"429", status(429), ErrorCode::kServerBusy},
                  {"500", status(500), ErrorCode::kHttpStatus},
                  {"503", status(503), ErrorCode::kServerBusy}};
  for (Case& c : cases) {
    CAPTURE(c.name);
    World world;
    world.serve(test::text_answer("body"));
    c.fault.times = 2;
    world.fail(c.fault);
    Stream stream(world);
    REQUIRE(stream.start({}).wait());
    CHECK(stream.ok());
    CHECK(stream.order == "rrhbd");
    REQUIRE(stream.retries.size() == 2);
    CHECK(stream.retries[0].code == c.code);
    CHECK(stream.retries[0].severity == Severity::kRecoverable);
    CHECK(stream.delays[0] <= 1s);
    CHECK(stream.delays[1] <= 1s);
    CHECK(std::string(stream.body.begin(), stream.body.end()) == "body");
  }
}

TEST_CASE("fetcher: a request that must not be sent twice is not") {
  World world;
  world.serve(test::text_answer("ok"));
  Request request;
  request.method = "POST";
  request.body = "{}";
  SUBCASE("after a broken answer") {
    world.fail(reset_after(0));
    Stream stream(world);
    REQUIRE(stream.start(request).wait());
    CHECK(stream.error().code == ErrorCode::kConnectionLost);
    CHECK(world.transport.records().size() == 1);
  }
  SUBCASE("but after a refusal it may be") {
    world.fail(status(503));
    Stream stream(world);
    REQUIRE(stream.start(request).wait());
    CHECK(stream.ok());
    CHECK(world.transport.records().size() == 2);
  }
}

TEST_CASE("N14 Retry-After is waited for exactly") {
  World world;
  world.serve(test::text_answer("body"));
  world.fail(status(503, 1, {{"Retry-After", "17"}}));
  Stream stream(world);
  REQUIRE(stream.start({}).wait());
  CHECK(stream.ok());
  REQUIRE(stream.delays == std::vector<Duration>{17s});
  const auto& records = world.transport.records();
  REQUIRE(records.size() == 2);
  CHECK(records[1].started - records[0].finished == 17s);
}

TEST_CASE("N14 Retry-After outlives the fetch that was told, until a person loads anew") {
  World world;
  world.serve(test::text_answer("body"));
  world.fail(status(503, 1, {{"Retry-After", "17"}}));
  Stream dropped(world);
  dropped.start({});
  world.executor.run_for(5s);
  dropped.handle.reset();
  world.executor.run_for(2s);
  Stream stream(world);
  SUBCASE("what is left of it is waited for") {
    REQUIRE(stream.start({}).wait());
    CHECK(stream.ok());
    const auto& records = world.transport.records();
    REQUIRE(records.size() == 2);
    CHECK(records[1].started - records[0].finished == 17s);
  }
  SUBCASE("a fetch that waits can be cancelled") {
    stream.start({});
    world.executor.run_for(1s);
    stream.handle.reset();
    world.executor.run_for(1min);
    CHECK(stream.order.empty());
    CHECK(world.transport.records().size() == 1);
  }
  SUBCASE("a person who loads anew does not wait") {
    world.fetcher.forget_waits();
    stream.start({});
    world.executor.run_for(1s);
    CHECK(stream.ok());
  }
  SUBCASE("nor does another network") {
    stream.start({});
    world.executor.run_for(1s);
    world.fetcher.set_network(true);
    world.executor.run_for(1s);
    CHECK(stream.ok());
  }
}

TEST_CASE("N17 a host that asks to come back much later ends the fetch and says when") {
  World world;
  world.serve(test::text_answer("body"));
  std::string asked_for = "86400", told = "86400 s", told_later = "86390 s";
  SUBCASE("in a day") {}
  SUBCASE("in longer than time can be counted") {
    asked_for = "999999999999999999";
    told = "31536000 s";
    told_later = "31535990 s";
  }
  world.fail(status(503, 1, {{"Retry-After", asked_for}}));
  Stream stream(world);
  REQUIRE(stream.start({}).wait());
  CHECK(stream.error().code == ErrorCode::kServerBusy);
  CHECK(stream.error().detail == 503);
  CHECK(stream.error().context.find(told) != std::string::npos);
  CHECK(world.transport.records().size() == 1);
  // Who wants it again is told the same without a request, until a person asks again.
  world.executor.run_for(10s);
  Stream again(world);
  REQUIRE(again.start({}).wait());
  CHECK(again.error().code == ErrorCode::kServerBusy);
  CHECK(again.error().context.find(told_later) != std::string::npos);
  CHECK(world.transport.records().size() == 1);
  world.serve(test::text_answer("body"));
  world.fetcher.forget_waits();
  Stream asked(world);
  REQUIRE(asked.start({}).wait());
  CHECK(asked.ok());
}

TEST_CASE("fetcher: gives up when its budget is over") {
  World world;
  world.fail(status(500, -1));
  Stream stream(world);
  REQUIRE(stream.start({}).wait());
  CHECK(stream.error().code == ErrorCode::kHttpStatus);
  CHECK(stream.error().detail == 500);
  const Duration taken = world.executor.now() - stream.started;
  CHECK(taken <= 30s + 50ms);
  CHECK(taken >= 15s);
  CHECK(world.transport.records().size() == stream.retries.size() + 1);
  CHECK(world.transport.records().size() >= 5);
}

TEST_CASE("N02 a broken body is continued at the exact byte") {
  const auto bytes = test::pattern_bytes(400'000);
  struct Case {
    std::string name;
    std::string etag;
    std::optional<ByteRange> range;
    std::string second_range;
    std::string if_range;
  };
  const Case cases[] = {
      {"strong ETag", "\"v1\"", {}, "bytes=100001-", "\"v1\""},
      {"weak ETag is no proof", "W/\"v1\"", {}, "bytes=100001-", ""},
      {"no validator", "", {}, "bytes=100001-", ""},
      {"within a range", "\"v1\"", ByteRange{1'000, 301'000}, "bytes=101001-301000", "\"v1\""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    world.serve(tagged(bytes, c.etag));
    world.fail(reset_after(100'001));
    std::vector<WebRequest> seen;
    world.transport.watch([&](const WebRequest& request) { seen.push_back(request); });
    Stream stream(world);
    Request request;
    request.range = c.range;
    REQUIRE(stream.start(request).wait());
    REQUIRE(stream.ok());
    CHECK(stream.order == "hbrbd");
    const auto first = bytes.begin() + (c.range ? c.range->first : 0);
    const auto end = c.range ? bytes.begin() + *c.range->last + 1 : bytes.end();
    CHECK(stream.body == std::vector<uint8_t>(first, end));
    REQUIRE(seen.size() == 2);
    CHECK(seen[1].header("range") == c.second_range);
    CHECK(seen[1].header("if-range") == c.if_range);
    CHECK(stream.done->value().body_bytes == static_cast<int64_t>(stream.body.size()));
    CHECK(stream.done->value().started == stream.started);
  }
}

TEST_CASE("N02 a live playlist that breaks off is never put together from two of its versions") {
  struct Case {
    const char* name;
    ResourceKind kind;
    const char* etag;
    bool is_resumed;
  };
  const Case cases[] = {{"a playlist", ResourceKind::kManifest, "", false},
                        {"with a weak validator", ResourceKind::kManifest, "W/\"1\"", false},
                        {"with a strong one", ResourceKind::kManifest, "\"1\"", true},
                        {"an answer of the API", ResourceKind::kApi, "", false},
                        {"media", ResourceKind::kMedia, "", true}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    uint32_t version = 0;  // of the same length
    world.transport.serve([&](const WebRequest&) {
      if (!c.is_resumed) ++version;
      return std::optional(tagged(test::pattern_bytes(2'000, version), c.etag));
    });
    world.fail(reset_after(900));
    Request request;
    request.url = kUrl;
    request.kind = c.kind;
    std::optional<Result<FetchedResource>> got;
    const CancelHandle handle = world.fetcher.fetch(
        request, [&](Result<FetchedResource> result) { got = std::move(result); });
    REQUIRE(world.executor.run_until_true([&] { return got.has_value(); }, 1h));
    REQUIRE(got->has_value());
    const auto view = (*got)->body.view();
    CHECK(std::vector<uint8_t>(view.begin(), view.end()) == test::pattern_bytes(2'000, version));
    REQUIRE(world.transport.records().size() == 2);
    CHECK(world.transport.records()[1].range.has_value() == c.is_resumed);
  }
}

TEST_CASE("fetcher: a large document that never comes whole does not go on for ever") {
  World world;
  world.serve(tagged(test::pattern_bytes(400'000), ""));
  world.fail(reset_after(100'001, -1));
  Request request;
  request.url = kUrl;
  request.kind = ResourceKind::kManifest;
  std::optional<Result<FetchedResource>> got;
  const CancelHandle handle = world.fetcher.fetch(
      request, [&](Result<FetchedResource> result) { got = std::move(result); });
  REQUIRE(world.executor.run_until_true([&] { return got.has_value(); }, 1h));
  CHECK_FALSE(got->has_value());
}

TEST_CASE("fetcher: any number of breaks at any place gives the same bytes") {
  const auto bytes = test::pattern_bytes(300'000);
  for (uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    World world;
    world.serve(tagged(bytes));
    test::VirtualExecutor random(seed);
    for (auto breaks = random.random() % 6; breaks > 0; --breaks) {
      SimFault fault = reset_after(static_cast<int64_t>(random.random() % 100'000));
      fault.break_kind = static_cast<WebAnswer::Break>(random.random() % 3);
      world.fail(fault);
    }
    Stream stream(world);
    REQUIRE(stream.start({}).wait());
    REQUIRE(stream.ok());
    CHECK(stream.body == bytes);
    CHECK(std::count(stream.order.begin(), stream.order.end(), 'h') == 1);
  }
}

TEST_CASE("fetcher: when the whole resource comes again") {
  const auto bytes = test::pattern_bytes(200'000);
  World world;
  WebAnswer answer = tagged(bytes);
  answer.ignores_range = true;
  world.fail(reset_after(100'000));
  SUBCASE("the same entity is skipped to where it broke") {
    world.serve(answer);
    Stream stream(world);
    REQUIRE(stream.start({}).wait());
    REQUIRE(stream.ok());
    CHECK(stream.body == bytes);
  }
  SUBCASE("without proof that it is the same the fetch ends") {
    answer.headers.clear();
    world.serve(answer);
    Stream stream(world);
    REQUIRE(stream.start({}).wait());
    CHECK(stream.error().code == ErrorCode::kConnectionLost);
    CHECK(stream.error().severity == Severity::kFatal);
    CHECK(world.transport.records().size() == 2);
  }
}

TEST_CASE("N31 a resource that changes while it is read ends the fetch") {
  World world;
  int asked = 0;
  world.transport.serve([&](const WebRequest&) {
    ++asked;
    return std::optional(tagged(test::pattern_bytes(200'000, static_cast<uint32_t>(asked)),
                                "\"v" + std::to_string(asked) + "\""));
  });
  world.fail(reset_after(100'000));
  Stream stream(world);
  REQUIRE(stream.start({}).wait());
  CHECK(stream.error().code == ErrorCode::kConnectionLost);
  CHECK(stream.body.size() == 100'000);
  CHECK(asked == 2);
}

TEST_CASE("fetcher: a resource that vanishes while it is read says so") {
  World world;
  world.serve(tagged(test::pattern_bytes(200'000)));
  world.fail(reset_after(100'000));
  world.fail(status(404));
  Stream stream(world);
  REQUIRE(stream.start({}).wait());
  CHECK(stream.error().code == ErrorCode::kNotFound);
}

TEST_CASE("N29 a range is delivered exactly, whatever the host sends") {
  const auto bytes = test::pattern_bytes(100'000);
  struct Case {
    std::string name;
    ByteRange range;
    bool ignores_range;
    bool ok;
  };
  const Case cases[] = {
      {"honoured", {10, 19}, false, true},
      {"ignored", {10, 19}, true, true},
      {"ignored, to the end", {99'990, 99'999}, true, true},
      {"ignored, open", {99'990, std::nullopt}, true, true},
      {"beyond the end", {99'990, 100'009}, false, true},
      {"ignored, beyond the end", {99'990, 100'009}, true, true},
      {"ignored, wholly beyond", {100'010, 100'019}, true, false},
      {"ignored, too far in", {kMaxSkippedBytes + 1, std::nullopt}, true, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    WebAnswer answer = tagged(bytes);
    answer.ignores_range = c.ignores_range;
    world.serve(answer);
    Stream stream(world);
    Request request;
    request.range = c.range;
    REQUIRE(stream.start(request).wait());
    CHECK(stream.ok() == c.ok);
    if (!c.ok) {
      CHECK(stream.error().code == ErrorCode::kBadResponse);
      continue;
    }
    const auto end = std::min<int64_t>(c.range.last.value_or(99'999), 99'999) + 1;
    CHECK(stream.body == std::vector<uint8_t>(bytes.begin() + c.range.first, bytes.begin() + end));
  }
}

TEST_CASE("N30 a 206 of another place: the next host is asked, then for all of it, then no more") {
  const auto bytes = test::pattern_bytes(100'000);
  struct Case {
    const char* name;
    bool is_other_right;  // there is another host, which answers well
    bool knows_no_whole;  // without a range it answers with the wrong one as well
    int64_t have;         // from an earlier fetch
    std::vector<std::string> asked;
    bool ok;
  };
  const std::string range = "a bytes=10-19";
  const Case cases[] = {
      {"the next host", true, false, 0, {range, "b bytes=10-19"}, true},
      {"all of it", false, false, 0, {range, "a "}, true},
      {"nothing helps", false, true, 0, {range, "a "}, false},
      {"the rest of what is there", false, false, 4, {"a bytes=14-19", "a "}, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    std::vector<std::string> asked;
    world.transport.serve([&](const WebRequest& request) {
      const bool is_other = request.url.find("b.test") != std::string::npos;
      asked.push_back((is_other ? "b " : "a ") + request.header("range"));
      WebAnswer answer = tagged(bytes);
      if (!is_other && request.has_header("Range")) answer.content_range = "bytes 5-14/100000";
      if (!is_other && c.knows_no_whole) {
        answer.status = 206;
        answer.content_range = "bytes 5-14/100000";
      }
      return std::optional(answer);
    });
    Request request;
    request.range = ByteRange{10, 19};
    FetchOptions options;
    if (c.is_other_right) options.others = {{"http://b.test/seg.m4s", ByteRange{10, 19}}};
    if (c.have > 0) options.part = FetchedPart{c.have, "\"v1\"", std::nullopt};
    Stream stream(world);
    REQUIRE(stream.start(request, std::move(options)).wait());
    CHECK(stream.ok() == c.ok);
    CHECK(asked == c.asked);
    CHECK(world.executor.now() - stream.started < 5s);
    if (c.ok) {
      CHECK(stream.body == std::vector<uint8_t>(bytes.begin() + 10 + c.have, bytes.begin() + 20));
    } else {
      CHECK(stream.error().code == ErrorCode::kBadResponse);
      CHECK(stream.body.empty());
    }
  }
}

TEST_CASE("N30 a 206 that holds part of the range is completed") {
  World world;
  std::vector<std::string> asked;
  world.transport.serve([&](const WebRequest& request) {
    asked.push_back(request.header("range"));
    const bool is_first = asked.size() == 1;
    WebAnswer answer = test::status_answer(
        206, {{"Content-Range", is_first ? "bytes 0-9/100" : "bytes 10-19/100"}});
    answer.body = test::bytes_answer(std::vector<uint8_t>(10, 'x')).body;
    return std::optional(answer);
  });
  Request request;
  request.range = ByteRange{0, 19};
  Stream stream(world);
  REQUIRE(stream.start(request).wait());
  CHECK(stream.ok());
  CHECK(stream.body.size() == 20);
  CHECK(asked == std::vector<std::string>{"bytes=0-19", "bytes=10-19"});
}

TEST_CASE("fetcher: max_bytes holds over all attempts") {
  World world;
  world.serve(tagged(test::pattern_bytes(200'000)));
  world.fail(reset_after(100'000));
  Request request;
  request.max_bytes = 150'000;
  WebAnswer chunked = tagged(test::pattern_bytes(200'000));
  chunked.framing = WebAnswer::Framing::kChunked;
  world.serve(chunked);
  Stream stream(world);
  REQUIRE(stream.start(request).wait());
  CHECK(stream.error().code == ErrorCode::kTooLarge);
  CHECK(stream.body.size() <= 150'000);
}

TEST_CASE("fetcher: a long download over a bad line gets a new budget by its progress") {
  World world;
  const auto bytes = test::pattern_bytes(3'000'000);
  world.serve(tagged(bytes));
  world.fail(reset_after(70'000, -1));  // 42 breaks, every one with progress
  Stream stream(world);
  REQUIRE(stream.start({}).wait());
  CHECK(stream.ok());
  CHECK(stream.body == bytes);
  CHECK(stream.retries.size() >= 42);
}

TEST_CASE("fetcher: breaks without progress do not go on for ever") {
  World world;
  world.serve(tagged(test::pattern_bytes(3'000'000)));
  world.fail(reset_after(1, -1));
  Stream stream(world);
  REQUIRE(stream.start({}).wait());
  CHECK(stream.error().code == ErrorCode::kConnectionLost);
  CHECK(world.executor.now() - stream.started <= 31s);
}

TEST_CASE("fetcher: cancelled, it is silent at once") {
  World world;
  world.serve(tagged(test::pattern_bytes(500'000)));
  SUBCASE("before anything") {
    Stream stream(world);
    stream.start({}).handle.reset();
    world.executor.run_for(1min);
    CHECK(stream.order.empty());
  }
  SUBCASE("from on_body") {
    Stream stream(world);
    stream.in_body = [&] { stream.handle.reset(); };
    stream.start({});
    world.executor.run_for(1min);
    CHECK(stream.order == "hb");
    CHECK(world.transport.in_flight() == 0);
  }
  SUBCASE("while it waits for the next attempt") {
    world.fail(status(503, -1, {{"Retry-After", "10"}}));
    Stream stream(world);
    stream.start({});
    world.executor.run_for(5s);
    CHECK(stream.order == "r");
    stream.handle.reset();
    world.executor.run_for(1min);
    CHECK(stream.order == "r");
    CHECK(world.transport.records().size() == 1);
  }
  SUBCASE("from on_retry") {
    world.fail(status(503, -1));
    Stream stream(world);
    stream.in_retry = [&] { stream.handle.reset(); };
    stream.start({});
    world.executor.run_for(1min);
    CHECK(stream.order == "r");
  }
  CHECK(world.transport.in_flight() == 0);
}

TEST_CASE("N22 an outage shorter than the budget passes unnoticed but for on_retry") {
  World world;
  const auto bytes = test::pattern_bytes(20'000'000);  // 2 s of this link
  world.serve(tagged(bytes));
  Stream stream(world);
  stream.start({});
  world.executor.run_for(1s);
  world.transport.set_link(SimLink::constant(0));
  world.transport.drop_connections();
  world.executor.run_for(10s);
  world.transport.set_link(SimLink::constant(80'000'000, 10ms));
  REQUIRE(stream.wait());
  CHECK(stream.ok());
  CHECK(stream.body == bytes);
  CHECK_FALSE(stream.retries.empty());
}

}  // namespace
}  // namespace playhead

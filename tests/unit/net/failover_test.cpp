// SPDX-License-Identifier: Apache-2.0
// Fetches of what is to be had at several places, and of networks that come and go.
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/fetcher.h"
#include "support/sim_transport.h"
#include "support/virtual_executor.h"

namespace playhead {
namespace {

using test::SimFault;
using test::SimLink;
using test::WebAnswer;

const std::string kA = "http://a.test/seg";
const std::string kB = "http://b.test/seg";

WebAnswer tagged(const std::vector<uint8_t>& bytes, const std::string& etag) {
  WebAnswer answer = test::bytes_answer(bytes);
  if (!etag.empty()) answer.headers.push_back({"ETag", etag});
  return answer;
}

struct World {
  test::VirtualExecutor executor;
  test::SimTransport transport{executor, SimLink::constant(80'000'000, 10ms)};
  std::shared_ptr<HostHealth> health = std::make_shared<HostHealth>();
  ResourceFetcher fetcher{transport, executor, {}, health};
  const std::vector<uint8_t> bytes = test::pattern_bytes(300'000);

  World() {
    transport.serve(kA, tagged(bytes, "\"v1\""));
    transport.serve(kB, tagged(bytes, "\"v1\""));
  }
  void fail(const std::string& host, SimFault fault) {
    fault.url_contains = host;
    transport.add_fault(std::move(fault));
  }
  void refuse(const std::string& host, Duration duration = 1000h) {
    SimFault fault;
    fault.refuses_connection = true;
    fault.until = executor.now() + duration;
    fail(host, fault);
  }
  [[nodiscard]] std::vector<std::string> requests() const {
    std::vector<std::string> urls;
    for (const auto& record : transport.records()) urls.push_back(record.url);
    return urls;
  }
};

struct Stream {
  Stream(World& world_in, FetchOptions options) : world(world_in) {
    Request request;
    request.url = kA;
    FetchEvents events;
    events.on_body = [this](const SharedBytes& part, MonotonicTime) {
      body.insert(body.end(), part.view().begin(), part.view().end());
    };
    events.on_retry = [this](const Error&, Duration) { ++retries; };
    events.on_done = [this](Result<TransferStats> result) { done = std::move(result); };
    handle = world.fetcher.stream(std::move(request), std::move(events), std::move(options));
  }
  explicit Stream(World& world_in) : Stream(world_in, two_places()) {}
  static FetchOptions two_places() {
    FetchOptions options;
    options.others = {{kB, std::nullopt}};
    return options;
  }
  bool wait(Duration limit = 1h) {
    return world.executor.run_until_true([this] { return done.has_value(); }, limit);
  }
  [[nodiscard]] bool ok() const { return done && done->has_value(); }

  World& world;
  std::vector<uint8_t> body;
  int retries = 0;
  std::optional<Result<TransferStats>> done;
  CancelHandle handle;
};

TEST_CASE("failover: what names no other place has those of the session's mirrors") {
  World world;
  world.refuse("a.test");
  world.fetcher.set_mirrors(Mirrors({"http://a.test/main.mpd", "http://b.test/main.mpd"}));
  Stream stream(world, {});
  REQUIRE(stream.wait());
  CHECK(stream.ok());
  CHECK(stream.body == world.bytes);
  CHECK(world.requests() == std::vector<std::string>{kA, kB});
  world.fetcher.set_mirrors({});
  Stream alone(world, {});
  REQUIRE(alone.wait());
  CHECK(!alone.ok());
}

TEST_CASE("failover: a host that refuses is left at once, and not asked again for a while") {
  World world;
  world.refuse("a.test", 5s);
  Stream first(world);
  REQUIRE(first.wait(1s));
  CHECK(first.ok());
  CHECK(first.body == world.bytes);
  Stream second(world);
  REQUIRE(second.wait(1s));
  CHECK(world.requests() == std::vector<std::string>{kA, kB, kB});
  world.executor.run_for(10s);  // the ban is over: back to the first place, which is well again
  Stream third(world);
  REQUIRE(third.wait(1s));
  Stream fourth(world);
  REQUIRE(fourth.wait(1s));
  CHECK(world.requests() == std::vector<std::string>{kA, kB, kB, kA, kA});
}

TEST_CASE("N14 a place that asked to wait is left alone by later fetches, too") {
  World world;
  SimFault busy;
  busy.status = 503;
  busy.times = 1;
  busy.headers = {{"Retry-After", "60"}};
  world.fail("a.test", busy);
  Stream first(world);
  REQUIRE(first.wait(1s));
  CHECK(world.requests() == std::vector<std::string>{kA, kB});
  // Even when nothing else is known against it, and the other one is out of luck.
  world.health->forget();
  busy.headers = {{"Retry-After", "20"}};
  world.fail("b.test", busy);
  Stream second(world);
  REQUIRE(second.wait());
  CHECK(second.ok());
  CHECK(world.requests() == std::vector<std::string>{kA, kB, kB, kB});
  const auto& records = world.transport.records();
  CHECK(records[3].started - records[2].finished == 20s);
  world.executor.run_for(60s);
  Stream third(world);
  REQUIRE(third.wait(1s));
  CHECK(world.requests().back() == kA);
}

TEST_CASE("N02 a body that breaks off goes on at another place from the same byte") {
  struct Case {
    std::string name;
    std::string etag;  // of the other place
    bool is_other_size;
    bool ok;
  };
  const Case cases[] = {{"the same ETag", "\"v1\"", false, true},
                        {"no ETag, the same length", "", false, true},
                        {"another ETag", "\"v2\"", false, false},
                        {"another length", "", true, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    std::vector<uint8_t> others = world.bytes;
    if (c.is_other_size) others.push_back(1);
    world.transport.serve(kB, tagged(others, c.etag));
    SimFault fault;
    fault.break_after = 50'000;
    fault.times = 1;
    world.fail("a.test", fault);
    SimFault dead;
    dead.refuses_connection = true;
    world.fail("a.test", dead);
    Stream stream(world);
    REQUIRE(stream.wait());
    CHECK(stream.ok() == c.ok);
    if (!c.ok) {
      CHECK(stream.done->error().code == ErrorCode::kConnectionLost);
      CHECK(stream.body.size() == 50'000);
      continue;
    }
    CHECK(stream.body == world.bytes);
    const auto& last = world.transport.records().back();
    CHECK(last.url == kB);
    CHECK(last.range == ByteRange{50'000, std::nullopt});
  }
}

TEST_CASE("N10 N12 what one place does not have is taken from the other, without asking twice") {
  for (const int status : {404, 410, 403}) {
    CAPTURE(status);
    World world;
    SimFault fault;
    fault.status = status;
    world.fail("a.test", fault);
    Stream stream(world);
    REQUIRE(stream.wait(1s));
    CHECK(stream.ok());
    CHECK(world.requests() == std::vector<std::string>{kA, kB});
    world.fail("b.test", fault);
    Stream nowhere(world);
    REQUIRE(nowhere.wait(1s));
    CHECK_FALSE(nowhere.ok());
    CHECK(nowhere.done->error().detail == status);
  }
}

TEST_CASE("failover: when every place is in trouble they take turns, each at most once a second") {
  World world;
  world.refuse("test", 20s);
  Stream stream(world);
  REQUIRE(stream.wait(40s));
  CHECK(stream.ok());
  MonotonicTime last_a = MonotonicTime{} - 1h, last_b = last_a;
  for (const auto& record : world.transport.records()) {
    MonotonicTime& last = record.url == kA ? last_a : last_b;
    CHECK(record.started - last >= 1s);
    last = record.started;
  }
  CHECK(world.requests().size() < 20);
}

TEST_CASE("failover: gives up within its budget, which reaches to the end of the buffer") {
  struct Case {
    std::string name;
    std::optional<Duration> wanted_by;
    Duration least, most;
  };
  const Case cases[] = {{"30 s", {}, 15s, 31s},
                        {"a small buffer does not shorten it", 5s, 15s, 31s},
                        {"two minutes of buffer, less a second", 120s, 100s, 119s + 1ms}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    world.refuse("test");
    FetchOptions options = Stream::two_places();
    if (c.wanted_by) options.wanted_by = world.executor.now() + *c.wanted_by;
    Stream stream(world, options);
    const MonotonicTime start = world.executor.now();
    REQUIRE(stream.wait());
    CHECK_FALSE(stream.ok());
    CHECK(world.executor.now() - start >= c.least);
    CHECK(world.executor.now() - start <= c.most);
  }
}

TEST_CASE("failover: a fetch whose other places are not known yet ends soon") {
  World world;
  world.refuse("test");
  FetchOptions options;
  options.has_more_places = true;
  Stream stream(world, options);
  REQUIRE(stream.wait(3s));
  CHECK_FALSE(stream.ok());
  CHECK(world.requests().size() == 2);
}

TEST_CASE("N13 416: without the range once, then the end") {
  World world;
  WebAnswer whole = test::bytes_answer(world.bytes);
  int refused = 0;
  world.transport.serve([&](const test::WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url != kA) return std::nullopt;
    if (request.has_header("range")) {
      ++refused;
      return test::status_answer(416);
    }
    whole.ignores_range = true;
    return whole;
  });
  Request request;
  request.url = kA;
  request.range = ByteRange{1000, 1999};
  std::optional<Result<FetchedResource>> done;
  const CancelHandle handle = world.fetcher.fetch(
      request, [&](Result<FetchedResource> result) { done = std::move(result); });
  REQUIRE(world.executor.run_until_true([&] { return done.has_value(); }, 1min));
  REQUIRE(done->has_value());
  const std::vector<uint8_t> part(world.bytes.begin() + 1000, world.bytes.begin() + 2000);
  CHECK(std::vector<uint8_t>((*done)->body.view().begin(), (*done)->body.view().end()) == part);
  CHECK(refused == 1);

  World never;
  SimFault fault;
  fault.status = 416;
  never.fail("a.test", fault);
  done.reset();
  const CancelHandle other = never.fetcher.fetch(
      request, [&](Result<FetchedResource> result) { done = std::move(result); });
  REQUIRE(never.executor.run_until_true([&] { return done.has_value(); }, 1min));
  CHECK_FALSE(done->has_value());
  CHECK(never.requests().size() == 2);
}

TEST_CASE("N13 a body of unknown length that was complete when it broke is complete") {
  World world;
  WebAnswer answer = tagged(world.bytes, "\"v1\"");
  answer.framing = WebAnswer::Framing::kChunked;
  answer.break_after = static_cast<int64_t>(world.bytes.size());
  int asked = 0;
  world.transport.serve([&](const test::WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url != kA) return std::nullopt;
    if (++asked == 1) return answer;
    return test::status_answer(416, {{"Content-Range", "bytes */300000"}});
  });
  Stream stream(world, {});
  REQUIRE(stream.wait());
  CHECK(stream.ok());
  CHECK(stream.body == world.bytes);
  CHECK(asked == 2);
}

TEST_CASE("N31 a resource that changed is fetched anew as a whole, once") {
  World world;
  const std::vector<uint8_t> changed = test::pattern_bytes(200'000, 7);
  SimFault fault;
  fault.break_after = 50'000;
  fault.times = 1;
  world.fail("a.test", fault);
  int asked = 0;
  world.transport.serve([&](const test::WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url != kA || ++asked == 1) return std::nullopt;
    return tagged(changed, "\"v2\"");
  });
  Request request;
  request.url = kA;
  std::optional<Result<FetchedResource>> done;
  const CancelHandle handle = world.fetcher.fetch(
      request, [&](Result<FetchedResource> result) { done = std::move(result); });
  REQUIRE(world.executor.run_until_true([&] { return done.has_value(); }, 1min));
  REQUIRE(done->has_value());
  const auto view = (*done)->body.view();
  CHECK(std::vector<uint8_t>(view.begin(), view.end()) == changed);
}

TEST_CASE("N27 N28 a web page in place of media is named; a wrong type alone is told, once") {
  struct Case {
    std::string name;
    std::string type, body;
    bool ok;
    bool is_told;
  };
  const Case cases[] = {
      {"a log-in page", "text/html; charset=utf-8", "\n <html>log in</html>", false, false},
      {"media called a page", "text/html", "GGGG<html>", true, true},
      {"media called text", "text/plain", "GGGG", true, true},
      {"what .ts is to some hosts", "Text/vnd.trolltech.linguist; v=1", "GGGG", true, true},
      {"media called nothing", "", "GGGG", true, false},
      {"media called bytes", "application/octet-stream", "GGGG", true, false},
      {"media", "video/mp2t", "GGGG", true, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    WebAnswer answer = test::text_answer(c.body);
    answer.headers = {{"Content-Type", c.type}};
    world.transport.serve(kA, answer);
    const auto types = std::make_shared<TypeWatch>();
    std::vector<Error> told;
    types->on_odd([&](const Error& error) { told.push_back(error); });
    world.fetcher.set_types(types);
    Stream stream(world, {});
    REQUIRE(stream.wait());
    CHECK(stream.ok() == c.ok);
    Stream again(world, {});
    REQUIRE(again.wait());
    REQUIRE(told.size() == (c.is_told ? 1 : 0));
    if (c.is_told) {
      CHECK(told[0].code == ErrorCode::kBadResponse);
      CHECK(told[0].severity == Severity::kRecoverable);
      CHECK(told[0].context.find(kA) != std::string::npos);
    }
    if (c.ok) continue;
    CHECK(stream.done->error().code == ErrorCode::kCaptivePortal);
    CHECK(stream.body.empty());
  }
}

TEST_CASE("N40 without a network nothing is asked and nothing fails; with one it goes on at once") {
  World world;
  Stream stream(world);
  world.executor.run_for(15ms);
  world.fetcher.set_network(false);
  world.transport.drop_connections();
  world.refuse("test");
  world.executor.run_for(1h);
  CHECK_FALSE(stream.done.has_value());
  CHECK(world.requests().size() <= 2);
  Stream later(world);
  world.executor.run_for(1s);
  CHECK_FALSE(later.done.has_value());
  world.transport.clear_faults();
  world.fetcher.set_network(true);
  REQUIRE(stream.wait(1s));
  REQUIRE(later.wait(1s));
  CHECK(stream.ok());
  CHECK(stream.body == world.bytes);
  CHECK(later.ok());
}

TEST_CASE("N39 a changed network ends all waiting") {
  World world;
  world.refuse("test", 20s);
  Stream stream(world, {});
  world.executor.run_for(20s + 1us);
  const bool was_waiting = !stream.done;
  CHECK(was_waiting);
  world.health->forget();
  world.fetcher.set_network(true);
  REQUIRE(stream.wait(1s));
  CHECK(stream.ok());
}

}  // namespace
}  // namespace playhead

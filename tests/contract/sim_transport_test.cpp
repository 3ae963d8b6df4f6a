// SPDX-License-Identifier: Apache-2.0
// The simulation's own promises: exact times, fair shares, faults, determinism.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "contract/transport_world.h"

namespace playhead::test {
namespace {

// 8 Mbit/s = 1 byte per microsecond: bytes and microseconds are the same number.
constexpr int64_t kBytePerMicrosecond = 8'000'000;

SimLink slow_link(bool is_multiplexed = true) {
  SimLink link = SimLink::constant(kBytePerMicrosecond, 10ms);
  link.is_multiplexed = is_multiplexed;
  return link;
}

TEST_CASE("sim transport: a transfer takes handshakes, a round trip and its bytes") {
  SimTransportWorld world(slow_link());
  world.serve("/a", bytes_answer(pattern_bytes(1'000'000)));
  const MonotonicTime start = world.executor().now();
  Exchange first(world);
  REQUIRE(first.start(world.url("/a")).wait());
  REQUIRE(first.ok());
  const TransferStats& stats = first.result().value();
  CHECK(stats.started == start);
  CHECK(stats.finished - start == 30ms + 1s);
  CHECK(stats.http_major == 2);
  CHECK(first.body == pattern_bytes(1'000'000));
  CHECK(first.received.size() >= 15);  // pieces of about 64 KiB

  Exchange second(world);
  REQUIRE(second.start(world.url("/a")).wait());
  CHECK(second.result().value().finished - stats.finished == 10ms + 1s);
  CHECK(second.result().value().connection_reused);
}

TEST_CASE("sim transport: transfers side by side get equal shares") {
  SimTransportWorld world(slow_link());
  world.serve("/long", bytes_answer(pattern_bytes(1'000'000)));
  world.serve("/short", bytes_answer(pattern_bytes(250'000)));
  Exchange longer(world);
  Exchange shorter(world);
  const MonotonicTime start = world.executor().now();
  longer.start(world.url("/long"));
  shorter.start(world.url("/short"));
  REQUIRE(longer.wait());
  REQUIRE(shorter.ok());
  REQUIRE(longer.ok());
  // 250 kB each at half the rate, then 750 kB alone.
  CHECK(shorter.result().value().finished - start == 30ms + 500ms);
  CHECK(longer.result().value().finished - start == 30ms + 1250ms);
}

TEST_CASE("sim transport: the rate follows the trace") {
  SimLink link = slow_link();
  link.phases = {
      {100ms, kBytePerMicrosecond, 10ms}, {1s, 0, 10ms}, {10s, kBytePerMicrosecond / 2, 10ms}};
  SimTransportWorld world(link);
  world.serve("/a", bytes_answer(pattern_bytes(200'000)));
  const MonotonicTime start = world.executor().now();
  Exchange get(world);
  REQUIRE(get.start(world.url("/a")).wait());
  REQUIRE(get.ok());
  // 70 kB before the outage, 130 kB at half the rate after it.
  CHECK(get.result().value().finished - start == 1100ms + 260ms);
}

TEST_CASE("sim transport: an outage longer than the stall limit ends the transfer") {
  SimLink link = slow_link();
  link.phases = {{100ms, kBytePerMicrosecond, 10ms}, {1h, 0, 10ms}};
  SimTransportWorld world(link);
  world.serve("/a", bytes_answer(pattern_bytes(200'000)));
  Exchange get(world);
  REQUIRE(get.start(world.url("/a")).wait());
  CHECK(get.error() == ErrorCode::kNetworkTimeout);
  CHECK(get.body.size() == 70'000);
  Exchange again(world);
  const MonotonicTime before = world.executor().now();
  REQUIRE(again.start(world.url("/a")).wait());
  CHECK(again.error() == ErrorCode::kNetworkTimeout);
  CHECK(world.executor().now() - before == RequestTimeouts{}.first_byte);
  world.sim().set_link(slow_link());
  Exchange last(world);
  REQUIRE(last.start(world.url("/a")).wait());
  CHECK(last.ok());
}

TEST_CASE("sim transport: connecting over a dead link times out and works again after it") {
  SimLink dead = SimLink::constant(0, 10ms);
  SimTransportWorld world(dead);
  world.serve("/a", text_answer("a"));
  const MonotonicTime start = world.executor().now();
  Exchange get(world);
  REQUIRE(get.start(world.url("/a")).wait());
  CHECK(get.error() == ErrorCode::kNetworkTimeout);
  CHECK(world.executor().now() - start == RequestTimeouts{}.connect);
  Exchange waiting(world);
  waiting.start(world.url("/a"));
  world.virtual_executor().run_for(1s);
  world.sim().set_link(slow_link());
  REQUIRE(waiting.wait());
  CHECK(waiting.ok());
}

TEST_CASE("sim transport: a handshake that waits for a later phase is over when the link is well") {
  SimLink dead = SimLink::constant(0, 10ms);
  dead.phases[0].duration = 1min;
  dead.phases.push_back({1h, kBytePerMicrosecond, 10ms});
  SimTransportWorld world(dead);
  world.serve("/a", text_answer("a"));
  Exchange waiting(world);
  waiting.start(world.url("/a"));
  world.virtual_executor().run_for(1s);
  world.sim().set_link(slow_link());
  REQUIRE(waiting.wait());
  CHECK(waiting.ok());
}

TEST_CASE("sim transport: faults hit the requests they name") {
  SimTransportWorld world(slow_link());
  world.serve("/a.m4s", bytes_answer(pattern_bytes(100'000)));
  world.serve("/b.m4s", text_answer("b"));
  struct Case {
    std::string name;
    SimFault fault;
    int status;
    ErrorCode error;
    std::size_t bytes;
  };
  const auto fault = [](auto set) {
    SimFault out;
    out.url_contains = "a.m4s";
    out.times = 1;
    set(out);
    return out;
  };
  const Case cases[] = {
      {"status", fault([](SimFault& f) { f.status = 503; }), 503, ErrorCode::kInternal, 0},
      {"reset", fault([](SimFault& f) { f.break_after = 50'000; }), 200, ErrorCode::kConnectionLost,
       50'000},
      {"short", fault([](SimFault& f) {
         f.break_after = 99'999;
         f.break_kind = WebAnswer::Break::kClose;
       }),
       200, ErrorCode::kConnectionLost, 99'999},
      {"stall", fault([](SimFault& f) {
         f.break_after = 10;
         f.break_kind = WebAnswer::Break::kHold;
       }),
       200, ErrorCode::kNetworkTimeout, 10},
      {"refused", fault([](SimFault& f) { f.refuses_connection = true; }), 0,
       ErrorCode::kNetworkUnreachable, 0},
      {"silent", fault([](SimFault& f) { f.is_silent = true; }), 0, ErrorCode::kNetworkTimeout, 0},
      {"late", fault([](SimFault& f) { f.latency = 7s; }), 200, ErrorCode::kInternal, 100'000},
      {"too late", fault([](SimFault& f) { f.latency = 9s; }), 0, ErrorCode::kNetworkTimeout, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    world.sim().add_fault(c.fault);
    Exchange other(world);
    REQUIRE(other.start(world.url("/b.m4s")).wait());
    CHECK(other.ok());
    Exchange hit(world);
    REQUIRE(hit.start(world.url("/a.m4s")).wait());
    CHECK(hit.error() == c.error);
    CHECK(hit.head.status == c.status);
    CHECK(hit.body.size() == c.bytes);
    Exchange after(world);
    REQUIRE(after.start(world.url("/a.m4s")).wait());
    CHECK(after.ok());
  }
}

TEST_CASE("sim transport: a changed network breaks what is in flight and only that") {
  for (const bool is_multiplexed : {true, false}) {
    CAPTURE(is_multiplexed);
    SimTransportWorld world(slow_link(is_multiplexed));
    world.serve("/a", bytes_answer(pattern_bytes(500'000)));
    Exchange hit(world);
    hit.start(world.url("/a"));
    REQUIRE(hit.wait_for_body());
    Exchange connecting(world);
    connecting.start(world.other_host_url("/a"));
    world.virtual_executor().run_for(5ms);
    world.sim().drop_connections();
    REQUIRE(hit.wait());
    CHECK(hit.error() == ErrorCode::kConnectionLost);
    REQUIRE(connecting.wait());
    CHECK(connecting.ok());  // tried again on the new network
    Exchange after(world);
    REQUIRE(after.start(world.url("/a")).wait());
    CHECK(after.ok());
    CHECK_FALSE(after.result().value().connection_reused);
  }
}

TEST_CASE("sim transport: a connection given to who leaves at that moment is not lost") {
  SimLink link = slow_link(false);
  link.max_connections_per_origin = 1;
  SimTransportWorld world(link);
  world.serve("/a", text_answer("a"));
  Exchange first(world);
  Exchange next(world);
  Exchange last(world);
  first.start(world.url("/a"));
  next.start(world.url("/a"));
  last.start(world.url("/a"));
  REQUIRE(first.wait());
  next.cancel_here();
  REQUIRE(last.wait());
  CHECK(last.ok());
}

TEST_CASE("sim transport: records tell what became of each request") {
  SimTransportWorld world(slow_link());
  world.serve("/a", bytes_answer(pattern_bytes(200'000)));
  Exchange done(world);
  Request request;
  request.url = world.url("/a");
  request.kind = ResourceKind::kInit;
  request.range = ByteRange{0, 99};
  REQUIRE(done.start(request).wait());
  Exchange cancelled(world);
  cancelled.start(world.url("/a"));
  REQUIRE(cancelled.wait_for_body());
  cancelled.cancel();
  const auto& records = world.sim().records();
  REQUIRE(records.size() == 2);
  CHECK(records[0].kind == ResourceKind::kInit);
  CHECK(records[0].range == request.range);
  CHECK(records[0].status == 206);
  CHECK(records[0].body_bytes == 100);
  CHECK(records[0].is_done);
  CHECK(records[0].is_new_connection);
  CHECK(records[1].is_cancelled);
  CHECK_FALSE(records[1].is_done);
  CHECK_FALSE(records[1].is_new_connection);
  CHECK(world.sim().in_flight() == 0);
}

// Two hours of a 4 Mbit/s title in 4 s segments, sound beside picture, over a stormy link.
std::vector<int64_t> play_two_hours(uint64_t seed) {
  VirtualExecutor executor(seed);
  SimLink link;
  link.phases.clear();
  for (int i = 0; i < 200; ++i) {
    link.phases.push_back(
        {Duration{int64_t{200'000} + static_cast<int64_t>(executor.random() % 3'000'000)},
         static_cast<int64_t>(executor.random() % 20'000'000), 30ms});
  }
  SimTransport transport(executor, link);
  const WebAnswer video = bytes_answer(std::vector<uint8_t>(2'000'000));
  const WebAnswer audio = bytes_answer(std::vector<uint8_t>(64'000));
  transport.serve([&](const WebRequest& request) {
    return std::optional(request.target == "/v" ? video : audio);
  });
  std::vector<int64_t> times;
  std::vector<CancelHandle> handles(2);
  std::function<void(std::size_t, int)> fetch = [&](std::size_t track, int left) {
    if (left == 0) return;
    Request request;
    request.url = track == 0 ? "http://h.test/v" : "http://h.test/a";
    FetchCallbacks callbacks;
    callbacks.on_done = [&, track, left](Result<TransferStats>) {
      times.push_back(executor.now().us);
      fetch(track, left - 1);
    };
    handles[track] = transport.start(request, executor, std::move(callbacks));
  };
  fetch(0, 1800);
  fetch(1, 1800);
  executor.run_until_true([&] { return times.size() == 3600; }, 100h);
  return times;
}

TEST_CASE("sim transport: the same seed gives the same run") {
  const std::vector<int64_t> first = play_two_hours(3);
  CHECK(first.size() == 3600);
  CHECK(first == play_two_hours(3));
  CHECK(first != play_two_hours(4));
}

}  // namespace
}  // namespace playhead::test

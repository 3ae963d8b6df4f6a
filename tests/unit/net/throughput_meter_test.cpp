// SPDX-License-Identifier: Apache-2.0
#include "net/throughput_meter.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

MonotonicTime at(Duration since) { return MonotonicTime{5'000'000} + since; }

TransferStats ended(Duration when, Duration ttfb = 30ms) {
  TransferStats stats;
  stats.started = at(0ms);
  stats.first_byte = at(ttfb);
  stats.finished = at(when);
  return stats;
}

// `bytes` in ten equal pieces from `from` to `to`, the first at `from`.
void receive(ThroughputMeter& meter, uint64_t id, int64_t bytes, Duration from, Duration to) {
  for (int i = 0; i < 10; ++i) meter.add_bytes(id, bytes / 10, at(from + (to - from) * i / 9));
}

TEST_CASE("throughput: one transfer counts from its first bytes on") {
  ThroughputMeter meter;
  receive(meter, 1, 1'000'000, 30ms, 930ms);
  const auto sample = meter.finish(1, ended(930ms));
  REQUIRE(sample);
  CHECK(sample->bytes == 900'000);  // the first piece opened the time
  CHECK(sample->active == 900ms);
  CHECK(sample->ttfb == 30ms);
  CHECK(sample->finished == at(930ms));
}

TEST_CASE("throughput: transfers side by side are added up") {
  ThroughputMeter meter;
  // Two at 500 kB/s each from 0 to 1 s: the link carries 1 MB/s.
  for (int ms = 0; ms <= 1000; ms += 10) {
    meter.add_bytes(1, 5'000, at(std::chrono::milliseconds(ms)));
    meter.add_bytes(2, 5'000, at(std::chrono::milliseconds(ms)));
  }
  const auto first = meter.finish(1, ended(1s));
  REQUIRE(first);
  CHECK(first->active == 1s);
  CHECK(first->bytes == 1'000'000);  // all but their first pieces
  // Nothing is counted twice.
  CHECK_FALSE(meter.finish(2, ended(1s)));
}

TEST_CASE("throughput: what was coming when a sample ended counts for its part after that") {
  ThroughputMeter meter;
  // Two at 500 kB/s each in pieces of 200 ms; the first ends with a piece of both.
  for (int ms = 0; ms <= 1000; ms += 200) {
    meter.add_bytes(1, 100'000, at(std::chrono::milliseconds(ms)));
    if (ms < 1000) meter.add_bytes(2, 100'000, at(std::chrono::milliseconds(ms)));
  }
  CHECK(meter.finish(1, ended(1s))->active == 1s);
  // Its piece of the same moment is told after that; alone it now gets the whole megabyte a second.
  meter.add_bytes(2, 100'000, at(1000ms));
  meter.add_bytes(2, 20'000, at(1020ms));
  const auto second = meter.finish(2, ended(1020ms));
  REQUIRE(second);
  CHECK(second->bytes == 20'000);
  CHECK(second->active == 20ms);
}

TEST_CASE("throughput: what was under way beside another transfer is not what came at once") {
  ThroughputMeter meter;
  // Two side by side at 50 kB/s each; of the second a piece of no bytes comes when the first ends.
  meter.add_bytes(1, 1'000, at(0ms));
  meter.add_bytes(2, 1'000, at(0ms));
  meter.add_bytes(1, 50'000, at(1000ms));
  CHECK(meter.finish(1, ended(1000ms))->bytes == 50'000);
  CHECK(meter.add_bytes(2, 0, at(1000ms)) == 0);
  CHECK(meter.add_bytes(2, 50'000, at(1001ms)) < 100);
  // One that joins: when its first piece was sent is not known.
  CHECK(meter.add_bytes(3, 50'000, at(1002ms)) == 0);
}

TEST_CASE("throughput: time counts once while any transfer receives") {
  ThroughputMeter meter;
  receive(meter, 1, 100'000, 0ms, 900ms);
  receive(meter, 2, 100'000, 900ms, 1800ms);  // began as the first was still open
  CHECK(meter.finish(1, ended(1800ms))->active == 1800ms);
  // Idle time between transfers never counts.
  CHECK_FALSE(meter.finish(2, ended(1800ms)));
  receive(meter, 3, 100'000, 10s, 10s + 90ms);
  const auto sample = meter.finish(3, ended(10s + 90ms));
  REQUIRE(sample);
  CHECK(sample->active == 90ms);
  CHECK(sample->bytes == 90'000);
}

TEST_CASE("throughput: a resource that came in one piece says how fast the link is at least") {
  ThroughputMeter meter;
  meter.add_bytes(1, 1'000'000, at(40ms));
  TransferStats stats = ended(40ms);
  stats.body_bytes = 1'000'000;
  const auto sample = meter.finish(1, stats);
  REQUIRE(sample);
  CHECK(sample->bytes == 1'000'000);
  CHECK(sample->active == 40ms);
}

TEST_CASE("throughput: silence within a body counts") {
  ThroughputMeter meter;
  receive(meter, 1, 50'000, 0ms, 90ms);
  receive(meter, 1, 50'000, 4090ms, 4180ms);
  CHECK(meter.finish(1, ended(4180ms))->active == 4180ms);
}

TEST_CASE("throughput: while nobody reads nothing is measured") {
  ThroughputMeter meter;
  receive(meter, 1, 500'000, 0ms, 90ms);
  meter.hold(1, at(90ms));
  CHECK(meter.is_idle());
  receive(meter, 1, 500'000, 4000ms, 4090ms);
  const auto sample = meter.finish(1, ended(4090ms));
  REQUIRE(sample);
  CHECK(sample->active == 180ms);
  CHECK(sample->bytes == 900'000);  // each time the first piece opened the time
  // Nor does it stand in the way of what comes beside it.
  receive(meter, 2, 100'000, 5000ms, 5090ms);
  meter.hold(2, at(5090ms));
  receive(meter, 3, 100'000, 9000ms, 9090ms);
  CHECK(meter.finish(3, ended(9090ms))->active <= 180ms);
}

TEST_CASE("throughput: what came over another link is of no sample") {
  ThroughputMeter meter;
  receive(meter, 1, 1'000'000, 0ms, 90ms);
  meter.begin_link(at(100ms));
  receive(meter, 1, 100'000, 200ms, 1100ms);
  const auto sample = meter.finish(1, ended(1100ms));
  REQUIRE(sample);
  CHECK(sample->bytes <= 100'000);
  CHECK(sample->active == 1000ms);
}

TEST_CASE("throughput: tiny, cached and empty transfers are left out") {
  struct Case {
    std::string name;
    int64_t bytes;
    int pieces;
    bool from_cache;
    bool has_sample;
  };
  const Case cases[] = {{"playlist of 9 kB", 9'000, 3, false, false},
                        {"below the least", 15'999 + 1, 2, false, false},
                        {"one piece of 60 kB says nothing about time", 60'000, 1, false, false},
                        {"large enough", 40'000, 4, false, true},
                        {"from a cache", 4'000'000, 4, true, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ThroughputMeter meter;
    for (int i = 0; i < c.pieces; ++i) meter.add_bytes(1, c.bytes / c.pieces, at(10ms * i));
    TransferStats stats = ended(100ms);
    stats.from_cache = c.from_cache;
    CHECK(meter.finish(1, stats).has_value() == c.has_sample);
    // What was left out does not leak into the next sample.
    receive(meter, 2, 100'000, 1s, 1s + 90ms);
    const auto next = meter.finish(2, ended(1s + 90ms));
    REQUIRE(next);
    CHECK(next->bytes == 90'000);
    CHECK(next->active == 90ms);
  }
  ThroughputMeter meter;
  CHECK_FALSE(meter.finish(7, ended(1s)));
  CHECK_FALSE(meter.abandon(7, at(1s)));
}

TEST_CASE("throughput: what an abandoned transfer received counts, with the silence at its end") {
  ThroughputMeter meter;
  receive(meter, 1, 100'000, 0ms, 900ms);
  const auto sample = meter.abandon(1, at(3s));
  REQUIRE(sample);
  CHECK(sample->bytes == 90'000);
  CHECK(sample->active == 3s);
}

TEST_CASE("throughput: a running transfer can be judged") {
  ThroughputMeter meter;
  CHECK_FALSE(meter.current(at(0ms)));
  meter.add_bytes(1, 10'000, at(0ms));
  meter.add_bytes(1, 10'000, at(100ms));
  CHECK_FALSE(meter.current(at(200ms)));  // too little yet
  meter.add_bytes(1, 10'000, at(200ms));
  const auto now = meter.current(at(400ms));
  REQUIRE(now);
  CHECK(now->bytes == 20'000);
  CHECK(now->active == 400ms);
  CHECK(meter.finish(1, ended(400ms))->bytes == 20'000);
}

TEST_CASE("throughput: times out of order do no harm") {
  ThroughputMeter meter;
  meter.add_bytes(1, 10'000, at(100ms));
  meter.add_bytes(2, 30'000, at(90ms));
  meter.add_bytes(1, 30'000, at(200ms));
  const auto sample = meter.finish(1, ended(150ms));
  REQUIRE(sample);
  CHECK(sample->bytes == 30'000);
  CHECK(sample->active == 100ms);
}

}  // namespace
}  // namespace playhead

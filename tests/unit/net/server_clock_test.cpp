// SPDX-License-Identifier: Apache-2.0
#include "net/server_clock.h"

#include <cstdlib>
#include <random>

#include <doctest/doctest.h>

namespace playhead {

namespace {

constexpr WallTime kDevice{5'000'000'000};

// The service's clock at a monotonic time.
constexpr int64_t kTruth_us = 1'700'000'000'300'000;

WallTime service_at(MonotonicTime now) { return {kTruth_us + now.us}; }

DateSample sample(MonotonicTime sent, Duration there, Duration back) {
  const WallTime made = service_at(sent + there);
  return {WallTime{made.us / 1'000'000 * 1'000'000}, sent, sent + there + back};
}

Duration error_at(const ServerClock& clock, MonotonicTime now) {
  const auto reading = clock.read(now, kDevice);
  REQUIRE(reading.is_server_time);
  return Duration{std::abs((reading.time - service_at(now)).count())};
}

}  // namespace

TEST_CASE("server_clock: before any answer it is the device's time") {
  const ServerClock clock;
  const auto reading = clock.read({1'000}, kDevice);
  CHECK(reading.time == kDevice);
  CHECK(!reading.is_server_time);
}

TEST_CASE("server_clock: one answer tells within half a second and half the round trip") {
  for (const Duration round_trip : {Duration{0}, Duration{200ms}, Duration{4s}}) {
    ServerClock clock;
    clock.observe(sample({10'000'000}, round_trip / 2, round_trip / 2));
    CHECK(error_at(clock, {20'000'000}) <= 500ms + round_trip / 2 + 10ms);
  }
}

TEST_CASE("server_clock: many answers narrow it to the round trip") {
  std::mt19937_64 random(7);
  ServerClock clock;
  MonotonicTime now{1'000'000};
  for (int i = 0; i < 60; ++i) {
    now += Duration{static_cast<int64_t>(4'000'000 + random() % 1'000'000)};
    const Duration there{static_cast<int64_t>(10'000 + random() % 40'000)};
    const Duration back{static_cast<int64_t>(10'000 + random() % 40'000)};
    clock.observe(sample(now, there, back));
  }
  CHECK(error_at(clock, now) < 150ms);
}

TEST_CASE("server_clock: a later answer that contradicts wins") {
  ServerClock clock;
  clock.observe(sample({10'000'000}, 10ms, 10ms));
  DateSample moved = sample({20'000'000}, 10ms, 10ms);
  moved.date += 8h;  // the device slept, or the service's clock was set
  clock.observe(moved);
  const auto reading = clock.read({20'000'000}, kDevice);
  CHECK(std::abs((reading.time - (service_at({20'000'000}) + 8h)).count()) < 700'000);
}

TEST_CASE("server_clock: the device's clock does not matter once the service's is known") {
  ServerClock clock;
  clock.observe(sample({10'000'000}, 10ms, 10ms));
  CHECK(clock.read({11'000'000}, {0}).time == clock.read({11'000'000}, kDevice).time);
  clock.observe({WallTime{1}, {30'000'000}, {20'000'000}});  // received before it was sent: ignored
  CHECK(error_at(clock, {30'000'000}) < 600ms);
}

TEST_CASE("server_clock: the earliest reading is never later than the service's time") {
  ServerClock clock;
  CHECK(clock.read({5}, kDevice).earliest == kDevice);
  std::mt19937 random(3);
  for (int i = 0; i < 200; ++i) {
    const MonotonicTime sent{i * 700'000};
    clock.observe(sample(sent, Duration{random() % 90'000}, Duration{random() % 90'000}));
    for (const Duration later : {Duration{0}, Duration{1s}, Duration{1h}}) {
      const auto reading = clock.read(sent + 200ms, kDevice);
      REQUIRE(reading.earliest <= reading.time);
      REQUIRE(reading.earliest <= service_at(sent + 200ms));
      REQUIRE(clock.read(sent + 200ms + later, kDevice).earliest <=
              service_at(sent + 200ms + later));
    }
  }
  // Ten minutes of answers bring it to within the round trip.
  const MonotonicTime now{200 * 700'000};
  CHECK(service_at(now) - clock.read(now, kDevice).earliest < 100ms);
}

TEST_CASE("server_clock: a finer answer tells more") {
  ServerClock clock;
  DateSample fine{service_at({50'000}), {0}, {100'000}, 1ms};
  clock.observe(fine);
  CHECK(error_at(clock, {100'000}) <= 51ms);
  CHECK(service_at({100'000}) - clock.read({100'000}, kDevice).earliest <= 51ms);
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "net/failover_policy.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/stall_watch.h"

namespace playhead {
namespace {

MonotonicTime at(Duration time) { return MonotonicTime{} + time; }

RetryInputs failure(ErrorCode code, int status = 0) {
  RetryInputs in;
  in.code = code;
  in.status = status;
  in.since_attempt = 0s;
  return in;
}

PlaceState tried(int attempts, Duration last = 0s) {
  PlaceState state;
  state.attempts = attempts;
  state.last_attempt = at(last);
  return state;
}
PlaceState hopeless() {
  PlaceState state = tried(1);
  state.is_hopeless = true;
  return state;
}
PlaceState passed_over(PlaceState state = {}) {
  state.is_passed_over = true;
  return state;
}

TEST_CASE("failover: where a resource is asked for next") {
  struct Case {
    std::string name;
    std::vector<PlaceState> places;
    RetryInputs failure;
    FailoverDecision decision;
  };
  const auto lost = failure(ErrorCode::kConnectionLost);
  const auto refused = failure(ErrorCode::kNetworkUnreachable);
  const auto silent = failure(ErrorCode::kNetworkTimeout);
  const auto missing = failure(ErrorCode::kNotFound, 404);
  const auto broken = failure(ErrorCode::kHttpStatus, 502);
  const auto busy = failure(ErrorCode::kServerBusy, 503);
  const Case cases[] = {
      {"a broken connection: the same once more", {tried(1), {}}, lost, {true, 0, 1s}},
      {"the second time: elsewhere, at once", {tried(2), {}}, lost, {true, 1, 0s}},
      {"an error of the server: the same once more", {tried(1), {}}, broken, {true, 0, 1s}},
      {"refused: elsewhere at once", {tried(1), {}}, refused, {true, 1, 0s}},
      {"silent: elsewhere at once", {tried(1), {}}, silent, {true, 1, 0s}},
      {"asked to wait: elsewhere at once", {tried(1), {}}, busy, {true, 1, 0s}},
      {"not there: elsewhere at once", {hopeless(), {}}, missing, {true, 1, 0s}},
      {"the healthy place first", {tried(2), passed_over(), {}}, lost, {true, 2, 0s}},
      {"passed over is better than tried", {tried(2), passed_over()}, lost, {true, 1, 0s}},
      {"all tried: round again, a second later", {tried(2), tried(1)}, silent, {true, 0, 1s}},
      {"all tried: whose turn is sooner",
       {tried(1, 5s), tried(1, 2s)},
       [] {
         auto in = failure(ErrorCode::kNetworkTimeout);
         in.elapsed = 5s;
         return in;
       }(),
       {true, 1, 0s}},
      {"no hope anywhere", {hopeless(), hopeless()}, missing, {}},
      {"one place, no hope elsewhere: its own turn", {tried(2), hopeless()}, lost, {true, 0, 1s}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const FailoverInputs in{c.places, 0, c.failure, at(c.failure.elapsed)};
    CHECK(decide_failover(in, {}) == c.decision);
  }
}

TEST_CASE("failover: ends with the budget") {
  std::vector<PlaceState> places = {tried(5, 29s + 400ms), tried(5, 29s + 400ms)};
  auto in = failure(ErrorCode::kNetworkTimeout);
  in.elapsed = 29s + 500ms;
  CHECK_FALSE(decide_failover({places, 0, in, at(in.elapsed)}, {}).goes_on);
  places[1].attempts = 0;  // costs no waiting
  CHECK(decide_failover({places, 0, in, at(in.elapsed)}, {}) == FailoverDecision{true, 1, 0s});
}

TEST_CASE("failover: a fetch begins where there is no trouble") {
  CHECK(first_place(std::vector<PlaceState>{{}, {}}) == 0);
  CHECK(first_place(std::vector<PlaceState>{passed_over(), {}}) == 1);
  CHECK(first_place(std::vector<PlaceState>{passed_over(), passed_over()}) == 0);
}

TEST_CASE("N06 a body that trickles is given up") {
  struct Case {
    std::string name;
    int64_t bytes;      // at a time
    Duration interval;  // between
    bool is_over;       // within a minute
  };
  const Case cases[] = {{"a byte a second", 1, 1s, true},
                        {"below 1 KiB/s", 1000, 1s, true},
                        {"above 1 KiB/s", 1300, 1s, false},
                        {"in bursts of 4 s", 8192, 4s, false},
                        {"fast", 100'000, 10ms, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    StallWatch watch;
    watch.start(at(0s), 5s);
    bool is_over = false;
    for (Duration time = c.interval; time <= 60s && !is_over; time += c.interval) {
      is_over = watch.is_over(at(time));
      watch.add(c.bytes, at(time));
    }
    CHECK(is_over == c.is_over);
  }
}

TEST_CASE("stall watch: what is too slow depends on what is needed") {
  StallWatch watch;
  watch.start(at(0s), 5s, 10'000);
  for (int second = 1; second <= 4; ++second) watch.add(9'000, at(std::chrono::seconds(second)));
  CHECK_FALSE(watch.is_over(at(4s)));
  watch.add(9'000, at(5s) - 1us);
  CHECK(watch.is_over(at(5s)));
  watch.start(at(10s), 5s, 10'000);
  for (int second = 11; second <= 14; ++second) watch.add(13'000, at(std::chrono::seconds(second)));
  CHECK_FALSE(watch.is_over(at(15s)));
}

TEST_CASE("stall watch: silence is over after its limit, to the microsecond") {
  StallWatch watch;
  watch.start(at(0s), 5s);
  watch.add(100'000, at(3s));
  CHECK_FALSE(watch.is_over(at(5s)));
  CHECK_FALSE(watch.is_over(at(8s) - 1us));
  CHECK(watch.deadline() == at(8s));
  CHECK(watch.is_over(at(8s)));
}

}  // namespace
}  // namespace playhead

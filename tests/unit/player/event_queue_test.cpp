// SPDX-License-Identifier: Apache-2.0
#include "player/event_queue.h"

#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/virtual_executor.h"

namespace playhead {
namespace {

Event event(EventPayload payload, MonotonicTime time = MonotonicTime{1}) {
  return {time, MediaTime{2}, std::move(payload)};
}

// With a notifier that runs when it is told to.
struct Notified : EventQueue {
  test::VirtualExecutor notifier;
  void set_wakeup(UniqueFunction<void()> call) { wakeup().set(std::move(call), &notifier, true); }
  void deliver() { notifier.run_ready(); }
};

template <typename Kind>
std::vector<Kind> read_all(EventQueue& queue) {
  std::vector<Kind> found;
  while (const auto next = queue.pop()) {
    if (const auto* payload = std::get_if<Kind>(&next->payload)) found.push_back(*payload);
  }
  return found;
}

TEST_CASE("event queue: first in, first out, one wake-up for each time it was empty") {
  Notified queue;
  int wakeups = 0;
  queue.set_wakeup([&] { ++wakeups; });
  CHECK_FALSE(queue.pop().has_value());
  queue.push(event(Ended{}));
  queue.push(event(FirstFrame{}));
  CHECK(wakeups == 0);  // it is not the one who pushes that runs it
  queue.deliver();
  CHECK(wakeups == 1);
  CHECK(std::holds_alternative<Ended>(queue.pop()->payload));
  CHECK(std::holds_alternative<FirstFrame>(queue.pop()->payload));
  queue.push(event(Ended{}));
  queue.deliver();
  CHECK(wakeups == 2);
  (void)queue.pop();
  queue.push(event(Ended{}));
  queue.set_wakeup(nullptr);  // before it has run
  queue.deliver();
  CHECK(wakeups == 2);
}

TEST_CASE("U01 event queue: a wake-up may be replaced by itself") {
  Notified queue;
  int first = 0;
  int second = 0;
  const auto kept = std::make_shared<int>(0);
  queue.set_wakeup([&, kept] {
    queue.set_wakeup([&] { ++second; });
    ++first;
    CHECK(kept.use_count() == 2);  // it lives until it has returned
  });
  queue.push(event(Ended{}));
  queue.deliver();
  CHECK(kept.use_count() == 1);
  (void)queue.pop();
  queue.push(event(Ended{}));
  queue.deliver();
  CHECK(first == 1);
  CHECK(second == 1);
}

TEST_CASE("U06 event queue: reports give way when nobody reads, and their loss is told") {
  EventQueue queue;
  for (int i = 0; i < 2000; ++i) queue.push(event(SegmentLoaded{}));
  queue.push(event(Failed{}));
  int segments = 0;
  int64_t lost = 0;
  bool failed = false;
  while (const auto next = queue.pop()) {
    if (std::holds_alternative<SegmentLoaded>(next->payload)) ++segments;
    if (const auto* dropped = std::get_if<EventsDropped>(&next->payload)) lost += dropped->count;
    if (std::holds_alternative<Failed>(next->payload)) failed = true;
  }
  CHECK(segments + lost == 2000);
  CHECK(lost > 0);
  CHECK(failed);
}

TEST_CASE(
    "U06 event queue: whatever nobody reads, it is bounded, and the ends of plays are there") {
  EventQueue queue;
  int pushed = 0;
  const auto push = [&](EventPayload payload) {
    queue.push(event(std::move(payload)));
    ++pushed;
  };
  for (uint64_t i = 0; i < 10'000; ++i) {
    push(SeekStarted{MediaTime{1}, i});
    push(StateChanged{i % 2 == 0 ? PlayerState::kPlaying : PlayerState::kBuffering,
                      i % 2 == 0 ? PlayerState::kBuffering : PlayerState::kPlaying});
    push(SeekDone{MediaTime{1}, i});
    push(CuesChanged{});
    push(RateChanged{static_cast<int>(i), static_cast<int>(i + 1)});
    if (i % 1'000 == 999) {
      push(Failed{});
      push(Summary{});
    }
  }
  std::vector<Event> read;
  int64_t lost = 0;
  while (auto next = queue.pop()) {
    if (const auto* dropped = std::get_if<EventsDropped>(&next->payload)) {
      lost += dropped->count;
    } else {
      read.push_back(*std::move(next));
    }
  }
  CHECK(read.size() <= 1024 + 20 + 6);
  CHECK(static_cast<int64_t>(read.size()) + lost == pushed);
  int failed = 0;
  int rate = -1;
  PlayerState state = PlayerState::kPlaying;
  uint64_t last_done = 0;
  for (const Event& each : read) {
    if (std::holds_alternative<Failed>(each.payload)) ++failed;
    if (const auto* done = std::get_if<SeekDone>(&each.payload)) last_done = done->user_tag;
    if (const auto* changed = std::get_if<RateChanged>(&each.payload)) {
      if (rate >= 0) CHECK(changed->from == rate);  // no link of the chain is missing
      rate = changed->to;
    }
    if (const auto* changed = std::get_if<StateChanged>(&each.payload)) {
      CHECK(changed->from == state);
      state = changed->to;
    }
  }
  CHECK(failed == 10);
  CHECK(rate == 10'000);
  CHECK(last_done == 9'999);
}

TEST_CASE("U06 event queue: of thumbnails nobody takes the latest few wait") {
  EventQueue queue;
  for (uint64_t i = 0; i < 100; ++i) {
    ThumbnailReady ready;
    ready.user_tag = i;
    queue.push(event(ready));
  }
  const auto read = read_all<ThumbnailReady>(queue);
  REQUIRE(read.size() == 16);
  CHECK(read.front().user_tag == 84);
  CHECK(read.back().user_tag == 99);
}

TEST_CASE("U06 event queue: a wake-up that does not return is told of, once") {
  Notified queue;
  queue.set_wakeup([] {});
  MonotonicTime now{1};
  for (int i = 0; i < 50; ++i) queue.push(event(Ended{}, now += 100ms));  // and nobody delivers
  const auto warnings = read_all<Warning>(queue);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].error.code == ErrorCode::kCallbackSlow);
  queue.deliver();
  queue.push(event(Ended{}, now += 1s));
  CHECK(read_all<Warning>(queue).empty());
}

TEST_CASE("U07 event queue: a wake-up that throws has returned") {
  Notified queue;
  int calls = 0;
  queue.set_wakeup([&] {
    ++calls;
    throw 7;
  });
  queue.push(event(Ended{}));
  CHECK_THROWS(queue.deliver());
  queue.set_wakeup([&] { ++calls; });  // waits for nobody
  (void)queue.pop();
  queue.push(event(Ended{}));
  queue.deliver();
  CHECK(calls == 2);
}

}  // namespace
}  // namespace playhead

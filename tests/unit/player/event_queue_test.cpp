// SPDX-License-Identifier: Apache-2.0
#include "player/event_queue.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

Event event(EventPayload payload) { return {MonotonicTime{1}, MediaTime{2}, std::move(payload)}; }

TEST_CASE("event queue: first in, first out, one wake-up for each time it was empty") {
  EventQueue queue;
  int wakeups = 0;
  queue.set_wakeup([&] { ++wakeups; });
  CHECK_FALSE(queue.pop().has_value());
  queue.push(event(Ended{}));
  queue.push(event(FirstFrame{}));
  CHECK(wakeups == 1);
  CHECK(std::holds_alternative<Ended>(queue.pop()->payload));
  CHECK(std::holds_alternative<FirstFrame>(queue.pop()->payload));
  queue.push(event(Ended{}));
  CHECK(wakeups == 2);
  queue.set_wakeup(nullptr);
  (void)queue.pop();
  queue.push(event(Ended{}));
  CHECK(wakeups == 2);
}

TEST_CASE("U01 event queue: a wake-up may be replaced by itself") {
  EventQueue queue;
  int first = 0;
  int second = 0;
  const auto kept = std::make_shared<int>(0);
  queue.set_wakeup([&, kept] {
    queue.set_wakeup([&] { ++second; });
    ++first;
    CHECK(kept.use_count() == 2);  // it lives until it has returned
  });
  queue.push(event(Ended{}));
  CHECK(kept.use_count() == 1);
  (void)queue.pop();
  queue.push(event(Ended{}));
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

}  // namespace
}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "player/event_schedule.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

TimedEvent at(int second, const std::string& id, std::optional<Duration> duration = {}) {
  TimedEvent event;
  event.scheme = "urn:s";
  event.id = id;
  event.start = MediaTime{int64_t{second} * 1'000'000};
  event.duration = duration;
  return event;
}

std::string told(EventSchedule& schedule, double second) {
  std::string ids;
  for (const TimedEvent& event : schedule.advance(MediaTime{static_cast<int64_t>(second * 1e6)})) {
    ids += event.id;
  }
  return ids;
}

TEST_CASE("event schedule: each event once, when its start is passed, in order of time") {
  EventSchedule schedule;
  schedule.seek(MediaTime{0});
  schedule.add({at(5, "b"), at(2, "a"), at(5, "c"), at(0, "0")});
  CHECK(told(schedule, 0) == "0");
  CHECK(schedule.next_after(MediaTime{0}) == MediaTime{2'000'000});
  CHECK(told(schedule, 1.9) == "");
  CHECK(told(schedule, 2) == "a");
  CHECK(told(schedule, 60) == "bc");
  CHECK(told(schedule, 61) == "");
  CHECK_FALSE(schedule.next_after(MediaTime{60'000'000}));
}

TEST_CASE("event schedule: what playback begins within is told, what is over is not") {
  EventSchedule schedule;
  schedule.add({at(2, "a", 10s), at(3, "b", 1s), at(4, "c")});
  schedule.seek(MediaTime{6'000'000});
  CHECK(told(schedule, 6) == "a");
  schedule.seek(MediaTime{1'000'000});
  CHECK(told(schedule, 1) == "");
  CHECK(told(schedule, 5) == "abc");
}

TEST_CASE("event schedule: a refresh repeats events, moves them and adds some") {
  EventSchedule schedule;
  schedule.seek(MediaTime{0});
  schedule.add({at(1, "a"), at(9, "b")});
  CHECK(told(schedule, 2) == "a");
  schedule.add({at(1, "a"), at(4, "b"), at(1, "late"), at(1, "long", 5s)});
  CHECK(told(schedule, 3) == "long");
  CHECK(told(schedule, 5) == "b");
  CHECK(told(schedule, 20) == "");
}

TEST_CASE("event schedule: those without a start are left out, and there is a most of them") {
  EventSchedule schedule;
  TimedEvent unplaced;
  unplaced.id = "x";
  schedule.add({unplaced});
  CHECK_FALSE(schedule.next_after(MediaTime{-1}));
  std::vector<TimedEvent> many;
  for (int i = 0; i < static_cast<int>(EventSchedule::kMost) + 10; ++i) {
    many.push_back(at(i, std::to_string(i)));
  }
  schedule.add(std::move(many));
  const MediaTime last{(static_cast<int64_t>(EventSchedule::kMost) - 1) * 1'000'000};
  CHECK_FALSE(schedule.next_after(last));
  // Those that are over make room.
  CHECK(schedule.advance(MediaTime{100'000'000}).size() == 101);
  schedule.add({at(30'000, "new")});
  CHECK(schedule.next_after(last) == MediaTime{30'000'000'000});
}

TEST_CASE("event schedule: one that goes on for a day does not keep new ones out") {
  EventSchedule schedule;
  TimedEvent day = at(0, "day");
  day.duration = 24h;
  schedule.add({day});
  std::size_t told = 0;
  constexpr int kShort = static_cast<int>(EventSchedule::kMost) + 1;
  for (int i = 1; i <= kShort; ++i) {
    schedule.add({at(i, std::to_string(i))});
    told += schedule.advance(MediaTime{i * int64_t{1'000'000}}).size();
  }
  CHECK(told == static_cast<std::size_t>(kShort) + 1);
}

TEST_CASE("event schedule: messages take so many bytes, no more") {
  EventSchedule schedule;
  const SharedBytes large(std::vector<uint8_t>(1 << 20));
  for (int i = 0; i < 40; ++i) {
    TimedEvent event;
    event.id = std::to_string(i);
    event.start = MediaTime{i};
    event.message = large;
    schedule.add({event});
    schedule.add({event});  // the same again takes nothing
  }
  CHECK(schedule.advance(MediaTime{100}).size() == 32);
  // What is over makes room.
  TimedEvent next;
  next.id = "next";
  next.start = MediaTime{200};
  next.message = large;
  schedule.add({next});
  CHECK(schedule.advance(MediaTime{300}).size() == 1);
}

}  // namespace
}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "streaming/sample_queue.h"

#include <functional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

// One sample a second, a key frame every other one; segments of four.
class Filled {
 public:
  explicit Filled(int count, TrackKind kind = TrackKind::kVideo) {
    for (int i = 0; i < count; ++i) queue.push(sample(i, kind));
  }

  static TimedSample sample(int second, TrackKind kind = TrackKind::kVideo) {
    auto origin = std::make_shared<SampleOrigin>();
    origin->transfer = static_cast<uint64_t>(second / 4);
    origin->segment_start = MediaTime{int64_t{second / 4} * 4'000'000};
    TimedSample sample;
    sample.sample.kind = kind;
    sample.sample.is_key_frame = second % 2 == 0;
    sample.sample.data = SharedBytes(std::vector<uint8_t>(10));
    sample.pts = sample.dts = MediaTime{int64_t{second} * 1'000'000};
    sample.duration = 1s;
    sample.origin = std::move(origin);
    return sample;
  }

  int next_second() const {
    return queue.peek() ? static_cast<int>(queue.peek()->pts.us / 1'000'000) : -1;
  }

  SampleQueue queue;
};

TEST_CASE("sample queue: reads in order and keeps what was read") {
  Filled filled(3);
  CHECK(filled.queue.bytes() == 30);
  CHECK(filled.next_second() == 0);
  filled.queue.advance();
  CHECK(filled.next_second() == 1);
  filled.queue.advance();
  filled.queue.advance();
  CHECK_FALSE(filled.queue.has_unread());
  filled.queue.advance();  // past the end: nothing
  CHECK(filled.queue.bytes() == 30);
  CHECK(filled.queue.level(MediaTime{1'500'000}) == 1'500ms);
  CHECK(filled.queue.level(MediaTime{9'000'000}) == 0s);
}

TEST_CASE("sample queue: a hole is not buffered, and what is forgotten leaves none") {
  Filled filled(3);
  filled.queue.push(Filled::sample(600));
  filled.queue.push(Filled::sample(601));
  CHECK(filled.queue.end() == MediaTime{602'000'000});
  CHECK(filled.queue.level(MediaTime{1'000'000}) == 4s);
  CHECK(filled.queue.level(MediaTime{300'000'000}) == 2s);
  CHECK(filled.queue.level(MediaTime{601'000'000}) == 1s);
  filled.queue.drop_unread_of(150);
  CHECK(filled.queue.level(MediaTime{1'000'000}) == 2s);
  filled.queue.push(Filled::sample(3));
  CHECK(filled.queue.level(MediaTime{1'000'000}) == 3s);
  // What rounding or a lost picture leaves out is no hole.
  filled.queue.push(Filled::sample(6));
  CHECK(filled.queue.level(MediaTime{1'000'000}) == 6s);
}

TEST_CASE("sample queue: a hole between the position and all there is is not buffered either") {
  Filled filled(0);
  for (const int second : {40, 41, 42, 43, 44}) filled.queue.push(Filled::sample(second));
  CHECK(filled.queue.level(MediaTime{10'000'000}) == 5s);
  CHECK(filled.queue.level(MediaTime{39'500'000}) == 5500ms);  // rounding, no hole
  CHECK(filled.queue.level(MediaTime{41'000'000}) == 4s);
  while (filled.queue.has_unread()) filled.queue.advance();
  filled.queue.trim_back(MediaTime{44'500'000});  // what was there once is no hole
  REQUIRE(filled.queue.bytes() == 10);
  CHECK(filled.queue.level(MediaTime{40'500'000}) == 4500ms);
  filled.queue.clear();
  filled.queue.push(Filled::sample(70));
  CHECK(filled.queue.level(MediaTime{60'000'000}) == 1s);
}

TEST_CASE("sample queue: seeks within what it holds, to the key frame before") {
  struct Case {
    const char* name;
    int64_t target_us;
    bool found;
    int next;
  };
  const Case cases[] = {
      {"a key frame itself", 4'000'000, true, 4},
      {"between key frames", 3'900'000, true, 2},
      {"the very start", 0, true, 0},
      {"the last frame", 7'999'999, true, 6},
      {"the end is not covered", 8'000'000, false, 5},
      {"far beyond", 60'000'000, false, 5},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Filled filled(8);
    for (int i = 0; i < 5; ++i) filled.queue.advance();
    CHECK(filled.queue.seek(MediaTime{c.target_us}) == c.found);
    CHECK(filled.next_second() == c.next);
  }
}

TEST_CASE("sample queue: what another segment has shown is an entry only for what comes after it") {
  Filled filled(4);
  for (int second = 2; second < 8; ++second) {
    TimedSample sample = Filled::sample(second);
    auto origin = std::make_shared<SampleOrigin>(*sample.origin);
    origin->transfer = 9;
    origin->shown_from = MediaTime{4'000'000};
    sample.origin = origin;
    sample.decode_only = second < 4;
    filled.queue.push(sample);
  }
  CHECK(filled.queue.seek(MediaTime{3'500'000}));
  CHECK(filled.queue.peek()->origin->transfer == 0);
  CHECK(filled.queue.seek(MediaTime{4'500'000}));
  CHECK(filled.queue.peek()->origin->transfer == 9);
}

TEST_CASE("sample queue: a time at which nothing plays is passed over") {
  Filled filled(4);
  filled.queue.push(Filled::sample(20));
  CHECK(filled.queue.pass_to(MediaTime{10'000'000}));
  CHECK(filled.next_second() == 20);
  CHECK(filled.queue.pass_to(MediaTime{30'000'000}));
  CHECK_FALSE(filled.queue.has_unread());
  filled.queue.trim_back(MediaTime{20'000'000});
  CHECK_FALSE(filled.queue.pass_to(MediaTime{10'000'000}));
}

TEST_CASE("sample queue: a segment covers its declared start though its first sample is later") {
  SampleQueue queue;
  TimedSample late = Filled::sample(0);
  late.pts = late.dts = MediaTime{80'000};
  queue.push(late);
  CHECK(queue.seek(MediaTime{0}));
  queue.clear();
  late = Filled::sample(5);  // of the segment that starts at 4 s
  late.sample.is_key_frame = true;
  queue.push(late);
  CHECK(queue.seek(MediaTime{4'500'000}));
  CHECK_FALSE(queue.seek(MediaTime{3'999'999}));
}

TEST_CASE("sample queue: what was trimmed off a segment is no longer covered") {
  Filled filled(8, TrackKind::kAudio);
  for (int i = 0; i < 7; ++i) filled.queue.advance();
  filled.queue.trim_back(MediaTime{5'000'000});
  CHECK_FALSE(filled.queue.seek(MediaTime{4'900'000}));
  CHECK(filled.queue.seek(MediaTime{5'000'000}));
}

TEST_CASE("sample queue: trimming leaves a key frame to start from") {
  Filled filled(8);
  for (int i = 0; i < 7; ++i) filled.queue.advance();
  filled.queue.trim_back(MediaTime{5'000'000});
  CHECK(filled.queue.bytes() == 40);  // from the key frame at 4 s
  CHECK(filled.queue.seek(MediaTime{5'000'000}));
  CHECK(filled.next_second() == 4);
  CHECK_FALSE(filled.queue.seek(MediaTime{3'000'000}));
}

TEST_CASE("sample queue: unread samples are never trimmed") {
  Filled filled(8);
  filled.queue.trim_back(MediaTime{100'000'000});
  CHECK(filled.queue.bytes() == 80);
}

TEST_CASE("sample queue: dropping segments ahead keeps those begun before") {
  Filled filled(12);
  filled.queue.advance();
  CHECK(filled.queue.drop_segments_from(MediaTime{3'000'000}) == MediaTime{4'000'000});
  CHECK(filled.queue.end() == MediaTime{4'000'000});
  CHECK(filled.queue.bytes() == 40);
  CHECK_FALSE(filled.queue.drop_segments_from(MediaTime{3'000'000}).has_value());
}

TEST_CASE("sample queue: dropping a failed segment keeps what was read of it") {
  Filled filled(6);
  for (int i = 0; i < 5; ++i) filled.queue.advance();
  filled.queue.drop_unread_of(1);
  CHECK(filled.queue.bytes() == 50);
  CHECK_FALSE(filled.queue.has_unread());
  CHECK(filled.queue.end() == MediaTime{5'000'000});
}

TEST_CASE(
    "sample queue: what was played stays had when it is trimmed and what repeats it is dropped") {
  Filled filled(7);
  while (filled.queue.has_unread()) filled.queue.advance();
  for (const int second : {4, 5, 6}) {
    TimedSample again = Filled::sample(second);
    auto origin = std::make_shared<SampleOrigin>();
    origin->transfer = 9;
    origin->shown_from = MediaTime{7'000'000};
    again.origin = std::move(origin);
    again.decode_only = true;
    filled.queue.push(std::move(again));
  }
  filled.queue.advance();
  filled.queue.trim_back(MediaTime{7'000'000});
  filled.queue.drop_unread_of(9);
  CHECK(filled.queue.end() == MediaTime{7'000'000});
  CHECK(filled.queue.level(MediaTime{6'000'000}) == 1s);
  filled.queue.clear();
  CHECK_FALSE(filled.queue.end());
}

TEST_CASE("sample queue: every sample of sound is an entry") {
  Filled filled(8, TrackKind::kAudio);
  CHECK(filled.queue.seek(MediaTime{3'500'000}));
  CHECK(filled.next_second() == 3);
}

TEST_CASE("sample queue: a segment of which nothing was read gives way to another") {
  struct Case {
    const char* name;
    int read;  // samples read
    uint64_t transfer;
    std::size_t unread;  // whole segments not begun
    bool is_replaced;
  };
  const Case cases[] = {
      {"the second of three", 0, 1, 3, true},    {"while the first is read", 2, 1, 2, true},
      {"the one that is read", 5, 1, 1, false},  {"the one that was read", 9, 1, 0, false},
      {"one that comes next", 4, 1, 2, true},    {"the last", 1, 2, 2, true},
      {"one that is not there", 0, 7, 3, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Filled filled(12);
    for (int i = 0; i < c.read; ++i) filled.queue.advance();
    CHECK(filled.queue.unread_segments().size() == c.unread);
    std::vector<TimedSample> samples;
    for (int i = 0; i < 4; ++i) {
      samples.push_back(Filled::sample(static_cast<int>(c.transfer) * 4 + i));
      samples.back().sample.data = SharedBytes(std::vector<uint8_t>(25));
    }
    CHECK(filled.queue.replace(c.transfer, std::move(samples)) == c.is_replaced);
    CHECK(filled.queue.bytes() == (c.is_replaced ? 180 : 120));
    for (int second = c.read; second < 12; ++second) {
      REQUIRE(filled.next_second() == second);
      filled.queue.advance();
    }
  }
}

TEST_CASE("sample queue: what goes without having been read is wasted, once") {
  struct Case {
    const char* name;
    std::function<void(SampleQueue&)> act;
    int64_t wasted, unread;
  };
  // Eight samples of ten bytes, two segments; three are read.
  const Case cases[] = {
      {"nothing happens", [](SampleQueue&) {}, 0, 50},
      {"all is forgotten", [](SampleQueue& q) { q.clear(); }, 50, 0},
      {"the second segment", [](SampleQueue& q) { (void)q.drop_segments_from(MediaTime{1}); }, 40,
       10},
      {"one transfer's rest", [](SampleQueue& q) { q.drop_unread_of(1); }, 40, 10},
      {"what was passed over",
       [](SampleQueue& q) {
         (void)q.seek(MediaTime{6'000'000});
         q.trim_back(MediaTime{6'000'000});
       },
       10, 40},
      {"read twice",
       [](SampleQueue& q) {
         (void)q.seek(MediaTime{0});
         for (int i = 0; i < 8; ++i) q.advance();
         q.clear();
       },
       0, 0},
      {"replaced",
       [](SampleQueue& q) {
         std::vector<TimedSample> better = {Filled::sample(4)};
         (void)q.replace(1, std::move(better));
       },
       40, 20}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Filled filled(8);
    for (int i = 0; i < 3; ++i) filled.queue.advance();
    c.act(filled.queue);
    CHECK(filled.queue.take_wasted_bytes() == c.wasted);
    CHECK(filled.queue.take_wasted_bytes() == 0);
    CHECK(filled.queue.unread_bytes() == c.unread);
  }
}

}  // namespace
}  // namespace playhead

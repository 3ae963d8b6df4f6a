// SPDX-License-Identifier: Apache-2.0
#include "streaming/transfer_watch.h"

#include <cstdlib>

#include <doctest/doctest.h>

#include "base/forever.h"

namespace playhead {
namespace {

constexpr int64_t at_ms(int64_t ms) { return ms * 1000; }

// A segment of `bytes` that comes evenly in `length`, from `start_ms` on.
void transfer(TransferWatch& watch, int64_t start_ms, int64_t bytes, Duration length,
              bool is_at_edge, Duration media = Duration::max()) {
  const MonotonicTime start{at_ms(start_ms)};
  watch.begin_video({"v", "", {}, is_at_edge ? std::optional(length) : std::nullopt, {}, 0});
  constexpr int kPieces = 20;
  for (int i = 0; i <= kPieces; ++i) {
    watch.add_bytes(TrackKind::kVideo, bytes / kPieces, start + length * i / kPieces);
  }
  TransferStats stats;
  stats.started = stats.first_byte = start;
  stats.finished = start + length;
  stats.body_bytes = bytes;
  watch.finish(TrackKind::kVideo, stats, is_at_edge, media);
}

TEST_CASE("transfer_watch: media that is made while it is sent does not say how wide the link is") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  for (int i = 0; i < 10; ++i) transfer(watch, i * 1000, 1'000'000, 500ms, false);  // 16 Mbit/s
  const Bitrate wide = chooser.throughput();
  CHECK(wide.bps > 8'000'000);
  for (int i = 10; i < 40; ++i) transfer(watch, i * 1000, 50'000, 900ms, true);  // 0.4 Mbit/s
  CHECK(chooser.throughput().bps >= wide.bps * 9 / 10);

  SUBCASE("the same on an ordinary segment is a narrow link") {
    for (int i = 40; i < 70; ++i) transfer(watch, i * 1000, 50'000, 900ms, false);
    CHECK(chooser.throughput().bps < wide.bps / 2);
  }
}

TEST_CASE("transfer_watch: what had to wait for room does not say how wide the link is") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  for (int i = 0; i < 10; ++i) transfer(watch, i * 1000, 1'000'000, 500ms, false);  // 16 Mbit/s
  const Bitrate wide = chooser.throughput();
  // Of a segment a quarter of a megabyte each second, in 100 ms.
  const MonotonicTime start{at_ms(20'000)};
  watch.begin_video({"v", "", {}, {}, {}, 0});
  for (int second = 0; second < 10; ++second) {
    for (int piece = 0; piece < 10; ++piece) {
      watch.add_bytes(TrackKind::kVideo, 25'000, start + second * 1s + piece * 10ms);
    }
    watch.hold(TrackKind::kVideo, start + second * 1s + 100ms);
    CHECK(watch.receiving()->is_held);  // nobody drops it
    CHECK(watch.judge_in(start + second * 1s + 900ms) == kForever);
    if (second < 9) watch.release(TrackKind::kVideo, start + second * 1s + 1s);
  }
  TransferStats stats;
  stats.started = stats.first_byte = start;
  stats.finished = start + 10s;
  stats.body_bytes = 2'500'000;
  watch.finish(TrackKind::kVideo, stats, true, Duration::max());
  CHECK(chooser.throughput().bps >= wide.bps * 9 / 10);
}

TEST_CASE("transfer_watch: once there is room again a transfer tells how wide the link is") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  for (int i = 0; i < 10; ++i) transfer(watch, i * 1000, 1'000'000, 500ms, false);  // 16 Mbit/s
  const Bitrate wide = chooser.throughput();
  const MonotonicTime start{at_ms(20'000)}, released = start + 5s;
  watch.begin_video({"v", "", {}, {}, {}, 0});
  watch.add_bytes(TrackKind::kVideo, 1'000'000, start);
  watch.add_bytes(TrackKind::kVideo, 1'000'000, start + 500ms);
  watch.hold(TrackKind::kVideo, start + 500ms);
  watch.release(TrackKind::kVideo, released);
  CHECK_FALSE(watch.receiving()->is_held);
  CHECK(watch.receiving()->since == released);
  CHECK(watch.receiving()->earlier_bytes == 2'000'000);
  CHECK(watch.judge_in(released) == TransferWatch::kJudgeEvery);
  // 0.4 Mbit/s from now on.
  for (int i = 1; i <= 100; ++i) {
    watch.add_bytes(TrackKind::kVideo, 5'000, released + i * 100ms);
  }
  TransferStats stats;
  stats.started = stats.first_byte = start;
  stats.finished = released + 10s;
  stats.body_bytes = 2'500'000;
  SUBCASE("a link") {
    watch.finish(TrackKind::kVideo, stats, true);
    CHECK(chooser.throughput().bps < wide.bps / 2);
  }
  SUBCASE("a download") {
    stats.from_cache = true;
    watch.finish(TrackKind::kVideo, stats, true);
    CHECK(chooser.throughput().bps > wide.bps / 2);
  }
}

TEST_CASE("transfer_watch: what came lately is counted over three seconds and no older") {
  RecentBytes recent;
  const MonotonicTime start{1'000'100'000};
  CHECK(recent.at(start).bytes == 0);
  for (int i = 0; i < 100; ++i) recent.add(1'000, start + i * 100ms);
  for (const Duration later : {Duration{0}, Duration{90ms}, Duration{200ms}}) {
    const RecentBytes::Sum sum = recent.at(start + 9900ms + later);
    CHECK(sum.within >= abr::kRecentTransfer);
    CHECK(sum.within <= abr::kRecentTransfer + 250ms);
    // Ten a second, and none within `later`.
    CHECK(std::abs(sum.bytes - (sum.within - later).count() / 100) <= 1'000);
  }
  CHECK(recent.at(start + 20s).bytes == 0);
  recent.add(7, start + 20s);
  CHECK(recent.at(start + 20s).bytes == 7);
}

TEST_CASE("transfer_watch: at the edge more than was known is believed") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  for (int i = 0; i < 10; ++i) transfer(watch, i * 1000, 100'000, 800ms, false);  // 1 Mbit/s
  const Bitrate narrow = chooser.throughput();
  for (int i = 10; i < 30; ++i) transfer(watch, i * 1000, 1'000'000, 500ms, true);
  CHECK(chooser.throughput().bps > 2 * narrow.bps);
}

TEST_CASE("transfer_watch: chunks tell the link's width, their pauses do not") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  for (int i = 0; i < 10; ++i) transfer(watch, i * 1000, 100'000, 800ms, false);  // 1 Mbit/s
  const Bitrate known = chooser.throughput();
  // A second of 0.4 Mbit/s in chunks of 200 ms, of which each comes in 10 ms: 8 Mbit/s.
  for (int i = 10; i < 30; ++i) {
    const MonotonicTime start{at_ms(i * 1000)};
    watch.begin_video({"v", "", {}, 1s, {}, 0});
    for (int chunk = 0; chunk < 5; ++chunk) {
      for (int piece = 0; piece < 3; ++piece) {
        watch.add_bytes(TrackKind::kVideo, piece == 0 ? 0 : 5'000,
                        start + Duration{(chunk * 200 + piece * 5) * 1000});
      }
    }
    TransferStats stats;
    stats.started = stats.first_byte = start;
    stats.finished = start + 810ms;
    stats.body_bytes = 50'000;
    watch.finish(TrackKind::kVideo, stats, true, 1s);
  }
  CHECK(chooser.throughput().bps > 3 * known.bps);
}

TEST_CASE("transfer_watch: what comes at once says nothing of the time it took") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  for (int i = 0; i < 10; ++i) transfer(watch, i * 1000, 100'000, 800ms, false);  // 1 Mbit/s
  // Four chunks a second, each of three pieces read at once, then one 10 ms later: 4 Mbit/s.
  for (int i = 10; i < 60; ++i) {
    const MonotonicTime start{at_ms(i * 1000)};
    watch.begin_video({"v", "", {}, 1s, {}, 0});
    for (int chunk = 0; chunk < 4; ++chunk) {
      const MonotonicTime at = start + Duration{chunk * 250'000};
      for (int piece = 0; piece < 3; ++piece) {
        watch.add_bytes(TrackKind::kVideo, 5'000, at + Duration{piece * 100});
      }
      watch.add_bytes(TrackKind::kVideo, 5'000, at + 10ms);
    }
    TransferStats stats;
    stats.started = stats.first_byte = start;
    stats.finished = start + 760ms;
    stats.body_bytes = 80'000;
    watch.finish(TrackKind::kVideo, stats, true, 1s);
  }
  CHECK(chooser.throughput().bps > 2'000'000);
  CHECK(chooser.throughput().bps < 4'200'000);
}

TEST_CASE("transfer_watch: what comes slower than it is played is slowed down by the link") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  for (int i = 0; i < 10; ++i) transfer(watch, i * 1000, 1'000'000, 500ms, false);  // 16 Mbit/s
  const Bitrate wide = chooser.throughput();
  for (int i = 10; i < 40; ++i) transfer(watch, i * 2000, 50'000, 1500ms, true, 1s);
  CHECK(chooser.throughput().bps < wide.bps / 2);
}

TEST_CASE("transfer_watch: one video segment is followed, until it has come or is given up") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  CHECK_FALSE(watch.receiving());
  watch.begin_video({"v", "u", {}, {}, {}, 0});
  watch.add_bytes(TrackKind::kAudio, 500, MonotonicTime{at_ms(1)});
  CHECK_FALSE(watch.receiving()->first_byte);
  watch.add_bytes(TrackKind::kVideo, 700, MonotonicTime{at_ms(2)});
  CHECK(watch.receiving()->first_byte == MonotonicTime{at_ms(2)});
  CHECK(watch.receiving()->bytes == 700);
  watch.abandon(TrackKind::kAudio, MonotonicTime{at_ms(3)});
  CHECK(watch.receiving());
  watch.abandon(TrackKind::kVideo, MonotonicTime{at_ms(4)});
  CHECK_FALSE(watch.receiving());
}

TEST_CASE("transfer_watch: what is made while it is sent is judged once it must be made") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  const MonotonicTime begin{at_ms(1000)};
  CHECK(watch.judge_in(begin) > 1h);
  watch.begin_video({"v", "u", {}, 4s, {}, 0});
  CHECK(watch.judge_in(begin) > 1h);
  watch.add_bytes(TrackKind::kVideo, 700, begin);
  CHECK(watch.judge_in(begin + 1s) == 3s + TransferWatch::kJudgeEvery);
  CHECK(watch.receiving()->is_being_made(begin + 4s));
  CHECK_FALSE(watch.receiving()->is_being_made(begin + 4100ms));
  CHECK(watch.judge_in(begin + 5s) == TransferWatch::kJudgeEvery);
  watch.begin_video({"v", "u", {}, Duration::max(), {}, 0});
  watch.add_bytes(TrackKind::kVideo, 700, begin);
  CHECK(watch.judge_in(begin + 5s) > 1h);
}

TEST_CASE("transfer_watch: T06 equal stamps are no division by zero") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  for (int i = 0; i < 20; ++i) transfer(watch, 0, 1'000'000, 0ms, i % 2 == 0);
  CHECK(chooser.throughput().bps >= 0);
}

TEST_CASE("transfer_watch: T06 a clock of 15 ms tells the width of the link all the same") {
  VideoChooser chooser;
  TransferWatch watch(chooser);
  // 8 Mbit/s, in pieces of 1.4 kB: most have the stamp of the one before, some come 15 ms later.
  int64_t us = 0;
  const auto stamp = [&us] { return MonotonicTime{us / 15'000 * 15'000}; };
  for (int i = 0; i < 20; ++i) {
    watch.begin_video({"v", "", {}, {}, {}, 0});
    TransferStats stats;
    stats.started = stamp();
    us += 20'000;
    stats.first_byte = stamp();
    for (int piece = 0; piece < 200; ++piece) {
      us += 1'400;
      watch.add_bytes(TrackKind::kVideo, 1'400, stamp());
    }
    stats.finished = stamp();
    stats.body_bytes = 200 * 1'400;
    watch.finish(TrackKind::kVideo, stats, false, Duration::max());
    us += 100'000;
  }
  CHECK(chooser.throughput().bps > 6'000'000);
  CHECK(chooser.throughput().bps < 9'600'000);
}

}  // namespace
}  // namespace playhead

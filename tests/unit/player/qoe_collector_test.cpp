// SPDX-License-Identifier: Apache-2.0
#include "player/qoe_collector.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

MonotonicTime at(int64_t seconds) { return {seconds * 1'000'000}; }

TEST_CASE("qoe collector: a play with a stall, a pause and a switch adds up") {
  QoeCollector qoe;
  qoe.start(at(0));
  qoe.on_state(PlayerState::kLoading, at(0));
  qoe.on_state(PlayerState::kBuffering, at(1));
  qoe.on_first_frame(at(2));
  qoe.on_first_frame(at(9));  // only the first counts
  qoe.on_representation({1'000'000}, false, at(2));
  qoe.on_state(PlayerState::kPlaying, at(2));
  qoe.on_representation({3'000'000}, true, at(12));  // 10 s at 1 Mbit/s
  qoe.on_state(PlayerState::kRebuffering, at(22));   // 10 s at 3 Mbit/s
  qoe.on_state(PlayerState::kPlaying, at(25));
  qoe.on_state(PlayerState::kPaused, at(25));
  qoe.on_state(PlayerState::kBuffering, at(100));  // a seek: not rebuffering
  qoe.on_bytes(500);
  qoe.on_bytes(11);
  qoe.on_frames(3, 1);
  qoe.on_error();

  const QoeSummary summary = qoe.summary(at(110));
  CHECK(summary.startup == Duration{2s});
  CHECK(summary.play_time == 20s);
  CHECK(summary.rebuffer_count == 1);
  CHECK(summary.rebuffer_time == 3s);
  CHECK(summary.rebuffer_ratio() == doctest::Approx(3.0 / 23));
  CHECK(summary.errors == 1);
  CHECK(summary.mean_bitrate.bps == 2'000'000);
  CHECK(summary.switches == 1);
  CHECK(summary.bytes == 511);
  CHECK(summary.shown_frames == 3);
  CHECK(summary.dropped_frames == 1);
}

TEST_CASE("qoe collector: the wait between the first frame and playback is counted, once") {
  QoeCollector qoe;
  qoe.start(at(0));
  qoe.on_state(PlayerState::kBuffering, at(1));
  qoe.on_first_frame(at(2));
  CHECK(qoe.summary(at(5)).start_wait == 3s);
  qoe.on_state(PlayerState::kPlaying, at(6));
  qoe.on_state(PlayerState::kBuffering, at(10));  // a seek
  CHECK(qoe.summary(at(20)).start_wait == 4s);
  CHECK(qoe.summary(at(20)).startup == Duration{2s});
}

TEST_CASE("qoe collector: the summary counts the time up to the question") {
  QoeCollector qoe;
  qoe.start(at(0));
  CHECK_FALSE(qoe.summary(at(1)).startup.has_value());
  CHECK(qoe.summary(at(1)).rebuffer_ratio() == 0);
  qoe.on_state(PlayerState::kPlaying, at(1));
  CHECK(qoe.summary(at(4)).play_time == 3s);
  CHECK(qoe.summary(at(6)).play_time == 5s);
  qoe.start(at(10));
  CHECK(qoe.summary(at(11)).play_time == 0s);
}

}  // namespace
}  // namespace playhead

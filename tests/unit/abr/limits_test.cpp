// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/limits.h"

#include <limits>
#include <vector>

#include <doctest/doctest.h>

namespace playhead::abr {
namespace {

LimitCandidate picture(int64_t kbps, int height, double frame_rate = 25) {
  LimitCandidate candidate;
  candidate.bitrate = {kbps * 1000};
  candidate.width = height * 16 / 9;
  candidate.height = height;
  candidate.frame_rate = frame_rate;
  return candidate;
}

std::vector<LimitCandidate> make_ladder() {
  std::vector<LimitCandidate> ladder = {picture(400, 360), picture(1'500, 540), picture(3'000, 720),
                                        picture(6'000, 1080), picture(16'000, 2160, 50)};
  ladder[3].security_level = 2000;
  ladder[4].security_level = 3000;
  ladder[4].hdcp_tenths = 22;
  return ladder;
}

// A device that may show everything.
LimitInputs everything() {
  LimitInputs in;
  in.security_level = 3000;
  in.hdcp_tenths = 23;
  return in;
}

TEST_CASE("limits: each with its reason") {
  struct Case {
    const char* name;
    void (*set)(LimitInputs&);
    std::size_t allowed;  // the lowest so many
    Limit reason;         // of the next
  };
  const Case cases[] = {
      {"none", [](LimitInputs&) {}, 5, Limit::kNone},
      {"bitrate of the app", [](LimitInputs& in) { in.max_bitrate = {3'000'000}; }, 3,
       Limit::kBitrate},
      {"height of the app", [](LimitInputs& in) { in.max_height = 719; }, 2, Limit::kHeight},
      {"metered", [](LimitInputs& in) { in.is_metered = true; }, 2, Limit::kDataSaver},
      {"metered with a cap of its own",
       [](LimitInputs& in) {
         in.is_metered = true;
         in.metered_bitrate = {500'000};
       },
       1, Limit::kDataSaver},
      {"software security: up to 1080p", [](LimitInputs& in) { in.security_level = 2000; }, 4,
       Limit::kSecurity},
      {"no security: up to 720p", [](LimitInputs& in) { in.security_level = 0; }, 3,
       Limit::kSecurity},
      {"old cable", [](LimitInputs& in) { in.hdcp_tenths = 14; }, 4, Limit::kHdcp},
      {"small view",
       [](LimitInputs& in) {
         in.viewport_width = 640;
         in.viewport_height = 360;
       },
       1, Limit::kViewport},
      {"small view of fine pixels",
       [](LimitInputs& in) {
         in.viewport_width = 640;
         in.viewport_height = 360;
         in.pixel_ratio_permille = 2000;
       },
       3, Limit::kViewport},
      {"view between two sizes: the larger",
       [](LimitInputs& in) {
         in.viewport_width = 800;
         in.viewport_height = 450;
       },
       2, Limit::kViewport},
      {"view larger than any picture",
       [](LimitInputs& in) {
         in.viewport_width = 9'000;
         in.viewport_height = 9'000;
       },
       5, Limit::kNone},
      {"dropped frames", [](LimitInputs& in) { in.smooth_height = 1079; }, 3,
       Limit::kDroppedFrames},
      {"memory", [](LimitInputs& in) { in.memory_bitrate = {3'000'000}; }, 3, Limit::kMemory},
  };
  const auto ladder = make_ladder();
  for (const Case& c : cases) {
    CAPTURE(c.name);
    LimitInputs in = everything();
    c.set(in);
    const LimitResult result = apply_limits(ladder, in);
    REQUIRE(result.limits.size() == ladder.size());
    CHECK(result.allowed.size() == c.allowed);
    CHECK_FALSE(result.is_last_resort);
    for (std::size_t i = 0; i < ladder.size(); ++i) {
      CHECK((result.limits[i] == Limit::kNone) == (i < c.allowed));
    }
    if (c.allowed < ladder.size()) CHECK(result.limits[c.allowed] == c.reason);
  }
}

TEST_CASE("limits: decoders") {
  auto ladder = make_ladder();
  ladder[4].is_decodable = false;
  ladder[3].is_hardware_decodable = false;
  LimitInputs in = everything();
  CHECK(apply_limits(ladder, in).allowed == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(apply_limits(ladder, in).limits[4] == Limit::kCodec);
  in.hardware_only = true;
  CHECK(apply_limits(ladder, in).limits[3] == Limit::kHardware);
}

TEST_CASE("limits: a choice by hand goes before wishes, not before facts") {
  auto ladder = make_ladder();
  LimitInputs in = everything();
  in.max_height = 360;
  in.is_metered = true;
  in.manual = 3;
  LimitResult result = apply_limits(ladder, in);
  CHECK(result.allowed == std::vector<std::size_t>{3});
  CHECK(result.limits[0] == Limit::kManual);
  in.security_level = 0;
  result = apply_limits(ladder, in);
  CHECK(result.limits[3] == Limit::kSecurity);
  CHECK(result.allowed == std::vector<std::size_t>{0});
  in.manual = 99;
  CHECK(apply_limits(ladder, in).allowed == std::vector<std::size_t>{0});
}

TEST_CASE("limits: wishes never leave nothing, facts may") {
  auto ladder = make_ladder();
  LimitInputs in = everything();
  in.max_height = 100;
  LimitResult result = apply_limits(ladder, in);
  CHECK(result.allowed == std::vector<std::size_t>{0});
  CHECK(result.is_last_resort);
  CHECK(result.limits[0] == Limit::kHeight);
  for (LimitCandidate& candidate : ladder) candidate.is_decodable = false;
  result = apply_limits(ladder, in);
  CHECK(result.allowed.empty());
  CHECK(apply_limits({}, in).allowed.empty());
}

TEST_CASE("limits: unknown sizes are no reason") {
  std::vector<LimitCandidate> ladder(3);
  LimitInputs in = everything();
  in.viewport_width = 640;
  in.viewport_height = 360;
  in.max_height = 360;
  in.max_bitrate = {1'000'000};
  CHECK(apply_limits(ladder, in).allowed.size() == 3);
}

TEST_CASE("dropped frames: bans expire, and last longer when they were needed again") {
  DroppedFrames frames;
  MonotonicTime now{0};
  frames.add(1080, 1'000, 10, now);
  CHECK(frames.smooth_height(now) == 0);
  frames.add(1080, 80, 39, now);  // too few to say
  CHECK(frames.smooth_height(now) == 0);
  frames.add(1080, 80, 39, now);
  CHECK(frames.smooth_height(now) == 1079);
  CHECK(frames.smooth_height(now + 59s) == 1079);
  now += 60s;
  CHECK(frames.smooth_height(now) == 0);
  frames.add(1080, 100, 100, now);
  CHECK(frames.smooth_height(now + 119s) == 1079);
  CHECK(frames.smooth_height(now + 120s) == 0);
  // What was fetched before the ban makes it begin anew, not grow.
  for (int i = 0; i < 20; ++i) frames.add(1080, 100, 100, now + 60s);
  CHECK(frames.smooth_height(now + 179s) == 1079);
  CHECK(frames.smooth_height(now + 180s) == 0);
  for (int i = 0; i < 20; ++i) {
    now += DroppedFrames::kLongestBan;
    frames.add(1080, 100, 100, now);
  }
  CHECK(frames.smooth_height(now + DroppedFrames::kLongestBan - 1s) == 1079);
  CHECK(frames.smooth_height(now + DroppedFrames::kLongestBan) == 0);
  frames.add(720, 100, 100, now);
  CHECK(frames.smooth_height(now) == 719);
}

TEST_CASE("dropped frames: bad counts") {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  DroppedFrames frames;
  frames.add(0, 1, 1'000, MonotonicTime{0});
  frames.add(720, -1, 1'000, MonotonicTime{0});
  frames.add(720, 1'000, -1, MonotonicTime{0});
  CHECK(frames.smooth_height(MonotonicTime{0}) == 0);
  frames.add(720, kMost, kMost, MonotonicTime{0});
  CHECK(frames.smooth_height(MonotonicTime{0}) == 719);
  for (int height = 1; height < 5'000; ++height) frames.add(height, 1, 1, MonotonicTime{0});
}

}  // namespace
}  // namespace playhead::abr

// SPDX-License-Identifier: Apache-2.0
#include "frame_watch.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "report.h"

namespace playhead::bench {
namespace {

constexpr int kCells = 16;
// The strip takes 48 of 1080 rows; its middle row is read.
constexpr int kStripRow = 24, kStripOf = 1080;
constexpr int kFramesPerSecond = 24;  // of numbered titles
// A seek has arrived with a picture at most one GOP of the titles from its target.
constexpr int64_t kGopUs = 2'000'000;
// A standstill from this length on is noticed.
constexpr int64_t kStallUs = 250'000;
constexpr int64_t kGiveUpUs = 10'000'000;

}  // namespace

int strip_number(const playhead_frame_info& picture) {
  if (picture.width < kCells || picture.height < 1 || picture.planes[0] == nullptr) return -1;
  const int row = std::max(1, picture.height * kStripRow / kStripOf);
  if (row >= picture.height) return -1;
  const uint8_t* luma = picture.planes[0] + int64_t{row} * picture.strides[0];
  std::array<bool, kCells> bits{};
  for (int i = 0; i < kCells; ++i) {
    bits.at(static_cast<std::size_t>(i)) = luma[(2 * i + 1) * picture.width / (2 * kCells)] > 128;
  }
  if (!bits.front() || bits[1] || bits[kCells - 2] || !bits.back()) return -1;
  int number = 0;
  for (std::size_t i = 2; i < kCells - 2; ++i) number = number * 2 + (bits.at(i) ? 1 : 0);
  return number;
}

bool FrameWatch::is_at_target(int number, int64_t time_us) const {
  const int64_t shown_us = number >= 0 ? int64_t{number} * 1'000'000 / kFramesPerSecond : time_us;
  return std::llabs(shown_us - *target_us_) <= kGopUs;
}

void FrameWatch::on_frame(const playhead_frame_info& picture, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  const bool is_of_interest = !first_us_ || target_us_;
  const int number = reads_numbers_ && is_of_interest ? strip_number(picture) : -1;
  const std::string frame = "\"frame\":" + std::to_string(number);
  if (!first_us_) {
    first_us_ = now_us;
    report("first_frame", now_us, frame);
  }
  if (picture.height != height_) {
    height_ = picture.height;
    report("level", now_us, "\"height\":" + std::to_string(height_));
  }
  if (target_us_) {
    if (is_at_target(number, picture.time_us)) {
      report("seek_done", now_us, frame);
      target_us_.reset();
      is_rolling_ = false;
    }
  } else if (last_us_) {
    const int64_t gap_us = now_us - *last_us_;
    if (!is_rolling_ && gap_us <= kStallUs && picture.time_us != last_time_us_) {
      is_rolling_ = true;
      report("rolling", *last_us_);
    } else if (is_rolling_ && gap_us > kStallUs) {
      report("stall", *last_us_, "\"dur\":" + seconds(gap_us));
    }
  }
  last_us_ = now_us;
  last_time_us_ = picture.time_us;
}

void FrameWatch::seek(int64_t target_us, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  target_us_ = target_us;
  report("seek", now_us, "\"to\":" + seconds(target_us));
}

bool FrameWatch::has_first() const {
  const std::lock_guard lock(mutex_);
  return first_us_.has_value();
}

bool FrameWatch::is_settled(int64_t now_us) const {
  const std::lock_guard lock(mutex_);
  return is_rolling_ || (first_us_ && now_us - *first_us_ > kGiveUpUs);
}

bool FrameWatch::is_seeking() const {
  const std::lock_guard lock(mutex_);
  return target_us_.has_value();
}

}  // namespace playhead::bench

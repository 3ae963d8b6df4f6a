// SPDX-License-Identifier: Apache-2.0
#include "load_shedder.h"

#include <algorithm>

namespace playhead::server {
namespace {

// Of what serving one costs. Only the estimate of the capacity knows it, and little depends on that.
constexpr double kRefusalCost = 0.6;
// Of the capacity, in those who come back. What they cost is lost: lower, and the line is longer than anybody should be
// away. Those who came too late are mostly no excess, but what queued before it was noticed: they are let back quickly.
constexpr double kExcessBack = 0.06;
constexpr double kLateBack = 0.5;
// Of a new value, in what is remembered.
constexpr double kCapacityWeight = 0.1;
constexpr double kRefusedWeight = 1.0 / 256;

}  // namespace

void LoadShedder::note(int64_t now_us, int64_t waited_us, std::size_t requests) {
  const bool is_long = waited_us > limits_.wait_us && requests >= limits_.requests;
  const bool is_new = now_us > known_until_us_ || !is_long;
  if (is_new && now_us > remembered_until_us_) long_since_us_.reset();
  share_ = 0;
  if (!is_long) return;
  const double served = static_cast<double>(requests) * (1 - (1 - kRefusalCost) * refused_share_);
  const double rate = served / static_cast<double>(waited_us);
  capacity_per_us_ += (capacity_per_us_ > 0 ? kCapacityWeight : 1) * (rate - capacity_per_us_);
  if (!long_since_us_) long_since_us_ = now_us;
  // What gets in line now waits about as long; twice that, should the queue grow.
  known_until_us_ = now_us + 2 * waited_us;
  if (now_us - *long_since_us_ < limits_.grace_us) return;
  remembered_until_us_ = now_us + limits_.memory_us;
  is_late_ = waited_us > limits_.late_us;
  share_ = is_late_ ? 1 : 1.0 - static_cast<double>(limits_.wait_us) / static_cast<double>(waited_us);
}

int64_t LoadShedder::excess_us(int64_t now_us) {
  refused_share_ -= kRefusedWeight * refused_share_;
  if (share_ <= 0 || now_us > known_until_us_) return 0;
  owed_ += share_;
  if (owed_ < 1) return 0;
  owed_ -= 1;
  refused_share_ += kRefusedWeight;
  return is_late_ ? place(late_line_us_, kLateBack, now_us) : place(excess_line_us_, kExcessBack, now_us);
}

int64_t LoadShedder::place(int64_t& line_us, double share, int64_t now_us) const {
  line_us = std::max(line_us, now_us + limits_.memory_us) + static_cast<int64_t>(1 / (share * capacity_per_us_));
  // Those of the second half share its places with others then: too many at once, but known to be.
  if (line_us > now_us + limits_.longest_us) line_us = now_us + limits_.longest_us / 2;
  return std::max<int64_t>(1, line_us - now_us);
}

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "playhead/wall_clock.h"

namespace playhead {

// An app's clock as the library reads it: from 1970 to the end of the year 9999, and what it says beyond counts as the
// nearer end. So every time has a date, and two of them a difference.
class CalendarClock final : public WallClock {
 public:
  static constexpr WallTime kFirst{0};
  static constexpr WallTime kLast{253'402'300'799'999'999};

  explicit CalendarClock(std::shared_ptr<const WallClock> app) : app_(std::move(app)) {}
  [[nodiscard]] WallTime now() const override { return std::clamp(app_->now(), kFirst, kLast); }

 private:
  const std::shared_ptr<const WallClock> app_;
};

}  // namespace playhead

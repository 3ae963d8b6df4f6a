// SPDX-License-Identifier: Apache-2.0
#include "license_end.h"

#include <algorithm>
#include <utility>

namespace playhead::drm {
namespace {

// How long a wall clock that was set forward may go unnoticed; chosen. Shorter: more wake-ups while
// a licence with an end plays; longer: a licence serves that much too long.
constexpr Duration kClockCheck = 1min;

}  // namespace

void LicenseEnd::set(WallTime at, UniqueFunction<void()> over) {
  at_ = at;
  deadline_ = executor_.now() + (at - executor_.wall_now());
  over_ = std::move(over);
  await();
}

void LicenseEnd::clear() {
  timer_.reset();
  over_ = nullptr;
}

Duration LicenseEnd::left() const {
  return std::min(at_ - executor_.wall_now(), deadline_ - executor_.now());
}

void LicenseEnd::await() {
  const Duration pause = std::clamp(left(), Duration{0}, kClockCheck);
  timer_ = executor_.post_at(executor_.now() + pause, [this] {
    if (left() > Duration{0}) return await();
    UniqueFunction<void()> over = std::exchange(over_, nullptr);
    over();
  });
}

}  // namespace playhead::drm

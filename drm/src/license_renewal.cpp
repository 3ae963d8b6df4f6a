// SPDX-License-Identifier: Apache-2.0
#include "license_renewal.h"

#include "renewal_policy.h"

namespace playhead::drm {

void LicenseRenewal::plan(std::optional<WallTime> end, std::optional<WallTime> wished) {
  clear();
  const WallTime now = executor_.wall_now();
  std::optional<Duration> lifetime;
  if (end) lifetime = *end - now;
  if (lifetime && *lifetime <= kLeastLifetime) return;
  std::optional<Duration> delay;
  if (wished) {
    delay = renewal_delay(lifetime, *wished - now);
  } else if (lifetime) {
    delay = renewal_delay(*lifetime, executor_.random());
  }
  if (!delay) return;
  due_at_ = now + *delay;
  ask_after(*delay);
}

void LicenseRenewal::clear() {
  timer_.reset();
  due_at_.reset();
}

void LicenseRenewal::hasten() {
  if (state_ == State::kNone) ask_after(Duration{0});
}

bool LicenseRenewal::is_late() const {
  if (state_ != State::kNone || !due_at_) return false;
  return failures_ > 0 || executor_.wall_now() >= *due_at_;
}

void LicenseRenewal::begin() {
  state_ = State::kUnderWay;
  timer_.reset();
}

void LicenseRenewal::succeed() {
  state_ = State::kNone;
  failures_ = 0;
}

// Not the end: the old licence serves until it runs out, and then a new one is asked for.
void LicenseRenewal::fail(const Error& error) {
  const bool is_refused = error.code == ErrorCode::kDrmLicenseRefused;
  state_ = is_refused ? State::kRefused : State::kNone;
  if (!is_refused) ask_after(renewal_retry_delay(++failures_, executor_.random()));
}

void LicenseRenewal::ask_after(Duration delay) {
  timer_ = executor_.post_at(executor_.now() + delay, [this] { ask_(); });
}

}  // namespace playhead::drm

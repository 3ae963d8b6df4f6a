// SPDX-License-Identifier: Apache-2.0
#include "session/kept_pins.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// For how long a PIN that was right is taken to be so (chosen: somebody browses). Longer: more may
// be sent at once when it is not; shorter: pages of several calls load one call after the other.
constexpr Duration kTrust = 10s;
// At once, while it is trusted: of the five that lock a profile, two are left to people.
constexpr int kMostAsking = 3;

}  // namespace

// Who waits finds out for themselves: the others do not mind being told in vain.
void KeptPins::put(Kept& kept, const std::string& pin) {
  if (kept.pin == pin) return;
  for (const Waiter& waiter : std::exchange(kept.waiting, {})) waiter->send();
  kept = {pin, 0, std::nullopt, {}};
}

void KeptPins::keep(const std::string& profile_id, const std::string& pin, MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  Kept& kept = pins_[profile_id];
  put(kept, pin);
  kept.right_at = now;
}

void KeptPins::change(const std::string& profile_id, const std::string& pin, bool acts) {
  const std::lock_guard lock(mutex_);
  if (acts || pins_.count(profile_id) > 0) put(pins_[profile_id], pin);
}

KeptPins::Turn KeptPins::enter(const std::string& profile_id, MonotonicTime now, Executor& executor,
                               UniqueFunction<void()> again, CancelHandle& waiting) {
  const std::lock_guard lock(mutex_);
  const auto found = pins_.find(profile_id);
  if (found == pins_.end() || found->second.pin.empty()) return {true, {}};
  Kept& kept = found->second;
  const bool is_trusted = kept.right_at && now - *kept.right_at < kTrust;
  if (kept.asking < (is_trusted ? kMostAsking : 1)) {
    ++kept.asking;
    return {true, kept.pin};
  }
  std::erase_if(kept.waiting, [](const Waiter& other) { return other->closed(); });
  kept.waiting.push_back(Mailbox<>::make(executor, std::move(again), waiting));
  return {};
}

KeptPins::Turn KeptPins::push_in(const std::string& profile_id) {
  const std::lock_guard lock(mutex_);
  const auto found = pins_.find(profile_id);
  if (found == pins_.end() || found->second.pin.empty()) return {true, {}};
  if (found->second.asking >= kMostAsking) return {};
  ++found->second.asking;
  return {true, found->second.pin};
}

void KeptPins::leave(const std::string& profile_id, const std::string& pin, Verdict verdict,
                     MonotonicTime sent_at) {
  const std::lock_guard lock(mutex_);
  const auto found = pins_.find(profile_id);
  if (found == pins_.end() || found->second.pin != pin) return;  // another is kept by now
  Kept& kept = found->second;
  if (verdict == Verdict::kWrong) return put(kept, {});
  kept.asking = std::max(0, kept.asking - 1);
  if (verdict == Verdict::kRight)
    kept.right_at = std::max(kept.right_at.value_or(sent_at), sent_at);
  for (const Waiter& waiter : std::exchange(kept.waiting, {})) waiter->send();
}

}  // namespace playhead

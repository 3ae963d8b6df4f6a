// SPDX-License-Identifier: Apache-2.0
#include "engine/contact_watch.h"

#include <algorithm>

#include "base/url.h"

namespace playhead::offline {

// What nobody between us and the service can have made up.
ContactOrigin contact_origin(const std::string& base_url) {
  const auto origin = url_origin(base_url);
  if (!origin) return ContactOrigin::kPlain;
  const bool is_loopback =
      origin->host == "localhost" || origin->host == "127.0.0.1" || origin->host == "[::1]";
  return origin->scheme == "https" || is_loopback ? ContactOrigin::kService : ContactOrigin::kPlain;
}

ContactWatch::Sleep::Sleep(TrustedClock& clock, Executor& executor)
    : clock_(clock), executor_(executor), noted_(asleep()), noted_at_(executor.now()) {}

Duration ContactWatch::Sleep::asleep() const {
  return clock_.read().running - (executor_.now() - MonotonicTime{});
}

bool ContactWatch::Sleep::has_slept_since(MonotonicTime since) {
  const std::lock_guard lock(mutex_);
  const Duration slept = asleep() - noted_;
  if (slept < kClockTolerance && slept > -kClockTolerance) return since < noted_at_;
  noted_ += slept;
  noted_at_ = executor_.now();
  return true;
}

ContactWatch::ContactWatch(const Parts& parts)
    : parts_(parts), sleep_(std::make_shared<Sleep>(parts.clock, parts.executor)) {
  if (contact_origin(parts.api.base_url) != ContactOrigin::kService) return;
  watching_ = parts.api.clock.watch([this](const DateSample& sample) { on_sample(sample); });
}

// On any thread; the handle keeps it from running once this ends.
void ContactWatch::on_sample(const DateSample& sample) const {
  if (sleep_->has_slept_since(sample.sent)) return;  // the next answer tells
  // The service showed at least that time when the answer came.
  const TimeReading heard = parts_.clock.read();
  const WallTime then = sample.date + (parts_.executor.now() - sample.received);
  parts_.executor.post([this, alive = std::weak_ptr<int>(alive_), heard, then,
                        round_trip = sample.received - sample.sent] {
    if (alive.expired()) return;
    const TimeReading now = parts_.clock.read();
    if (now.boot != heard.boot) return;
    parts_.on_contact({then + (now.running - heard.running), ContactOrigin::kService, round_trip});
  });
}

}  // namespace playhead::offline

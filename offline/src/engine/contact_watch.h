// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "playhead/executor.h"
#include "session/api_access.h"
#include "trust/trusted_clock.h"

namespace playhead::offline {

// How far the service's word about the time can be believed, by its address.
[[nodiscard]] ContactOrigin contact_origin(const std::string& base_url);

// Hears in every answer of the service what time it is there, whoever of the client asked. Made and
// ended on the executor.
class ContactWatch {
 public:
  struct Parts {
    ApiAccess& api;
    TrustedClock& clock;
    Executor& executor;
    // On the executor; the time is that of the call.
    std::function<void(const TimeContact&)> on_contact;
  };
  // What is referred to outlives it.
  explicit ContactWatch(const Parts& parts);

  // Notes how long the device has slept so far. Answers that were on their way while it slept are
  // told from others by that; call it now and then.
  void look() { static_cast<void>(sleep_->has_slept_since(parts_.executor.now())); }

 private:
  // While the device sleeps the executor's clock may stand still; the trusted clock does not. Any
  // thread.
  class Sleep {
   public:
    Sleep(TrustedClock& clock, Executor& executor);
    // Perhaps; and notes how long it has slept so far.
    bool has_slept_since(MonotonicTime since);

   private:
    [[nodiscard]] Duration asleep() const;
    TrustedClock& clock_;
    Executor& executor_;
    std::mutex mutex_;
    Duration noted_{0};       // under mutex_
    MonotonicTime noted_at_;  // under mutex_
  };
  void on_sample(const DateSample& sample) const;

  const Parts parts_;
  const std::shared_ptr<Sleep> sleep_;
  const std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  CancelHandle watching_;  // last: it uses what is above
};

}  // namespace playhead::offline

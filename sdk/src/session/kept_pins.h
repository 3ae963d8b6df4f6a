// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/mailbox.h"
#include "playhead/cancel_handle.h"
#include "playhead/executor.h"
#include "playhead/time.h"

namespace playhead {

// The PINs of the profiles that were chosen, and whose turn it is to send one. A PIN may have been
// changed on another device by now, and each call that sends an old one counts: five lock the
// profile for everybody. So one call asks and the others wait for what it is told; of a PIN that
// was right a moment ago, three ask at a time. In memory alone. Thread-safe.
class KeptPins {
 public:
  enum class Verdict { kNone, kRight, kWrong };
  struct Turn {
    bool is_now = false;  // false: it is asked for again when it is told so
    std::string pin;      // what is sent; empty: none is kept, and there is nothing to wait for
  };

  // The service has accepted it, for a call made at `now`; empty: the profile has none.
  void keep(const std::string& profile_id, const std::string& pin, MonotonicTime now);
  // By this client, of a profile that is kept or `acts`; else nobody uses it.
  void change(const std::string& profile_id, const std::string& pin, bool acts);
  // Who got a PIN gives the turn back by leave(). `again` runs on `executor` when it is worth
  // asking again, unless `waiting` has gone.
  [[nodiscard]] Turn enter(const std::string& profile_id, MonotonicTime now, Executor& executor,
                           UniqueFunction<void()> again, CancelHandle& waiting);
  // Who has waited long enough, for a service that is slow: asks besides, unless as many do as may
  // at once. Then the turn is still to come.
  [[nodiscard]] Turn push_in(const std::string& profile_id);
  // What the service said of `pin`, sent at `sent_at`; a wrong one is not kept any more.
  void leave(const std::string& profile_id, const std::string& pin, Verdict verdict,
             MonotonicTime sent_at);

 private:
  using Waiter = std::shared_ptr<Mailbox<>>;
  struct Kept {
    std::string pin;
    int asking = 0;
    std::optional<MonotonicTime> right_at;
    std::vector<Waiter> waiting;
  };
  void put(Kept& kept, const std::string& pin);

  mutable std::mutex mutex_;
  std::map<std::string, Kept> pins_;  // under mutex_; by profile
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "playhead/bytes.h"
#include "playhead/result.h"
#include "playhead/unique_function.h"
#include "trust/rights.h"
#include "trust/trusted_clock.h"
#include "vault/sealer.h"

namespace playhead::offline {

// One download's rights: asked by players every second, written down before they count. Any thread;
// judge() never waits for the disk, the others do.
class TitleRights {
 public:
  // Puts the sealed record in place of the one before; durable when it returns.
  using Keep = UniqueFunction<Result<void>(const Rights& rights, ByteView sealed)>;
  struct Parts {
    TrustedClock& clock;  // outlives the rights, as the sealer does
    Sealer& sealer;
    Keep keep;
    uint64_t jitter = 0;  // PlayQuestion::jitter
  };

  // The service has granted a new download. Errors: kStoreIo, kStoreFull.
  static Result<std::unique_ptr<TitleRights>> grant(std::string download_id, const Grant& grant,
                                                    Parts parts);
  // What was kept. Errors (for judge_unreadable()): kOfflineTampered (changed, another download's,
  // or one from before), kOfflineOtherDevice, kStoreNewer.
  static Result<std::unique_ptr<TitleRights>> open(std::string download_id, ByteView sealed,
                                                   Parts parts);

  [[nodiscard]] Verdict judge(bool is_playing);
  // Before the first frame; what counts from the first play is on disk when it returns. Errors: the
  // refusal's, kStoreIo, kStoreFull: nothing may be shown.
  Result<void> begin_play();
  // Errors: kStoreIo, kStoreFull; the rights are what they were.
  Result<void> renew(const Grant& grant);
  // See with_licence(). A title that the record of time does not know stays unknown: only what the
  // service grants makes it known. Errors as of renew().
  Result<void> set_licence(std::optional<WallTime> end, std::optional<WallTime> renew_after);
  // At start and after each contact that moved the time: see corrected(). Nothing for titles that
  // the record of time does not know. Errors as of renew().
  Result<void> correct();
  void set_renewal(RenewalState state);
  // The download was removed: refused from now on (kNotFound), for who plays it, too.
  void withdraw();
  [[nodiscard]] Rights rights() const;

 private:
  TitleRights(Rights rights, Parts parts);
  Result<void> replace(const Rights& next);  // and it is known
  Result<void> keep(const Rights& next);
  [[nodiscard]] bool is_known() const;

  Parts parts_;
  const std::string download_id_;
  std::mutex write_mutex_;  // one change at a time; taken before mutex_
  mutable std::mutex mutex_;
  // Under mutex_.
  Rights rights_;
  RenewalState renewal_ = RenewalState::kIdle;
  bool is_withdrawn_ = false;
};

}  // namespace playhead::offline

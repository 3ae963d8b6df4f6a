// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "licences/licence_note.h"
#include "playhead/cancel_handle.h"
#include "playhead/executor.h"
#include "playhead/result.h"
#include "playhead/unique_function.h"
#include "store/rows.h"

namespace playhead::offline {

// What has to be licensed before the bytes of a title are worth anything.
struct LicenceWish {
  std::string download_id;
  LicenceOrigin origin;
};

// Gets persistent licences, and gives them back. On the engine's thread.
class LicenceKeeper {
 public:
  virtual ~LicenceKeeper() = default;
  // `done` on `executor`, once, never inside the call: rows for the journal, sealed. Errors: those
  // of DRM (6xxx) and of the network.
  virtual CancelHandle acquire(const LicenceWish& wish, Executor& executor,
                               UniqueFunction<void(Result<std::vector<LicenceRow>>)> done) = 0;
  // What was wished for when that row came, to have it anew. Errors: kOfflineTampered,
  // kOfflineOtherDevice, kStoreCorrupt.
  [[nodiscard]] virtual Result<LicenceWish> wish_of(const std::string& download_id,
                                                    const LicenceRow& row) = 0;
  // What has to be told once the row is gone; without keys. Errors as of wish_of().
  [[nodiscard]] virtual Result<PendingRelease> release_of(const std::string& download_id,
                                                          const LicenceRow& row) = 0;
  // Tells it. `done` on `executor`, once, never inside the call. Errors: those of
  // LicenseFetcher (kDrmLicenseRefused: nobody wants to hear of it), kDrmNoSystem, those of
  // wish_of().
  virtual CancelHandle release(const PendingRelease& release, Executor& executor,
                               UniqueFunction<void(Result<void>)> done) = 0;
};

}  // namespace playhead::offline

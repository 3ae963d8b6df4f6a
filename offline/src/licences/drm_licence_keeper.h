// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "licences/licence_keeper.h"
#include "playhead/drm_config.h"
#include "playhead/transport.h"
#include "session/api_access.h"
#include "vault/sealer.h"

namespace playhead::offline {

// Gets licences by the DRM systems of the client, as a play does, from where a play gets them. What
// Clear Key keeps goes into the rows; systems of the app's own keep theirs themselves.
class DrmLicenceKeeper final : public LicenceKeeper {
 public:
  struct Parts {
    const DrmConfig& drm;
    ApiAccess* api = nullptr;  // null: there is no service
    Transport& transport;
    Sealer& sealer;
    std::vector<TrackKind> secure_decoders;  // see DrmManagerConfig
  };
  // The parts outlive it.
  explicit DrmLicenceKeeper(const Parts& parts) : parts_(parts) {}

  CancelHandle acquire(const LicenceWish& wish, Executor& executor,
                       UniqueFunction<void(Result<std::vector<LicenceRow>>)> done) override;
  [[nodiscard]] Result<LicenceWish> wish_of(const std::string& download_id,
                                            const LicenceRow& row) override;
  [[nodiscard]] Result<PendingRelease> release_of(const std::string& download_id,
                                                  const LicenceRow& row) override;
  CancelHandle release(const PendingRelease& release, Executor& executor,
                       UniqueFunction<void(Result<void>)> done) override;

 private:
  class Work;
  const Parts parts_;
};

}  // namespace playhead::offline

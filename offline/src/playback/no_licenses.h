// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/drm/license_fetcher.h"
#include "playhead/executor.h"

namespace playhead::offline {

// Says at once that there is no licence service to ask: what a DRM system has kept is all there is.
class NoLicenses final : public LicenseFetcher {
 public:
  explicit NoLicenses(Executor& executor) : executor_(executor) {}
  // Error: kDrmNoLicense.
  CancelHandle fetch(LicenseRequest request,
                     UniqueFunction<void(Result<SharedBytes>)> done) override;

 private:
  Executor& executor_;
};

}  // namespace playhead::offline

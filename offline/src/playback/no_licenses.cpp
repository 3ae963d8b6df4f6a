// SPDX-License-Identifier: Apache-2.0
#include "playback/no_licenses.h"

#include <utility>

namespace playhead::offline {

CancelHandle NoLicenses::fetch(LicenseRequest, UniqueFunction<void(Result<SharedBytes>)> done) {
  return executor_.post_at(executor_.now(), [done = std::move(done)]() mutable {
    done(make_error(ErrorCode::kDrmNoLicense, "the download has no licence for these keys"));
  });
}

}  // namespace playhead::offline

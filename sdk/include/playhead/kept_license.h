// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "playhead/encryption.h"
#include "playhead/time.h"

namespace playhead {

// What the service says of a licence beside the licence, which is opaque to all but the system.
struct LicenseTerms {
  // By this device's wall clock; of downloads of the service's titles by the service's. The earlier
  // of this and of what the system says is the end.
  std::optional<WallTime> expires_at;
  std::optional<WallTime> renew_after;  // none: when the library thinks best
  int max_height = 0;                   // of pictures, see fits_height(); 0: any
  friend bool operator==(const LicenseTerms&, const LicenseTerms&) = default;
};

// A licence that a DRM system keeps on this device, and how it is found again. Holds no keys.
struct KeptLicense {
  std::string system;         // DrmSystem::name()
  std::string persistent_id;  // DrmSession::persistent_id()
  std::vector<KeyId> kids;    // that it opens; keys the service kept back are not among them
  LicenseTerms terms;
  std::optional<WallTime> expires_at;  // the earlier of the system's end and the service's
  friend bool operator==(const KeptLicense&, const KeptLicense&) = default;
};

}  // namespace playhead

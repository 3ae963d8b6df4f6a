// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "playhead/drm/license_fetcher.h"
#include "playhead/result.h"
#include "playhead/time.h"

namespace playhead {

// A proof that keys are gone, as it waits in the Store.
struct KeptRelease {
  LicenseRequest request;  // of type kRelease; kids, kind and level are the session's
  std::string license_url;  // where the service said its licences are; "": it did not
  bool is_of_service = false;
  WallTime at;  // by the device's clock
};

// Pure.
[[nodiscard]] std::string encode_release(const KeptRelease& release);
[[nodiscard]] Result<KeptRelease> decode_release(std::string_view text);

}  // namespace playhead

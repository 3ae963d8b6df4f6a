// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "playhead/drm/license_fetcher.h"
#include "playhead/result.h"

namespace playhead {

// Body of POST /v1/license.
[[nodiscard]] std::string license_body(const LicenseRequest& request, const std::string& url);

// The licence in its answer, {"license":"<base64>", …}; other members are passed over. Errors:
// kDrmLicense (no such JSON, larger than 1 MiB). They never quote what they found.
[[nodiscard]] Result<SharedBytes> parse_license_body(std::string_view text);

}  // namespace playhead

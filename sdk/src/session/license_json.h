// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "playhead/drm/license_fetcher.h"
#include "playhead/result.h"

namespace playhead {

// Body of POST /v1/license.
[[nodiscard]] std::string license_body(const LicenseRequest& request, const std::string& url);

// Its answer, {"license":"<base64>","expires_at":…,"renew_after":…,"max_height":…,"server_time":…}:
// all but the licence may be missing or null, other members are passed over. Times are seconds
// since 1970 by the service's clock; where it says what time it has they are told by this device's,
// which is at `now`. Errors: kDrmLicense (no such JSON, terms that cannot be read, larger than
// 1 MiB). They never quote what they found.
[[nodiscard]] Result<LicenseAnswer> parse_license_body(std::string_view text, WallTime now);

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "playhead/time.h"

namespace playhead {

// RFC 9110 §5.6.7: the preferred form and the two obsolete ones a recipient must accept.
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view text);

// RFC 9110 §10.2.3: seconds, or a date, which is measured against the answer's own Date header so
// that the device's clock plays no part. A date in the past is 0. Nothing when it cannot be read,
// or when it is a date and `date_header` is none. Capped at one day.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view value,
                                                        std::string_view date_header);

}  // namespace playhead

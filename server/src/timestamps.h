// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace playhead::server {

// The latest time accepted or printed: 9999-12-31T23:59:59.999Z, in ms since 1970.
inline constexpr int64_t kMaxTimestampMs = 253'402'300'799'999;

// RFC 3339 §5.6 date-time -> ms since 1970; sub-millisecond digits are dropped. Empty when the text
// is not one, or is before 1970. A leap second (":60") counts as the second after ":59".
[[nodiscard]] std::optional<int64_t> parse_rfc3339(std::string_view text);

// "2024-05-06T07:08:09Z"; whole seconds, UTC.
[[nodiscard]] std::string format_rfc3339(int64_t epoch_s);
// To the millisecond; >= 0.
[[nodiscard]] std::string format_rfc3339_ms(int64_t epoch_ms);

// RFC 9110 §5.6.7 IMF-fixdate, as the `Date` header wants it.
[[nodiscard]] std::string format_http_date(int64_t epoch_s);

}  // namespace playhead::server

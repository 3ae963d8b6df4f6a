// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "playhead/time.h"
#include "playhead/transport.h"

namespace playhead {

// ASCII case-insensitive, as header names are.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

// Digits only, as in Content-Length (RFC 9110 §8.6); nothing for signs, spaces, other text or
// numbers that do not fit.
[[nodiscard]] std::optional<int64_t> parse_count(std::string_view text);

// "bytes=2-5", the value of a Range header (RFC 9110 §14.2).
[[nodiscard]] std::string range_header(const ByteRange& range);

// "bytes 2-5/10" and "bytes 2-5/*" (RFC 9110 §14.4); unsatisfied ranges are not answers to us.
struct ContentRange {
  int64_t first = 0;
  int64_t last = 0;
  std::optional<int64_t> total;
};
[[nodiscard]] std::optional<ContentRange> parse_content_range(std::string_view text);
// The size of the resource in a 416's Content-Range, "bytes */1234" (RFC 9110 §14.4).
[[nodiscard]] std::optional<int64_t> parse_unsatisfied_size(std::string_view text);

// All three date forms of RFC 9110 §5.6.7. Two-digit years below 70 are 20xx.
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view text);

// How long a Retry-After value asks to wait (RFC 9110 §10.2.3): seconds, or a date. A date is
// compared with the server's own Date header when there is one, since our clock may be off, else
// with `now`. Never negative, at most 365 days; nothing when it cannot be understood.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view value,
                                                        std::string_view date_header, WallTime now);

// A validator that proves byte-for-byte identity for If-Range: a strong ETag, else Last-Modified
// (RFC 9110 §13.1.5); empty when the answer has neither.
[[nodiscard]] std::string_view strong_validator(const ResponseHead& head);

}  // namespace playhead

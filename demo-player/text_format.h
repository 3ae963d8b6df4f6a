// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace demo {

// Numbers as people read them; the decimal sign is a point everywhere.
[[nodiscard]] std::string format_decimal(double value, int digits);
// "1:02:03", "2:03".
[[nodiscard]] std::string format_time(int64_t us);
// "12.3 s".
[[nodiscard]] std::string format_seconds(int64_t us);
// "3.2 Mbit/s", "640 kbit/s", a dash for 0.
[[nodiscard]] std::string format_bitrate(int64_t bps);
// "3.2 MB".
[[nodiscard]] std::string format_bytes(int64_t bytes);
// "1.25×".
[[nodiscard]] std::string format_speed(double speed);

}  // namespace demo

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace playhead::bench {

// Prints {"ev":"<event>","t":<seconds>,<members>} as a line of its own, at once. `time_us` is on
// CLOCK_MONOTONIC. Any thread.
void report(const char* event, int64_t time_us, const std::string& members = {});

// `text` as a JSON string, quotes included.
[[nodiscard]] std::string quoted(const std::string& text);
// Microseconds as seconds in decimals.
[[nodiscard]] std::string seconds(int64_t us);

}  // namespace playhead::bench

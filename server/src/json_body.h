// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "result.h"

// What the readers and writers of JSON bodies have in common. Pure; any thread. Errors: 400
// `bad_json` for what is no JSON object, 400 `bad_field` for a member that is missing, of the wrong
// type or out of bounds. Unknown members are ignored.
namespace playhead::server {

// Keeps members in the order in which they are written.
using Json = nlohmann::ordered_json;

// Longest text of a member when nothing else is said, in bytes: that of every id in the contract.
inline constexpr std::size_t kMaxTextBytes = 256;

[[nodiscard]] Error bad_field(const char* name, const char* why);
[[nodiscard]] Result<Json> parse_object(std::string_view text);

// Not required and absent or null: empty.
[[nodiscard]] Result<std::string> text_member(const Json& object, const char* name, bool required,
                                              std::size_t max_bytes = kMaxTextBytes);
[[nodiscard]] Result<std::optional<int64_t>> int_member(const Json& object, const char* name,
                                                        int64_t min, int64_t max);
[[nodiscard]] Result<int64_t> required_int_member(const Json& object, const char* name, int64_t min,
                                                  int64_t max);
// An RFC 3339 text or whole milliseconds since 1970.
[[nodiscard]] Result<std::optional<int64_t>> time_member(const Json& object, const char* name);
// Seconds as a number -> ms. 422 `bad_position` for what no position can be.
[[nodiscard]] Result<std::optional<int64_t>> position_member(const Json& object, const char* name);

// A JSON number of seconds.
[[nodiscard]] double seconds_of(int64_t ms);
// RFC 3339 to the millisecond, or null.
[[nodiscard]] Json optional_time(std::optional<int64_t> epoch_ms);
// One line; bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string dump(const Json& json);

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "playhead/result.h"
#include "playhead/time.h"

// Reading the members of an answer of the service, with an error that names the one that is wrong
// (kApiBadAnswer). Null counts as absent. Pure; for the *_json.cpp of this module alone.
namespace playhead::json_fields {

using Json = nlohmann::json;

[[nodiscard]] Error bad_answer(std::string context);
[[nodiscard]] Error bad_field(const char* name, const char* problem);

// At most 1 MiB and nested 64 deep.
[[nodiscard]] Result<Json> parse_object(std::string_view text);
// Null when it is absent.
[[nodiscard]] const Json* find(const Json& object, const char* name);

[[nodiscard]] Result<std::string> text_field(const Json& object, const char* name);
[[nodiscard]] Result<std::string> optional_text_field(const Json& object, const char* name);
[[nodiscard]] Result<int64_t> integer_field(const Json& object, const char* name);
[[nodiscard]] Result<bool> flag_field(const Json& object, const char* name);
// 0 to a year.
[[nodiscard]] Result<Duration> seconds_field(const Json& object, const char* name);
[[nodiscard]] Result<std::optional<Duration>> optional_seconds_field(const Json& object,
                                                                     const char* name);
// RFC 3339 text or epoch seconds: the API has both.
[[nodiscard]] Result<std::optional<WallTime>> optional_time_field(const Json& object,
                                                                  const char* name);
// Absolute, http or https.
[[nodiscard]] Result<std::string> url_field(const Json& object, const char* name);
[[nodiscard]] Result<std::string> optional_url_field(const Json& object, const char* name);
// Null when it is absent.
[[nodiscard]] Result<const Json*> object_field(const Json& object, const char* name);
[[nodiscard]] Result<const Json*> list_field(const Json& object, const char* name,
                                             std::size_t most);

// Bytes that are not UTF-8 are replaced: dump() would throw.
[[nodiscard]] std::string to_text(const Json& json);
// The API speaks in seconds; milliseconds are what it keeps.
[[nodiscard]] double to_json_seconds(Duration duration);

}  // namespace playhead::json_fields

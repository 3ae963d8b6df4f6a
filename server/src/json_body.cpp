// SPDX-License-Identifier: Apache-2.0
#include "json_body.h"

#include <cmath>

#include "json_text.h"
#include "timestamps.h"

namespace playhead::server {
namespace {

// No title is longer than a week; larger positions are garbage whatever the title.
constexpr double kMaxPositionSeconds = 7 * 86'400.0;

}  // namespace

Error bad_field(const char* name, const char* why) {
  return Error{400, "bad_field", std::string("'") + name + "' " + why + "."};
}

Result<Json> parse_object(std::string_view text) {
  if (!json_depth_within(text, kMaxJsonDepth)) {
    return Error{400, "bad_json", "The JSON is nested too deeply."};
  }
  Json object = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Error{400, "bad_json", "The body is not a JSON object."};
  return object;
}

Result<std::string> text_member(const Json& object, const char* name, bool required,
                                std::size_t max_bytes) {
  const auto found = object.find(name);
  if (found == object.end() || (found->is_null() && !required)) {
    if (required) return bad_field(name, "is missing");
    return std::string();
  }
  if (!found->is_string()) return bad_field(name, "must be a text");
  const auto& text = found->get_ref<const std::string&>();
  if (text.size() > max_bytes) return bad_field(name, "is too long");
  if (required && text.empty()) return bad_field(name, "is empty");
  return text;
}

Result<std::optional<int64_t>> int_member(const Json& object, const char* name, int64_t min,
                                          int64_t max) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::optional<int64_t>();
  if (!found->is_number_integer()) return bad_field(name, "must be a whole number");
  const bool wraps = found->is_number_unsigned() && found->get<uint64_t>() > INT64_MAX;
  const int64_t value = wraps ? INT64_MAX : found->get<int64_t>();
  if (wraps || value < min || value > max) return bad_field(name, "is out of range");
  return std::optional<int64_t>(value);
}

Result<int64_t> required_int_member(const Json& object, const char* name, int64_t min,
                                    int64_t max) {
  const auto value = int_member(object, name, min, max);
  if (!value.ok()) return value.error();
  if (!value.value()) return bad_field(name, "is missing");
  return *value.value();
}

Result<std::optional<int64_t>> time_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::optional<int64_t>();
  if (found->is_string()) {
    const auto parsed = parse_rfc3339(found->get_ref<const std::string&>());
    if (!parsed) return bad_field(name, "is not an RFC 3339 time");
    return parsed;
  }
  if (!found->is_number_integer()) {
    return bad_field(name, "must be an RFC 3339 text or whole milliseconds since 1970");
  }
  return int_member(object, name, 0, kMaxTimestampMs);
}

Result<std::optional<int64_t>> position_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::optional<int64_t>();
  if (!found->is_number()) return bad_field(name, "must be a number");
  const double seconds = found->get<double>();
  if (!(seconds >= 0 && seconds <= kMaxPositionSeconds)) {  // also false for NaN
    return Error{422, "bad_position", std::string("'") + name + "' must be from 0 to 604800."};
  }
  return std::optional<int64_t>(std::llround(seconds * 1000.0));
}

double seconds_of(int64_t ms) { return static_cast<double>(ms) / 1000.0; }

Json optional_time(std::optional<int64_t> epoch_ms) {
  return epoch_ms ? Json(format_rfc3339_ms(*epoch_ms)) : Json(nullptr);
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace playhead::server

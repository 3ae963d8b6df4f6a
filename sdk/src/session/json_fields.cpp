// SPDX-License-Identifier: Apache-2.0
#include "session/json_fields.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/iso8601.h"
#include "base/json_depth.h"

namespace playhead::json_fields {

namespace {

constexpr std::size_t kMaxJsonBytes = 1 << 20;
// The library's destructor and dump() recurse; deeper than this no answer of the API is.
constexpr int kMaxJsonDepth = 64;
constexpr std::size_t kMaxUrlBytes = std::size_t{8} * 1024;
// One year: nothing that is watched is longer, and no arithmetic overflows.
constexpr double kMaxSeconds = 366.0 * 24 * 3600;
constexpr double kMaxEpochSeconds = 253'402'300'799.0;  // the end of the year 9999

bool is_http_url(std::string_view url) {
  const bool has_scheme = url.substr(0, 7) == "http://" || url.substr(0, 8) == "https://";
  const bool is_printable = std::all_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
  });
  return has_scheme && is_printable && url.size() <= kMaxUrlBytes;
}

}  // namespace

Error bad_answer(std::string context) {
  return make_error(ErrorCode::kApiBadAnswer, std::move(context));
}

Result<Json> parse_object(std::string_view text) {
  if (text.size() > kMaxJsonBytes) return bad_answer("the answer is larger than 1 MiB");
  if (!is_json_shallow(text, kMaxJsonDepth)) return bad_answer("the answer is nested too deeply");
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return bad_answer("the answer is not JSON");
  if (!json.is_object()) return bad_answer("the answer is not a JSON object");
  return json;
}

const Json* find(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Error bad_field(const char* name, const char* problem) {
  return bad_answer(std::string("field \"") + name + "\" " + problem);
}

Result<std::string> text_field(const Json& object, const char* name) {
  const Json* field = find(object, name);
  if (field == nullptr) return bad_field(name, "is missing");
  if (!field->is_string()) return bad_field(name, "is not a string");
  return field->get<std::string>();
}

Result<std::string> optional_text_field(const Json& object, const char* name) {
  if (find(object, name) == nullptr) return std::string();
  return text_field(object, name);
}

Result<int64_t> integer_field(const Json& object, const char* name) {
  const Json* field = find(object, name);
  if (field == nullptr) return bad_field(name, "is missing");
  if (!field->is_number_integer()) return bad_field(name, "is not an integer");
  return field->get<int64_t>();
}

Result<Duration> seconds_field(const Json& object, const char* name) {
  const Json* field = find(object, name);
  if (field == nullptr) return bad_field(name, "is missing");
  if (!field->is_number()) return bad_field(name, "is not a number");
  const auto seconds = field->get<double>();
  if (!(seconds >= 0 && seconds <= kMaxSeconds)) return bad_field(name, "is out of range");
  return from_seconds(seconds);
}

Result<std::optional<Duration>> optional_seconds_field(const Json& object, const char* name) {
  if (find(object, name) == nullptr) return std::optional<Duration>();
  PLAYHEAD_TRY(const Duration seconds, seconds_field(object, name));
  return std::optional(seconds);
}

Result<std::optional<WallTime>> optional_time_field(const Json& object, const char* name) {
  const Json* field = find(object, name);
  if (field == nullptr) return std::optional<WallTime>();
  if (field->is_string()) {
    const auto time = parse_iso_date_time(field->get_ref<const std::string&>());
    if (!time) return bad_field(name, "is not an RFC 3339 time");
    return time;
  }
  if (!field->is_number()) return bad_field(name, "is not a time");
  const auto seconds = field->get<double>();
  if (!(seconds >= 0 && seconds <= kMaxEpochSeconds)) return bad_field(name, "is out of range");
  return std::optional(WallTime{from_seconds(seconds).count()});
}

Result<std::string> url_field(const Json& object, const char* name) {
  PLAYHEAD_TRY(std::string url, text_field(object, name));
  if (!is_http_url(url)) return bad_field(name, "is not an http(s) URL");
  return url;
}

Result<std::string> optional_url_field(const Json& object, const char* name) {
  PLAYHEAD_TRY(std::string url, optional_text_field(object, name));
  if (!url.empty() && !is_http_url(url)) return bad_field(name, "is not an http(s) URL");
  return url;
}

Result<bool> flag_field(const Json& object, const char* name) {
  const Json* field = find(object, name);
  if (field == nullptr) return bad_field(name, "is missing");
  if (!field->is_boolean()) return bad_field(name, "is not true or false");
  return field->get<bool>();
}

Result<const Json*> object_field(const Json& object, const char* name) {
  const Json* field = find(object, name);
  if (field != nullptr && !field->is_object()) return bad_field(name, "is not an object");
  return field;
}

Result<const Json*> list_field(const Json& object, const char* name, std::size_t most) {
  const Json* field = find(object, name);
  if (field == nullptr) return bad_field(name, "is missing");
  if (!field->is_array()) return bad_field(name, "is not a list");
  if (field->size() > most) return bad_field(name, "has too many entries");
  return field;
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

double to_json_seconds(Duration duration) { return static_cast<double>(to_ms(duration)) / 1000.0; }

}  // namespace playhead::json_fields

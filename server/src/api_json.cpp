// SPDX-License-Identifier: Apache-2.0
#include "api_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "base64url.h"
#include "hex.h"
#include "json_text.h"
#include "timestamps.h"

namespace playhead::server {
namespace {

// Keeps members in the order they are written here.
using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxTextBytes = 128;
constexpr std::size_t kMaxUrlBytes = 2048;
constexpr int64_t kMaxLevel = 9999;
// No title is longer than a week; larger positions are garbage whatever the title.
constexpr double kMaxPositionSeconds = 7 * 86'400.0;

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
                                std::size_t max_bytes = kMaxTextBytes) {
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

Result<int64_t> position_member(const Json& object) {
  const auto found = object.find("position_seconds");
  if (found == object.end()) return bad_field("position_seconds", "is missing");
  if (!found->is_number()) return bad_field("position_seconds", "must be a number");
  const double seconds = found->get<double>();
  if (!(seconds >= 0 && seconds <= kMaxPositionSeconds)) {  // also false for NaN
    return Error{422, "bad_position", "'position_seconds' must be from 0 to 604800."};
  }
  return static_cast<int64_t>(std::llround(seconds * 1000.0));
}

Result<std::optional<int64_t>> recorded_at_member(const Json& object) {
  const auto found = object.find("recorded_at");
  if (found == object.end() || found->is_null()) return std::optional<int64_t>();
  if (found->is_string()) {
    const auto parsed = parse_rfc3339(found->get_ref<const std::string&>());
    if (!parsed) return bad_field("recorded_at", "is not an RFC 3339 time");
    return parsed;
  }
  if (!found->is_number_integer()) {
    return bad_field("recorded_at", "must be an RFC 3339 text or whole milliseconds since 1970");
  }
  const bool wraps = found->is_number_unsigned() && found->get<uint64_t>() > INT64_MAX;
  const int64_t value = wraps ? -1 : found->get<int64_t>();
  if (value < 0 || value > kMaxTimestampMs) return bad_field("recorded_at", "is out of range");
  return std::optional<int64_t>(value);
}

Result<int> level_member(const Json& object) {
  const auto found = object.find("security_level");
  if (found == object.end() || found->is_null()) return 0;
  const bool is_fit = found->is_number_integer() && found->get<int64_t>() >= 0 &&
                      found->get<int64_t>() <= kMaxLevel;
  if (!is_fit) return bad_field("security_level", "must be a whole number from 0 to 9999");
  return found->get<int>();
}

Status check_kids(const Json& object) {
  const auto found = object.find("kids");
  if (found == object.end() || found->is_null()) return Done{};
  if (!found->is_array() || found->size() > kMaxChallengeKids) {
    return bad_field("kids", "must be a list of key ids");
  }
  for (const Json& kid : *found) {
    const auto bytes = kid.is_string() ? from_hex(kid.get_ref<const std::string&>()) : std::nullopt;
    if (!bytes || bytes->size() != kKeyBytes)
      return bad_field("kids", "must be ids of 32 hex digits");
  }
  return Done{};
}

Json drm_json(const std::optional<std::string>& license_url) {
  if (!license_url) return nullptr;
  return {{"type", "clearkey"}, {"license_url", *license_url}};
}

double seconds_of(int64_t ms) { return static_cast<double>(ms) / 1000.0; }

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json title_json(const HomeItem& item) {
  Json out = {{"movie_id", item.title->id},
              {"name", item.title->name},
              {"genre", item.title->genre},
              {"year", item.title->year},
              {"duration_seconds", seconds_of(item.title->duration_ms)}};
  if (item.position_ms) out["position_seconds"] = seconds_of(*item.position_ms);
  return out;
}

}  // namespace

Result<ProgressBody> parse_progress(std::string_view text) {
  auto object = parse_object(text);
  if (!object.ok()) return object.error();
  auto movie_id = text_member(object.value(), "movie_id", true);
  if (!movie_id.ok()) return movie_id.error();
  const auto position = position_member(object.value());
  if (!position.ok()) return position.error();
  const auto recorded_at = recorded_at_member(object.value());
  if (!recorded_at.ok()) return recorded_at.error();
  auto session = text_member(object.value(), "session_id", false);
  if (!session.ok()) return session.error();
  return ProgressBody{std::move(movie_id.value()), position.value(), recorded_at.value(),
                      std::move(session.value())};
}

Result<std::string> parse_download(std::string_view text) {
  const auto object = parse_object(text);
  if (!object.ok()) return object.error();
  return text_member(object.value(), "movie_id", true);
}

std::string stream_json(const StreamAnswer& answer) {
  return dump({{"stream_url", answer.stream_url},
               {"resume_position_seconds", seconds_of(answer.resume_position_ms)},
               {"manifest_type", answer.manifest_type},
               {"drm", drm_json(answer.license_url)},
               {"expires_at", answer.expires_at_s}});
}

std::string download_json(std::string_view url, int64_t expires_at_s,
                          const std::optional<std::string>& license_url) {
  Json out = {{"download_url", std::string(url)}, {"expires_at", format_rfc3339(expires_at_s)}};
  if (license_url) out["drm"] = drm_json(license_url);
  return dump(out);
}

Result<LicenseCall> parse_license_call(std::string_view text) {
  const auto object = parse_object(text);
  if (!object.ok()) return object.error();
  const auto scheme = text_member(object.value(), "scheme", true);
  if (!scheme.ok()) return scheme.error();
  if (scheme.value() != "clearkey") {
    return Error{400, "unsupported_scheme", "This server has licences of Clear Key only."};
  }
  auto url = text_member(object.value(), "license_url", true, kMaxUrlBytes);
  if (!url.ok()) return url.error();
  const auto encoded = text_member(object.value(), "challenge", true, text.size());
  if (!encoded.ok()) return encoded.error();
  auto challenge = base64_decode(encoded.value());
  if (!challenge) return bad_field("challenge", "is not base64");
  const auto level = level_member(object.value());
  if (!level.ok()) return level.error();
  const auto session = text_member(object.value(), "session", false);
  if (!session.ok()) return session.error();
  const bool is_session =
      session.value().empty() || session.value() == "temporary" || session.value() == "persistent";
  if (!is_session) return bad_field("session", "must be temporary or persistent");
  if (Status kids = check_kids(object.value()); !kids.ok()) return kids.error();
  return LicenseCall{std::move(url.value()), std::move(*challenge), level.value()};
}

std::string license_json(const LicenseAnswer& answer, int64_t now_s) {
  Json out = {{"license", base64_encode(answer.license)}};
  if (answer.expires_at_s) out["expires_at"] = *answer.expires_at_s;
  if (answer.renew_after_s) out["renew_after"] = *answer.renew_after_s;
  if (answer.max_height > 0) out["max_height"] = answer.max_height;
  out["server_time"] = now_s;
  return dump(out);
}

std::string home_json(const std::vector<HomeRow>& rows,
                      const std::optional<std::string>& next_cursor) {
  Json list = Json::array();
  for (const HomeRow& row : rows) {
    Json items = Json::array();
    for (const HomeItem& item : row.items) items.push_back(title_json(item));
    list.push_back({{"id", row.id}, {"name", row.name}, {"items", std::move(items)}});
  }
  Json out = {{"rows", std::move(list)}, {"next_cursor", nullptr}};
  if (next_cursor) out["next_cursor"] = *next_cursor;
  return dump(out);
}

std::string error_json(const Error& error) {
  return dump({{"error", {{"code", error.code}, {"message", error.message}}}});
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json");
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

Response error_response(const Error& error) {
  Response response = json_response(error.http_status, error_json(error));
  // RFC 9110 §11.6.1 and §10.2.3
  if (error.http_status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (error.http_status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace playhead::server

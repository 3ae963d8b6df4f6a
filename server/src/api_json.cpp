// SPDX-License-Identifier: Apache-2.0
#include "api_json.h"

#include <algorithm>

#include "base64url.h"
#include "hex.h"
#include "json_body.h"
#include "timestamps.h"

namespace playhead::server {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;
constexpr int64_t kMaxLevel = 9999;

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

}  // namespace

Result<ProgressBody> parse_progress(std::string_view text) {
  auto object = parse_object(text);
  if (!object.ok()) return object.error();
  auto movie_id = text_member(object.value(), "movie_id", true);
  if (!movie_id.ok()) return movie_id.error();
  const auto position = position_member(object.value(), "position_seconds");
  if (!position.ok()) return position.error();
  if (!position.value()) return bad_field("position_seconds", "is missing");
  const auto recorded_at = time_member(object.value(), "recorded_at");
  if (!recorded_at.ok()) return recorded_at.error();
  auto session = text_member(object.value(), "session_id", false);
  if (!session.ok()) return session.error();
  auto profile = text_member(object.value(), "profile_id", false, kMaxProfileIdBytes);
  if (!profile.ok()) return profile.error();
  return ProgressBody{std::move(movie_id.value()), *position.value(), recorded_at.value(),
                      std::move(session.value()), std::move(profile.value())};
}

Result<DownloadBody> parse_download(std::string_view text) {
  const auto object = parse_object(text);
  if (!object.ok()) return object.error();
  auto movie_id = text_member(object.value(), "movie_id", true);
  if (!movie_id.ok()) return movie_id.error();
  auto profile = text_member(object.value(), "profile_id", false, kMaxProfileIdBytes);
  if (!profile.ok()) return profile.error();
  return DownloadBody{std::move(movie_id.value()), std::move(profile.value())};
}

std::string stream_json(const StreamAnswer& answer) {
  return dump({{"stream_url", answer.stream_url},
               {"resume_position_seconds", seconds_of(answer.resume_position_ms)},
               {"recorded_at", optional_time(answer.recorded_at_ms)},
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
  const auto level = int_member(object.value(), "security_level", 0, kMaxLevel);
  if (!level.ok()) return level.error();
  const auto session = text_member(object.value(), "session", false);
  if (!session.ok()) return session.error();
  const bool is_session =
      session.value().empty() || session.value() == "temporary" || session.value() == "persistent";
  if (!is_session) return bad_field("session", "must be temporary or persistent");
  if (Status kids = check_kids(object.value()); !kids.ok()) return kids.error();
  return LicenseCall{std::move(url.value()), std::move(*challenge),
                     static_cast<int>(level.value().value_or(0))};
}

// By hand: the library would leave copies of the keys behind.
SecretText license_json(const LicenseAnswer& answer, int64_t now_s) {
  std::string license = base64_encode(answer.license);
  SecretText text = "{\"license\":\"";
  text += license;
  text += '"';
  wipe(license);
  const auto add = [&text](const char* name, int64_t number) {
    text += ",\"" + std::string(name) + "\":" + std::to_string(number);
  };
  if (answer.expires_at_s) add("expires_at", *answer.expires_at_s);
  if (answer.renew_after_s) add("renew_after", *answer.renew_after_s);
  if (answer.max_height > 0) add("max_height", answer.max_height);
  add("server_time", now_s);
  text += '}';
  return text;
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
  if (error.http_status == 503 || error.http_status == 429) {
    response.headers.emplace_back("Retry-After", std::to_string(std::max(1, error.retry_after_s)));
  }
  return response;
}

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#include "session/api_json.h"

#include <cstdint>
#include <utility>

#include "base/rfc3339.h"
#include "session/json_fields.h"

namespace playhead {

namespace {

using namespace json_fields;

constexpr std::size_t kMaxMessageBytes = 300;
constexpr int kRecordFormat = 1;

// Cut at a character boundary (UTF-8), so that the text stays text.
std::string for_people(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (text.size() <= kMaxMessageBytes) return text;
  std::size_t end = kMaxMessageBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

// Absent or null: the title is clear.
Result<DrmGrant> parse_drm(const Json& grant) {
  PLAYHEAD_TRY(const Json* drm, object_field(grant, "drm"));
  DrmGrant out;
  if (drm == nullptr) return out;
  PLAYHEAD_TRY(out.type, optional_text_field(*drm, "type"));
  PLAYHEAD_TRY(out.license_url, optional_url_field(*drm, "license_url"));
  return out;
}

// More places than a title ever has (chosen).
constexpr std::size_t kMaxPlaces = 64;

Result<std::vector<MediaPlace>> parse_places(const Json& grant) {
  std::vector<MediaPlace> places;
  if (find(grant, "locations") == nullptr) return places;
  PLAYHEAD_TRY(const Json* list, list_field(grant, "locations", kMaxPlaces));
  for (const Json& each : *list) {
    if (!each.is_object()) return bad_field("locations", "has an entry that is not an object");
    MediaPlace place;
    PLAYHEAD_TRY(place.manifest_url, url_field(each, "manifest_url"));
    PLAYHEAD_TRY(place.id, optional_text_field(each, "id"));
    if (place.id.size() > kMaxIdBytes) return bad_field("id", "is too long");
    places.push_back(std::move(place));
  }
  return places;
}

Result<std::optional<OtherSession>> parse_other_session(const Json& grant) {
  PLAYHEAD_TRY(const Json* other, object_field(grant, "existing_session"));
  if (other == nullptr) return std::optional<OtherSession>();
  OtherSession session;
  PLAYHEAD_TRY(session.device_id, optional_text_field(*other, "device_id"));
  PLAYHEAD_TRY(const auto seen_at, optional_time_field(*other, "last_seen_at"));
  session.seen_at = seen_at.value_or(WallTime{});
  return std::optional(std::move(session));
}

}  // namespace

Result<StreamGrant> parse_stream_grant(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  StreamGrant grant;
  PLAYHEAD_TRY(grant.stream_url, url_field(json, "stream_url"));
  PLAYHEAD_TRY(grant.resume_position, seconds_field(json, "resume_position_seconds"));
  PLAYHEAD_TRY(grant.recorded_at, optional_time_field(json, "recorded_at"));
  PLAYHEAD_TRY(grant.manifest_type, optional_text_field(json, "manifest_type"));
  PLAYHEAD_TRY(grant.expires_at, optional_time_field(json, "expires_at"));
  PLAYHEAD_TRY(grant.drm, parse_drm(json));
  return grant;
}

Result<StreamGrant> parse_playback_grant(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  StreamGrant grant;
  PLAYHEAD_TRY(grant.stream_url, url_field(json, "manifest_url"));
  PLAYHEAD_TRY(const auto resume, optional_seconds_field(json, "resume_position_seconds"));
  grant.resume_position = resume.value_or(Duration{0});
  PLAYHEAD_TRY(grant.recorded_at, optional_time_field(json, "recorded_at"));
  PLAYHEAD_TRY(grant.manifest_type, optional_text_field(json, "manifest_type"));
  PLAYHEAD_TRY(grant.expires_at, optional_time_field(json, "expires_at"));
  PLAYHEAD_TRY(grant.drm, parse_drm(json));
  PLAYHEAD_TRY(grant.session_id, optional_text_field(json, "session_id"));
  if (grant.session_id.size() > kMaxIdBytes) return bad_field("session_id", "is too long");
  if (find(json, "is_resumed") != nullptr) {
    PLAYHEAD_TRY(grant.is_resumed, flag_field(json, "is_resumed"));
  }
  PLAYHEAD_TRY(grant.other_session, parse_other_session(json));
  PLAYHEAD_TRY(const auto heartbeat, optional_seconds_field(json, "heartbeat_seconds"));
  grant.heartbeat = heartbeat.value_or(Duration{0});
  PLAYHEAD_TRY(grant.places, parse_places(json));
  if (grant.places.empty()) grant.places.push_back({"", grant.stream_url});
  return grant;
}

std::string playback_body(const PlaybackQuery& query, const std::string& pin) {
  const DeviceInfo& from = query.device;
  Json device = {{"type", to_string(from.type)}};
  if (!from.id.empty()) device["device_id"] = from.id;
  if (!from.formats.empty()) device["formats"] = from.formats;
  if (!from.codecs.empty()) device["codecs"] = from.codecs;
  if (!from.drm.empty()) device["drm"] = from.drm;
  Json json = {{"asset_id", query.title_id}, {"device", std::move(device)}};
  if (!query.profile_id.empty()) json["profile_id"] = query.profile_id;
  if (!pin.empty()) json["pin"] = pin;
  if (!query.session_id.empty()) json["session_id"] = query.session_id;
  return to_text(json);
}

Result<DownloadGrant> parse_download_grant(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  DownloadGrant grant;
  PLAYHEAD_TRY(grant.download_url, url_field(json, "download_url"));
  PLAYHEAD_TRY(grant.expires_at, optional_time_field(json, "expires_at"));
  PLAYHEAD_TRY(grant.rental, optional_seconds_field(json, "rental_seconds"));
  PLAYHEAD_TRY(grant.playback, optional_seconds_field(json, "playback_seconds"));
  PLAYHEAD_TRY(grant.grace, optional_seconds_field(json, "grace_seconds"));
  PLAYHEAD_TRY(grant.renew_after, optional_time_field(json, "renew_after"));
  PLAYHEAD_TRY(grant.drm, parse_drm(json));
  return grant;
}

std::string download_body(const DownloadQuery& query) {
  Json json = {{"movie_id", query.title_id}};
  if (!query.profile_id.empty()) json["profile_id"] = query.profile_id;
  return to_text(json);
}

std::optional<ApiProblem> parse_problem(std::string_view text) {
  const Result<Json> json = parse_object(text);
  if (!json) return std::nullopt;
  const Json* error = find(*json, "error");
  if (error == nullptr || !error->is_object()) return std::nullopt;
  const auto code = optional_text_field(*error, "code");
  const auto message = optional_text_field(*error, "message");
  if (!code || !message || (code->empty() && message->empty())) return std::nullopt;
  return ApiProblem{for_people(*code), for_people(*message)};
}

std::string progress_body(const ProgressReport& report) {
  Json json = {{"movie_id", report.title_id},
               {"position_seconds", to_json_seconds(report.position)},
               {"recorded_at", format_rfc3339(report.recorded_at)},
               {"session_id", report.session_id}};
  if (!report.profile_id.empty()) json["profile_id"] = report.profile_id;
  return to_text(json);
}

std::string encode_progress(const ProgressReport& report) {
  return to_text({{"format", kRecordFormat},
                  {"title", report.title_id},
                  {"profile", report.profile_id},
                  {"session", report.session_id},
                  {"position_us", report.position.count()},
                  {"recorded_us", report.recorded_at.us},
                  {"server_time", report.is_server_time ? 1 : 0},
                  {"at_end", report.at_end ? 1 : 0}});
}

Result<ProgressReport> decode_progress(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  PLAYHEAD_TRY(const int64_t format, integer_field(json, "format"));
  if (format != kRecordFormat) return bad_field("format", "is not known");
  ProgressReport report;
  PLAYHEAD_TRY(report.title_id, text_field(json, "title"));
  PLAYHEAD_TRY(report.profile_id, text_field(json, "profile"));
  PLAYHEAD_TRY(report.session_id, text_field(json, "session"));
  PLAYHEAD_TRY(const int64_t position_us, integer_field(json, "position_us"));
  PLAYHEAD_TRY(const int64_t recorded_us, integer_field(json, "recorded_us"));
  PLAYHEAD_TRY(const int64_t is_server_time, integer_field(json, "server_time"));
  PLAYHEAD_TRY(const int64_t at_end, integer_field(json, "at_end"));
  if (report.title_id.empty() || position_us < 0)
    return bad_field("position_us", "is out of range");
  report.position = Duration{position_us};
  report.recorded_at = WallTime{recorded_us};
  report.is_server_time = is_server_time != 0;
  report.at_end = at_end != 0;
  return report;
}

}  // namespace playhead

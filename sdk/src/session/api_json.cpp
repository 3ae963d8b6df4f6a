// SPDX-License-Identifier: Apache-2.0
#include "session/api_json.h"

#include <cmath>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/iso8601.h"
#include "base/json_depth.h"
#include "base/rfc3339.h"

namespace playhead {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxJsonBytes = 1 << 20;
// The library's destructor and dump() recurse; deeper than this no answer of the API is.
constexpr int kMaxJsonDepth = 64;
constexpr std::size_t kMaxMessageBytes = 300;
constexpr std::size_t kMaxUrlBytes = std::size_t{8} * 1024;
// One year: nothing that is watched is longer, and no arithmetic overflows.
constexpr double kMaxSeconds = 366.0 * 24 * 3600;
constexpr double kMaxEpochSeconds = 253'402'300'799.0;  // the end of the year 9999
constexpr int kRecordFormat = 1;

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

// Null counts as absent.
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

// RFC 3339 text or epoch seconds: the API has both.
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

bool is_http_url(std::string_view url) {
  const bool has_scheme = url.substr(0, 7) == "http://" || url.substr(0, 8) == "https://";
  const bool is_printable = std::all_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
  });
  return has_scheme && is_printable && url.size() <= kMaxUrlBytes;
}

// Cut at a character boundary (UTF-8), so that the text stays text.
std::string for_people(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (text.size() <= kMaxMessageBytes) return text;
  std::size_t end = kMaxMessageBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

// Bytes that are not UTF-8 are replaced: dump() would throw.
std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The API speaks in seconds; milliseconds are what it keeps.
double to_json_seconds(Duration duration) { return static_cast<double>(to_ms(duration)) / 1000.0; }

// Absent or null: the title is clear.
Result<DrmGrant> parse_drm(const Json& grant) {
  const Json* drm = find(grant, "drm");
  if (drm == nullptr || drm->is_null()) return DrmGrant();
  if (!drm->is_object()) return bad_field("drm", "is not an object");
  DrmGrant out;
  PLAYHEAD_TRY(out.type, optional_text_field(*drm, "type"));
  PLAYHEAD_TRY(out.license_url, optional_text_field(*drm, "license_url"));
  if (!out.license_url.empty() && !is_http_url(out.license_url)) {
    return bad_field("license_url", "is not an http(s) URL");
  }
  return out;
}

}  // namespace

Result<StreamGrant> parse_stream_grant(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  StreamGrant grant;
  PLAYHEAD_TRY(grant.stream_url, text_field(json, "stream_url"));
  if (!is_http_url(grant.stream_url)) return bad_field("stream_url", "is not an http(s) URL");
  PLAYHEAD_TRY(grant.resume_position, seconds_field(json, "resume_position_seconds"));
  PLAYHEAD_TRY(grant.manifest_type, optional_text_field(json, "manifest_type"));
  PLAYHEAD_TRY(grant.expires_at, optional_time_field(json, "expires_at"));
  PLAYHEAD_TRY(grant.drm, parse_drm(json));
  return grant;
}

Result<DownloadGrant> parse_download_grant(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  DownloadGrant grant;
  PLAYHEAD_TRY(grant.download_url, text_field(json, "download_url"));
  if (!is_http_url(grant.download_url)) return bad_field("download_url", "is not an http(s) URL");
  PLAYHEAD_TRY(grant.expires_at, optional_time_field(json, "expires_at"));
  PLAYHEAD_TRY(grant.rental, optional_seconds_field(json, "rental_seconds"));
  PLAYHEAD_TRY(grant.playback, optional_seconds_field(json, "playback_seconds"));
  PLAYHEAD_TRY(grant.renew_after, optional_time_field(json, "renew_after"));
  PLAYHEAD_TRY(grant.drm, parse_drm(json));
  return grant;
}

std::string download_body(const DownloadQuery& query) {
  return to_text({{"movie_id", query.title_id}});
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

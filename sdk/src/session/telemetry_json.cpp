// SPDX-License-Identifier: Apache-2.0
#include "session/telemetry_json.h"

#include <algorithm>
#include <utility>

#include "session/api_types.h"
#include "session/json_fields.h"

namespace playhead {

namespace {

using namespace json_fields;

constexpr int kTelemetryFormat = 1;
// The contract's (server/openapi.yaml).
constexpr int64_t kMostCoveredMs = 3'600'000;
constexpr int64_t kMostKbps = 10'000'000;
constexpr int64_t kMostStalls = 1'000'000;
constexpr std::size_t kMostEvents = 100;

int64_t epoch_ms(WallTime time) { return std::max<int64_t>(time.us / 1'000, 0); }

Json session_of(const TrackedSession& session) {
  return {{"session", session.session_id},
          {"title", session.title_id},
          {"profile", session.profile_id}};
}

Result<TrackedSession> parse_session(const Json& json) {
  TrackedSession session;
  PLAYHEAD_TRY(session.session_id, text_field(json, "session"));
  PLAYHEAD_TRY(session.title_id, text_field(json, "title"));
  PLAYHEAD_TRY(session.profile_id, text_field(json, "profile"));
  const bool is_whole = !session.session_id.empty() && !session.title_id.empty();
  if (!is_whole) return bad_field("session", "is empty");
  return session;
}

Result<TelemetryEvent> parse_event(const Json& json) {
  TelemetryEvent event;
  PLAYHEAD_TRY(event.id, text_field(json, "id"));
  PLAYHEAD_TRY(event.type, text_field(json, "type"));
  PLAYHEAD_TRY(const int64_t at_us, integer_field(json, "at_us"));
  PLAYHEAD_TRY(const int64_t position_us, integer_field(json, "position_us"));
  event.at = WallTime{at_us};
  event.position = Duration{position_us};
  PLAYHEAD_TRY(const Json* more, object_field(json, "more"));
  if (more == nullptr) return event;
  for (const auto& [name, value] : more->items()) {
    if (value.is_string()) event.words.emplace_back(name, value.get<std::string>());
    if (value.is_number_integer()) event.numbers.emplace_back(name, value.get<int64_t>());
  }
  return event;
}

void add_details(Json& json, const TelemetryEvent& event) {
  for (const auto& [name, value] : event.numbers) json[name] = value;
  for (const auto& [name, value] : event.words) json[name] = value;
}

}  // namespace

std::string encode_batch(const TelemetryBatch& batch) {
  Json json = session_of(batch.session);
  json["format"] = kTelemetryFormat;
  json["server_time"] = batch.is_server_time;
  json["events"] = Json::array();
  for (const TelemetryEvent& event : batch.events) {
    Json each = {{"id", event.id},
                 {"type", event.type},
                 {"at_us", event.at.us},
                 {"position_us", event.position.count()},
                 {"more", Json::object()}};
    add_details(each["more"], event);
    json["events"].push_back(std::move(each));
  }
  return to_text(json);
}

Result<TelemetryBatch> decode_batch(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  PLAYHEAD_TRY(const int64_t format, integer_field(json, "format"));
  if (format != kTelemetryFormat) return bad_field("format", "is not known");
  TelemetryBatch batch;
  PLAYHEAD_TRY(batch.session, parse_session(json));
  PLAYHEAD_TRY(batch.is_server_time, flag_field(json, "server_time"));
  PLAYHEAD_TRY(const Json* events, list_field(json, "events", kMostEvents));
  if (events->empty()) return bad_field("events", "is empty");
  for (const Json& each : *events) {
    if (!each.is_object()) return bad_field("events", "has an entry that is not an object");
    PLAYHEAD_TRY(TelemetryEvent event, parse_event(each));
    batch.events.push_back(std::move(event));
  }
  return batch;
}

std::string encode_heartbeat(const Heartbeat& beat) {
  Json json = session_of(beat.session);
  json["format"] = kTelemetryFormat;
  json["server_time"] = beat.is_server_time;
  json["id"] = beat.id;
  json["at_us"] = beat.at.us;
  json["covers_us"] = beat.covers.count();
  json["kbps"] = beat.bitrate_kbps;
  json["stalls"] = beat.stalls;
  return to_text(json);
}

Result<Heartbeat> decode_heartbeat(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  PLAYHEAD_TRY(const int64_t format, integer_field(json, "format"));
  if (format != kTelemetryFormat) return bad_field("format", "is not known");
  Heartbeat beat;
  PLAYHEAD_TRY(beat.session, parse_session(json));
  PLAYHEAD_TRY(beat.is_server_time, flag_field(json, "server_time"));
  PLAYHEAD_TRY(const int64_t at_us, integer_field(json, "at_us"));
  PLAYHEAD_TRY(const int64_t covers_us, integer_field(json, "covers_us"));
  PLAYHEAD_TRY(beat.bitrate_kbps, integer_field(json, "kbps"));
  PLAYHEAD_TRY(beat.stalls, integer_field(json, "stalls"));
  PLAYHEAD_TRY(beat.id, optional_text_field(json, "id"));
  // Stored before heartbeats had ids: what was their key then.
  if (beat.id.empty()) beat.id = std::to_string(at_us);
  beat.at = WallTime{at_us};
  beat.covers = Duration{covers_us};
  return beat;
}

std::string batch_body(const TelemetryBatch& batch) {
  Json json = {{"session_id", batch.session.session_id},
               {"asset_id", batch.session.title_id},
               {"events", Json::array()}};
  if (!batch.session.profile_id.empty()) json["profile_id"] = batch.session.profile_id;
  for (const TelemetryEvent& event : batch.events) {
    Json each = Json::object();
    add_details(each, event);
    each["event_id"] = event.id;
    each["type"] = event.type;
    each["timestamp_ms"] = epoch_ms(event.at);
    each["position_seconds"] = to_json_seconds(std::max(event.position, Duration{0}));
    json["events"].push_back(std::move(each));
  }
  return to_text(json);
}

std::string heartbeat_body(const Heartbeat& beat) {
  Json json = {{"session_id", beat.session.session_id},
               {"heartbeat_id", beat.id},
               {"video_id", beat.session.title_id},
               {"timestamp_ms", epoch_ms(beat.at)},
               {"duration_ms", std::clamp<int64_t>(to_ms(beat.covers), 0, kMostCoveredMs)},
               {"bitrate_kbps", std::clamp<int64_t>(beat.bitrate_kbps, 0, kMostKbps)},
               {"buffering_count", std::clamp<int64_t>(beat.stalls, 0, kMostStalls)}};
  if (!beat.session.profile_id.empty()) json["profile_id"] = beat.session.profile_id;
  return to_text(json);
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "playback_json.h"

#include <algorithm>
#include <array>

#include "api_json.h"
#include "json_body.h"
#include "timestamps.h"

namespace playhead::server {
namespace {

constexpr std::size_t kMaxListEntries = 32;
constexpr std::size_t kMaxEventBytes = 4096;
// What one heartbeat may tell of at most.
constexpr int64_t kMaxBeatMs = 3'600'000;
constexpr int64_t kMaxBitrateKbps = 10'000'000;
constexpr int64_t kMaxBufferings = 1'000'000;

constexpr std::array<std::string_view, 7> kDeviceTypes = {"phone",   "tablet",  "tv",   "desktop",
                                                          "browser", "console", "other"};

bool is_event_type(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
  });
}

Result<std::vector<std::string>> list_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::vector<std::string>();
  if (!found->is_array()) return bad_field(name, "must be a list");
  if (found->size() > kMaxListEntries) return bad_field(name, "has too many entries");
  std::vector<std::string> list;
  for (const Json& entry : *found) {
    const bool fits =
        entry.is_string() && entry.get_ref<const std::string&>().size() <= kMaxTextBytes;
    if (!fits) return bad_field(name, "must be a list of short texts");
    list.push_back(entry.get<std::string>());
  }
  return list;
}

Result<DeviceInfo> parse_device(const Json& object) {
  DeviceInfo device;
  const auto found = object.find("device");
  if (found == object.end() || found->is_null()) return device;
  if (!found->is_object()) return bad_field("device", "must be an object");
  auto id = text_member(*found, "device_id", false);
  if (!id.ok()) return id.error();
  device.device_id = std::move(id.value());
  auto type = text_member(*found, "type", false);
  if (!type.ok()) return type.error();
  if (!type.value().empty()) device.type = std::move(type.value());
  if (!is_device_type(device.type)) {
    return bad_field("type", "must be phone, tablet, tv, desktop, browser, console or other");
  }
  for (auto [name, list] : {std::pair{"formats", &device.formats},
                            std::pair{"codecs", &device.codecs}, std::pair{"drm", &device.drm}}) {
    auto read = list_member(*found, name);
    if (!read.ok()) return read.error();
    *list = std::move(read.value());
  }
  return device;
}

Result<EventBatch::Event> parse_event(const Json& object) {
  if (!object.is_object()) return bad_field("events", "must be a list of objects");
  EventBatch::Event event;
  auto id = text_member(object, "event_id", true);
  if (!id.ok()) return id.error();
  event.event_id = std::move(id.value());
  auto type = text_member(object, "type", true);
  if (!type.ok()) return type.error();
  if (!is_event_type(type.value())) return bad_field("type", "must have small letters and _ only");
  event.type = std::move(type.value());
  const auto at = required_int_member(object, "timestamp_ms", 0, kMaxTimestampMs);
  if (!at.ok()) return at.error();
  event.at_ms = at.value();
  const auto position = position_member(object, "position_seconds");
  if (!position.ok()) return position.error();
  auto location = text_member(object, "location", false);
  if (!location.ok()) return location.error();
  event.location = std::move(location.value());
  event.body = dump(object);
  if (event.body.size() > kMaxEventBytes)
    return bad_field("events", "has an entry that is too long");
  return event;
}

Json session_json(const PlaybackSession& session) {
  return {{"session_id", session.session_id},
          {"device_id", session.device_id},
          {"device_type", session.device_type},
          {"last_seen_at", session.seen_at_ms / 1000}};
}

}  // namespace

bool is_device_type(std::string_view text) {
  return std::find(kDeviceTypes.begin(), kDeviceTypes.end(), text) != kDeviceTypes.end();
}

Result<PlaybackStart> parse_playback_start(std::string_view text) {
  const auto object = parse_object(text);
  if (!object.ok()) return object.error();
  PlaybackStart start;
  auto asset = text_member(object.value(), "asset_id", true);
  if (!asset.ok()) return asset.error();
  start.asset_id = std::move(asset.value());
  auto profile = text_member(object.value(), "profile_id", false, kMaxProfileIdBytes);
  if (!profile.ok()) return profile.error();
  start.profile_id = std::move(profile.value());
  auto pin = text_member(object.value(), "pin", false);
  if (!pin.ok()) return pin.error();
  start.pin = std::move(pin.value());
  auto session = text_member(object.value(), "session_id", false);
  if (!session.ok()) return session.error();
  start.session_id = std::move(session.value());
  auto device = parse_device(object.value());
  if (!device.ok()) return device.error();
  start.device = std::move(device.value());
  return start;
}

std::string playback_grant_json(const PlaybackGrant& grant) {
  Json locations = Json::array();
  for (const PlaybackGrant::Location& location : grant.locations) {
    locations.push_back({{"id", location.id}, {"manifest_url", location.manifest_url}});
  }
  Json out = {{"asset_id", grant.asset_id},
              {"manifest_url", grant.locations.front().manifest_url},
              {"manifest_type", grant.manifest_type},
              {"drm", nullptr},
              {"expires_at", grant.expires_at_s},
              {"resume_position_seconds", seconds_of(grant.resume_position_ms)},
              {"recorded_at", optional_time(grant.recorded_at_ms)},
              {"session_id", grant.session_id},
              {"is_resumed", grant.is_resumed},
              {"existing_session", nullptr},
              {"locations", std::move(locations)},
              {"heartbeat_seconds", grant.heartbeat_s},
              {"server_time", grant.server_time_s}};
  if (grant.license_url) out["drm"] = {{"type", "clearkey"}, {"license_url", *grant.license_url}};
  if (grant.existing_session) out["existing_session"] = session_json(*grant.existing_session);
  return dump(out);
}

Result<EventBatch> parse_events(std::string_view text) {
  const auto object = parse_object(text);
  if (!object.ok()) return object.error();
  EventBatch batch;
  auto session = text_member(object.value(), "session_id", true);
  if (!session.ok()) return session.error();
  batch.session_id = std::move(session.value());
  auto asset = text_member(object.value(), "asset_id", false);
  if (!asset.ok()) return asset.error();
  batch.asset_id = std::move(asset.value());
  auto profile = text_member(object.value(), "profile_id", false, kMaxProfileIdBytes);
  if (!profile.ok()) return profile.error();
  batch.profile_id = std::move(profile.value());
  const auto list = object.value().find("events");
  if (list == object.value().end() || !list->is_array() || list->empty() ||
      list->size() > kMaxEvents) {
    return bad_field("events", "must be a list of 1 to 100");
  }
  for (const Json& entry : *list) {
    auto event = parse_event(entry);
    if (!event.ok()) return event.error();
    batch.events.push_back(std::move(event.value()));
  }
  return batch;
}

Result<Heartbeat> parse_heartbeat(std::string_view text) {
  const auto object = parse_object(text);
  if (!object.ok()) return object.error();
  const Json& json = object.value();
  Heartbeat beat;
  auto session = text_member(json, "session_id", true);
  if (!session.ok()) return session.error();
  beat.session_id = std::move(session.value());
  auto id = text_member(json, "heartbeat_id", false);
  if (!id.ok()) return id.error();
  beat.heartbeat_id = std::move(id.value());
  auto profile = text_member(json, "profile_id", false, kMaxProfileIdBytes);
  if (!profile.ok()) return profile.error();
  beat.profile_id = std::move(profile.value());
  auto video = text_member(json, "video_id", true);
  if (!video.ok()) return video.error();
  beat.movie_id = std::move(video.value());
  struct Number {
    const char* name;
    int64_t max;
    int64_t* out;
  };
  for (const Number& number : {Number{"timestamp_ms", kMaxTimestampMs, &beat.timestamp_ms},
                               Number{"duration_ms", kMaxBeatMs, &beat.duration_ms},
                               Number{"bitrate_kbps", kMaxBitrateKbps, &beat.bitrate_kbps},
                               Number{"buffering_count", kMaxBufferings, &beat.buffering_count}}) {
    const auto value = required_int_member(json, number.name, 0, number.max);
    if (!value.ok()) return value.error();
    *number.out = value.value();
  }
  return beat;
}

}  // namespace playhead::server

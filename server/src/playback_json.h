// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access_rules.h"
#include "account_store.h"
#include "result.h"

// The JSON of /v1/playback/* and /api/playback/heartbeat. Pure; any thread. Errors as in
// json_body.h.
namespace playhead::server {

// POST /v1/playback/start
struct PlaybackStart {
  std::string asset_id;
  std::string profile_id;  // empty = not given
  std::string pin;         // empty = not given
  std::string session_id;  // that is renewed; empty = not given
  DeviceInfo device;
};
[[nodiscard]] Result<PlaybackStart> parse_playback_start(std::string_view text);

struct PlaybackGrant {
  struct Location {
    std::string id;
    std::string manifest_url;
  };
  std::string asset_id;
  std::string manifest_type;               // "hls" or "dash"
  std::optional<std::string> license_url;  // absent = not protected
  int64_t expires_at_s = 0;
  int64_t resume_position_ms = 0;
  std::optional<int64_t> recorded_at_ms;  // of that; absent = nothing is saved
  std::string session_id;
  bool is_resumed = false;                          // the session was there before
  std::optional<PlaybackSession> existing_session;  // of the same title on another device
  std::vector<Location> locations;                  // best first, never empty
  int64_t heartbeat_s = 0;
  int64_t server_time_s = 0;
};
[[nodiscard]] std::string playback_grant_json(const PlaybackGrant& grant);

// POST /v1/playback/events
struct EventBatch {
  std::string session_id;
  std::string asset_id;    // empty = not given
  std::string profile_id;  // empty = not given
  struct Event {
    std::string event_id;
    std::string type;
    int64_t at_ms = 0;
    std::string location;  // empty = not given
    std::string body;      // the event as it came, in one line
  };
  std::vector<Event> events;  // 1 to kMaxEvents
};
inline constexpr std::size_t kMaxEvents = 100;
[[nodiscard]] Result<EventBatch> parse_events(std::string_view text);

// "phone", "tv" …: the contract's DeviceType.
[[nodiscard]] bool is_device_type(std::string_view text);

// POST /api/playback/heartbeat; the user and the time of arrival are the caller's to fill in.
[[nodiscard]] Result<Heartbeat> parse_heartbeat(std::string_view text);

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "playhead/time.h"

namespace playhead {

// Which viewing reports are about.
struct TrackedSession {
  std::string session_id;
  std::string title_id;
  std::string profile_id;  // empty: the account's default one

  friend bool operator==(const TrackedSession&, const TrackedSession&) = default;
};

// Something that happened while playing.
struct TelemetryEvent {
  std::string id;    // never repeats: the service knows it again by it
  std::string type;  // "start", "rebuffer" …
  WallTime at;
  Duration position{0};
  // What else there is to tell, small numbers and words.
  std::vector<std::pair<std::string, int64_t>> numbers = {};
  std::vector<std::pair<std::string, std::string>> words = {};

  friend bool operator==(const TelemetryEvent&, const TelemetryEvent&) = default;
};

// Events of one viewing that are told together.
struct TelemetryBatch {
  TrackedSession session;
  bool is_server_time = false;  // their times are by the service's clock, else by the device's
  std::vector<TelemetryEvent> events;

  friend bool operator==(const TelemetryBatch&, const TelemetryBatch&) = default;
};

// How a viewing goes.
struct Heartbeat {
  TrackedSession session;
  std::string id;  // never repeats: the service knows it again by it, whatever becomes of its time
  WallTime at;
  bool is_server_time = false;
  Duration covers{0};  // time since the one before
  int64_t bitrate_kbps = 0;
  int64_t stalls = 0;  // since the play began

  friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "playhead/catalogue.h"
#include "playhead/time.h"

namespace playhead {

// What the device says of itself when a play starts. An empty list says nothing: everything is
// tried then.
struct DeviceInfo {
  std::string id;  // of this installation, at most 256 bytes; empty: sessions do not go on
  DeviceType type = DeviceType::kOther;
  std::vector<std::string> formats;  // "hls", "hls-ts", "dash"
  std::vector<std::string> codecs;   // "avc1", "hvc1", "av01" …
  std::vector<std::string> drm;      // DrmSystem names
};

// By which call a play starts.
enum class PlaybackStart : uint8_t {
  kStream,  // GET /api/v1/stream: a URL and the position
  // POST /v1/playback/start: the service looks at the device and at where else the profile plays
  // this title, names several places of the media, best first, and a session that reports are about.
  kSession,
};

// How the players of a client deal with the service.
struct ServiceConfig {
  PlaybackStart start = PlaybackStart::kStream;
  DeviceInfo device;  // for kSession
  // Tells the service what happens in plays: starts, pauses, stalls, changes of the picture, seeks,
  // errors and ends, in batches. They are kept through crashes and outages, at most 1,000 batches
  // or 4 MiB of them, the oldest goes; each has an id by which the service knows it again.
  bool reports_events = false;
  // Between reports on how a play goes, 1 s..10 min, while it plays or stalls; 0: none. At a start
  // by kSession the service's own word goes first. They are kept through crashes and outages, at
  // most 10,000 or 4 MiB of them (a day of play at 10 s), the oldest goes.
  Duration heartbeat{0};
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "playhead/error.h"
#include "playhead/service_config.h"
#include "playhead/time.h"
#include "session/media_place.h"

namespace playhead {

// Longest title, profile or session id, in bytes. Chosen: identifiers are far shorter; they become
// parts of URLs and of store keys (1 KiB).
inline constexpr std::size_t kMaxIdBytes = 256;

// GET /api/v1/stream: which title, in which form.
struct StreamQuery {
  std::string title_id;
  std::string format;           // "hls", "hls-ts", "dash"; empty: the service chooses
  std::string profile_id = {};  // empty: the account's default one
  // How long a failing network or service is asked again. Longer: rides out outages; shorter: who
  // waits gets an answer.
  Duration patience = 30s;
};

// POST /v1/playback/start: which title, on which device.
struct PlaybackQuery {
  std::string title_id;
  std::string profile_id = {};  // as of StreamQuery, as is
  Duration patience = 30s;
  DeviceInfo device = {};
  std::string session_id = {};  // of the session whose permission is renewed; empty: a new play
};

// Where the same title plays on another device.
struct OtherSession {
  std::string device_id;
  WallTime seen_at;  // by the service's clock
};

// How the title is protected, and where licences for it are to be had.
struct DrmGrant {
  std::string type;         // a DrmSystem::name(); empty: the title is clear, or nobody says
  std::string license_url;  // absolute http(s); signed, do not log; may be empty
};

// The answer: the permission to play, for a while.
struct StreamGrant {
  std::string stream_url;  // absolute http(s) URL of the manifest; signed, do not log
  Duration resume_position{0};
  // When that was reported, by the service's clock; none: nothing was, or the service does not say.
  std::optional<WallTime> recorded_at;
  std::string manifest_type;  // as the service names it; may be empty
  DrmGrant drm;
  std::optional<WallTime> expires_at;  // by the service's clock; none: the URL does not expire
  // Of PlaybackQuery alone. The manifest's URL at every place, best first; the first is stream_url.
  std::vector<MediaPlace> places = {};
  std::string session_id = {};  // reports are about it
  bool is_resumed = false;      // the session was there before
  std::optional<OtherSession> other_session = {};
  Duration heartbeat{0};  // 0: the service does not say
};

// POST /api/v1/download: which title is to be kept.
struct DownloadQuery {
  std::string title_id;
  std::string profile_id = {};  // as of StreamQuery, as is
  Duration patience = 30s;
};

// The answer: the permission to keep a copy. What is absent sets no limit.
struct DownloadGrant {
  std::string download_url;  // absolute http(s) URL of the manifest; signed, do not log
  DrmGrant drm;
  std::optional<WallTime> expires_at;  // of the copy, by the service's clock
  std::optional<Duration> rental;      // from the grant on: the latest moment of the first play
  std::optional<Duration> playback;    // from the first play on
  std::optional<Duration> grace;       // what plays when it ends may go on for so long
  std::optional<WallTime> renew_after;
};

// Where somebody is in a title.
struct ProgressReport {
  std::string title_id;
  Duration position{0};  // >= 0; sent to the millisecond
  WallTime recorded_at;  // the newest wins, here and at the service
  // recorded_at is by the service's clock. If not, it is by the device's and corrected when sent.
  bool is_server_time = false;
  std::string session_id;
  std::string profile_id;  // empty: the account's default one
  bool at_end = false;     // the title was played out: starts again at 0

  friend bool operator==(const ProgressReport&, const ProgressReport&) = default;
};

// How one attempt to deliver something ended.
struct PostOutcome {
  enum class Verdict : uint8_t {
    kDelivered,   // 204
    kRetry,       // may succeed later, as it is
    kRefused,     // the service says that this can never succeed
    kSuspicious,  // refused, but not in the service's words: perhaps a proxy or a captive portal
  };
  Verdict verdict = Verdict::kRetry;
  Error error;                          // unless delivered
  std::optional<Duration> retry_after;  // Retry-After of the answer
};

}  // namespace playhead

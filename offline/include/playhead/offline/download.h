// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/error.h"
#include "playhead/time.h"

namespace playhead {

enum class DownloadState : uint8_t {
  kQueued,     // its turn has not come
  kPreparing,  // manifest, choice of tracks, licence
  kDownloading,
  kWaiting,    // for what DownloadStatus::waits_for says; goes on by itself
  kPaused,     // by the app; goes on by resume()
  kVerifying,  // all bytes are there and are checked
  kCompleted,
  kFailed,    // see DownloadStatus::failure
  kRemoving,  // going away; its name is free when it is gone
};

enum class WaitReason : uint8_t {
  kNothing,
  kNetwork,    // there is none, or nobody answers
  kUnmetered,  // there is one, but it costs
  kCharging,
  kStorage,  // disk full, below the floor, or over the quota
  kAuth,     // the service wants to be asked again and does not answer
};

// What an app can do about a failure.
enum class NextAction : uint8_t {
  kNone,          // nothing helps: the title is gone, or nothing here plays it
  kRetry,         // resume(), now or later
  kFreeSpace,     // and it goes on by itself
  kSignIn,        // the account's permission is missing or ended
  kRenew,         // renew(): the permission ended
  kRemoveAndAdd,  // what is on disk cannot be used any more
};

struct DownloadFailure {
  Error error;
  bool is_retryable = false;
  NextAction next_action = NextAction::kNone;
};

// May it be played? Apart from DownloadState: a complete title may have expired.
enum class RightsState : uint8_t {
  kNone,  // not known yet
  kValid,
  kExpiring,        // ends within a day, or its licence is due for renewal
  kRenewing,        // asked for; what was valid still is
  kExpired,         // unplayable, keys destroyed; renew() asks for new ones
  kDenied,          // the service refuses to renew; what was valid still is until it ends
  kContactNeeded,   // the service was not heard of for too long
  kClockUntrusted,  // the device's clock was set back: the service has to be asked for the time
  kTampered,        // record or files are not those that were written, or another device's
};

// Which picture is downloaded. What is not set is decided by device and free storage.
struct VideoWish {
  int max_height = 0;               // 0: by storage, see choose_download_video()
  int64_t max_bitrate = 0;          // bit/s, 0: no limit
  std::vector<std::string> codecs;  // "av1", "hevc", "h264", best first; empty: by the device
};

struct DownloadRequest {
  // A title of the service (POST /api/v1/download), or the URL of any manifest or plain file.
  std::string title_id;
  // Used when title_id is empty. The same title is the same URL, query and all, but for fragment
  // and the parameters that sign it (tokens, signatures, their ends, as the large CDNs call them).
  std::string url;
  std::string profile_id;
  VideoWish video;
  // BCP 47; empty: what PlayerConfig would choose. "*": all there are.
  std::vector<std::string> audio_languages;
  std::vector<std::string> text_languages;
  bool thumbnails = true;
  // Only that part; segments are not cut.
  std::optional<Duration> from, to;
  int priority = 0;      // higher first; among equals in the order they were added
  std::string app_data;  // given back as it is; at most 4 KiB
};

struct DownloadStatus {
  std::string id;  // of the library; a name for PlaySource::download_id
  DownloadRequest request;
  DownloadState state = DownloadState::kQueued;
  WaitReason waits_for = WaitReason::kNothing;
  std::optional<DownloadFailure> failure;  // of kFailed, and the last one of kWaiting
  int64_t bytes_done = 0;                  // on disk
  int64_t bytes_total = 0;  // estimated by declared bitrates until all sizes are known; 0 unknown
  bool is_total_exact = false;
  int64_t bytes_per_second = 0;       // over the last seconds; 0 while nothing comes
  std::optional<Duration> time_left;  // none: not known
  Duration duration{0};               // of the title, 0 unknown
  // From its beginning, without a network; 0 when the time range asked for begins later.
  Duration playable_until{0};
  int width = 0, height = 0;
  std::string video_codec;
  RightsState rights = RightsState::kNone;
  std::optional<WallTime> expires_at;  // by the service's clock; the earliest of all rules
  WallTime added_at;
};

// What the user allows; see OfflineConfig, which has the same at first.
struct DownloadLimits {
  bool only_unmetered = true;
  bool only_charging = false;
  int64_t quota_bytes = 0;                        // 0: none
  int64_t free_space_floor = int64_t{512} << 20;  // left on the disk for others
  int parallel_titles = 2;                        // 1..8
  int parallel_segments = 4;                      // of all titles together, 1..16
};

// What the app knows of the device; all allowed until it says otherwise.
struct DownloadConditions {
  bool is_online = true;
  bool is_metered = false;
  bool is_charging = true;
};

}  // namespace playhead

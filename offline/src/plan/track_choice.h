// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "playhead/offline/download.h"
#include "playhead/offline/video_policy.h"
#include "playhead/presentation.h"

// Which Representations of a title are downloaded. Pure.
namespace playhead::offline {

struct TrackWishes {
  VideoWish video;
  std::vector<std::string> audio_languages;  // as in DownloadRequest
  std::vector<std::string> text_languages;
  bool thumbnails = true;
};

// What the device is able to show, and has room for.
struct TrackDevice {
  std::function<bool(const std::string& codecs)> can_decode;
  int64_t free_bytes = 0;
  VideoChooser choose_video;  // empty: choose_download_video()
};

// Indices into the Presentation.
struct ChosenTrack {
  std::size_t period = 0;
  std::size_t set = 0;
  std::size_t representation = 0;
  friend bool operator==(const ChosenTrack&, const ChosenTrack&) = default;
  friend auto operator<=>(const ChosenTrack&, const ChosenTrack&) = default;
};

// For each Period one picture, the sound and the text of the wished languages, and its thumbnails;
// in the order of the manifest. Without a language: what a player with no preference plays.
// Languages that are not offered are left out, but never the last sound. Errors: kNoPlayableTrack.
[[nodiscard]] Result<std::vector<ChosenTrack>> choose_tracks(const Presentation& presentation,
                                                             const TrackWishes& wishes,
                                                             const TrackDevice& device);

// Ids of the Representations, each once.
[[nodiscard]] std::vector<std::string> representation_ids(const Presentation& presentation,
                                                          const std::vector<ChosenTrack>& tracks);
// The tracks with those ids; none when the title does not offer all of them any more.
[[nodiscard]] std::optional<std::vector<ChosenTrack>> find_tracks(
    const Presentation& presentation, const std::vector<std::string>& ids);

}  // namespace playhead::offline

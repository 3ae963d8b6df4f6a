// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "playhead/presentation.h"

// Pure: which AdaptationSets of each Period are played.
namespace playhead {

struct TrackPreferences {
  std::string audio_language;  // BCP 47; empty: the manifest's default
  // AdaptationSet id chosen by the user; wins where it exists, unless it is one of another language
  // there: ids are unique within a Period only.
  std::string audio_id;
};

// Indices into Period::adaptation_sets.
struct PeriodTracks {
  std::optional<std::size_t> video;
  std::optional<std::size_t> audio;
};

// True: sound or text that people may choose. Pictures of the title are one track, its thumbnails
// and what is there for trick play (DASH-IF IOP 3.2.9) are none.
[[nodiscard]] bool is_offered(const AdaptationSet& set);

// One entry for each Period. What is encrypted or cannot be decoded is chosen only when there is
// nothing else.
[[nodiscard]] std::vector<PeriodTracks> select_tracks(
    const Presentation& presentation, const TrackPreferences& preferences,
    const std::function<bool(const AdaptationSet&)>& can_decode);

}  // namespace playhead

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
  std::string audio_id{};
  // As in PlayerConfig.
  std::string audio_role{};
  int audio_channels = 0;
  std::string audio_codec{};
  std::string audio_label{};
  // Text: BCP 47; empty: none but forced text.
  std::string text_language = {};
  std::string text_id = {};  // as audio_id; may be that of a closed caption, see caption_id()
  bool allows_forced_text = true;
};

// Indices into Period::adaptation_sets.
struct PeriodTracks {
  std::optional<std::size_t> video;
  std::optional<std::size_t> audio;
  std::optional<std::size_t> text;
  // Where `text` is none: text that may hold forced cues (IMSC1 itts:forcedDisplay), for these
  // alone.
  std::optional<std::size_t> text_with_forced;
};

// False: an EssentialProperty says that whoever does not know its scheme must not use this (ISO/IEC
// 23009-1 5.8.4.8), and nothing here knows it. A set is also none when no Representation of it is.
[[nodiscard]] bool is_understood(const Representation& representation);
[[nodiscard]] bool is_understood(const AdaptationSet& set);

// True: sound or text that people may choose. Pictures of the title are one track, its thumbnails
// and what is there for trick play (DASH-IF IOP 3.2.9) or not understood are none.
[[nodiscard]] bool is_offered(const AdaptationSet& set);

// Closed captions have no AdaptationSet of their own; this is what they are called.
[[nodiscard]] std::string caption_id(const AdaptationSet::ClosedCaption& caption);
// CEA-608: 1..4 for "CC1".."CC4", which can be shown; 0 for all others.
[[nodiscard]] int caption_channel(const AdaptationSet::ClosedCaption& caption);
// Which of the captions in the pictures is shown; null: none. `text`: the AdaptationSet that is
// shown instead, or null.
[[nodiscard]] const AdaptationSet::ClosedCaption* select_caption(
    const AdaptationSet& video, const AdaptationSet* text, const TrackPreferences& preferences);

using SetPredicate = std::function<bool(const AdaptationSet&)>;
// One entry for each Period. What is encrypted for others or cannot be decoded is chosen only when
// there is nothing else; what is not understood, and text that is encrypted, never is. `can_open`
// is asked of what is encrypted; null: nothing opens it.
[[nodiscard]] std::vector<PeriodTracks> select_tracks(const Presentation& presentation,
                                                      const TrackPreferences& preferences,
                                                      const SetPredicate& can_decode,
                                                      const SetPredicate& can_open = nullptr);

}  // namespace playhead

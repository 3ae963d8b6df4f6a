// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "playhead/presentation.h"
#include "playhead/result.h"
#include "streaming/title_keys.h"
#include "streaming/track_selection.h"

namespace playhead {

// What is played in each Period of a Presentation: Periods may differ in everything, so that a kind
// of track comes and goes. Immutable.
//
// Periods have numbers that last as long as the play: a refresh that drops the first ones leaves
// the numbers of the others (see `previous`), and so does one that turns up with older ones. Those
// of a Presentation are first() .. last().
class PlayedTracks {
 public:
  using Decodable = std::function<bool(const AdaptationSet&)>;

  PlayedTracks() = default;
  PlayedTracks(std::shared_ptr<const Presentation> presentation,
               const TrackPreferences& preferences, const Decodable& can_decode,
               const PlayedTracks* previous = nullptr, const TitleKeys* keys = nullptr);

  // Whether the Period can be played. Errors: kNoPlayableTrack, kDrmNoSystem.
  [[nodiscard]] Result<void> check(std::size_t period) const;
  // Sound that had to be left out because nothing decodes it; null when there is none.
  [[nodiscard]] const AdaptationSet* left_out() const { return left_out_; }

  [[nodiscard]] std::size_t first() const { return first_; }
  [[nodiscard]] std::size_t last() const { return first_ + selected_.size() - 1; }
  // The number itself, or that of the nearest Period there is.
  [[nodiscard]] std::size_t clamp(std::size_t period) const;
  [[nodiscard]] const Period& period(std::size_t number) const;
  [[nodiscard]] std::size_t period_at(MediaTime position) const;
  // Where the next Period begins; for the last one the end of time.
  [[nodiscard]] MediaTime end_of(std::size_t number) const;
  // Null when nothing of that kind is played in the Period, or it is not there any more.
  [[nodiscard]] const AdaptationSet* set(TrackKind kind, std::size_t number) const;
  // Text that is fetched for its forced cues alone; null when there is none.
  [[nodiscard]] const AdaptationSet* text_with_forced(std::size_t number) const;
  // Sound, if there is any, travels inside the segments of the pictures.
  [[nodiscard]] bool is_muxed(std::size_t period) const;
  // In any Period.
  [[nodiscard]] bool has(TrackKind kind) const;
  // Somewhere in the Periods [begin, end) sound is fetched by the track of that kind.
  [[nodiscard]] bool brings_sound(TrackKind kind, std::size_t begin, std::size_t end) const;

 private:
  // What the first Period of `next` is here; one more than the last when it is new.
  [[nodiscard]] std::size_t number_of(const Presentation& next) const;

  std::shared_ptr<const Presentation> presentation_;
  std::size_t first_ = 0;
  std::vector<PeriodTracks> selected_;
  std::vector<bool> is_decodable_;           // by Period
  std::vector<Result<void>> can_be_opened_;  // by Period
  const AdaptationSet* left_out_ = nullptr;
};

// Null when the set has none of that id.
[[nodiscard]] const Representation* find_representation(const AdaptationSet& set,
                                                        const std::string& id);

}  // namespace playhead

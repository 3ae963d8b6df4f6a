// SPDX-License-Identifier: Apache-2.0
#include "streaming/played_tracks.h"

#include <algorithm>
#include <utility>

namespace playhead {

Error encrypted_error() {
  return make_error(ErrorCode::kDrmNoSystem, "no DRM system is set up for encrypted media");
}

PlayedTracks::PlayedTracks(std::shared_ptr<const Presentation> presentation,
                           const TrackPreferences& preferences, const Decodable& can_decode)
    : presentation_(std::move(presentation)),
      selected_(select_tracks(*presentation_, preferences, can_decode)) {
  for (std::size_t i = 0; i < selected_.size(); ++i) {
    const AdaptationSet* video = set(TrackKind::kVideo, i);
    const AdaptationSet* audio = set(TrackKind::kAudio, i);
    bool is_decodable = !video || can_decode(*video);
    if (audio && !can_decode(*audio)) {
      // Pictures without sound are better than nothing.
      if (video) {
        if (!left_out_) left_out_ = audio;
        selected_[i].audio.reset();
      } else {
        is_decodable = false;
      }
    }
    is_decodable_.push_back(is_decodable);
  }
}

Result<void> PlayedTracks::check(std::size_t period) const {
  const AdaptationSet* video = set(TrackKind::kVideo, period);
  const AdaptationSet* audio = set(TrackKind::kAudio, period);
  if (!is_decodable_[period]) {
    const AdaptationSet& refused = video ? *video : *audio;
    return make_error(ErrorCode::kNoPlayableTrack,
                      "no decoder for " + refused.representations.front().codecs);
  }
  if ((video && video->is_encrypted) || (audio && audio->is_encrypted)) return encrypted_error();
  return {};
}

std::size_t PlayedTracks::period_at(MediaTime position) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < selected_.size(); ++i) {
    if (presentation_->periods[i].start <= position) found = i;
  }
  return found;
}

MediaTime PlayedTracks::end_of(std::size_t period) const {
  if (period + 1 >= selected_.size()) return MediaTime::max();
  return presentation_->periods[period + 1].start;
}

const AdaptationSet* PlayedTracks::set(TrackKind kind, std::size_t period) const {
  const PeriodTracks& chosen = selected_[period];
  const auto& index = kind == TrackKind::kVideo ? chosen.video : chosen.audio;
  return index ? &presentation_->periods[period].adaptation_sets[*index] : nullptr;
}

bool PlayedTracks::is_muxed(std::size_t period) const {
  return selected_[period].video && !selected_[period].audio;
}

bool PlayedTracks::has(TrackKind kind) const {
  return std::any_of(selected_.begin(), selected_.end(), [&](const PeriodTracks& chosen) {
    return kind == TrackKind::kVideo ? chosen.video.has_value() : chosen.audio.has_value();
  });
}

bool PlayedTracks::brings_sound(TrackKind kind, std::size_t first, std::size_t last) const {
  for (std::size_t i = first; i < std::min(last, selected_.size()); ++i) {
    if (kind == TrackKind::kVideo ? is_muxed(i) : selected_[i].audio.has_value()) return true;
  }
  return false;
}

}  // namespace playhead

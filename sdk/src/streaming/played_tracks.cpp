// SPDX-License-Identifier: Apache-2.0
#include "streaming/played_tracks.h"

#include <algorithm>
#include <utility>

namespace playhead {

const Representation* find_representation(const AdaptationSet& set, const std::string& id) {
  const auto found = std::find_if(set.representations.begin(), set.representations.end(),
                                  [&](const Representation& r) { return r.id == id; });
  return found == set.representations.end() ? nullptr : &*found;
}

namespace {

// The number of the first Period of a live title that is known: so many older ones may turn up.
constexpr std::size_t kOlderPeriods = 1'000'000;

std::size_t first_number(const Presentation& presentation) {
  return presentation.type == PresentationType::kVod ? 0 : kOlderPeriods;
}

}  // namespace

PlayedTracks::PlayedTracks(std::shared_ptr<const Presentation> presentation,
                           const TrackPreferences& preferences, const Decodable& can_decode,
                           const PlayedTracks* previous, const TitleKeys* keys)
    : presentation_(std::move(presentation)),
      first_(previous && previous->presentation_ ? previous->number_of(*presentation_)
                                                 : first_number(*presentation_)),
      selected_(select_tracks(
          *presentation_, preferences, can_decode,
          [keys](const AdaptationSet& set) { return can_open(keys, set).has_value(); })) {
  for (std::size_t i = 0; i < selected_.size(); ++i) {
    const AdaptationSet* video = set(TrackKind::kVideo, first_ + i);
    const AdaptationSet* audio = set(TrackKind::kAudio, first_ + i);
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
    Result<void> opened;
    for (const TrackKind kind : {TrackKind::kVideo, TrackKind::kAudio}) {
      const AdaptationSet* played = set(kind, first_ + i);
      if (opened && played) opened = can_open(keys, *played);
    }
    can_be_opened_.push_back(std::move(opened));
  }
}

std::size_t PlayedTracks::number_of(const Presentation& next) const {
  // How many of `all` come before the one of that id.
  const auto before = [](const std::vector<Period>& all, const std::string& id) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Period& period) { return period.id == id; });
    return static_cast<std::size_t>(found - all.begin());
  };
  const auto& periods = presentation_->periods;
  const std::size_t gone = before(periods, next.periods.front().id);
  // Those that went may come back: a cache that was ahead, a window that was cut for a moment.
  const std::size_t back = before(next.periods, periods.front().id);
  const bool are_back = gone == periods.size() && back < next.periods.size() && back <= first_;
  return are_back ? first_ - back : first_ + gone;
}

std::size_t PlayedTracks::clamp(std::size_t period) const {
  return std::clamp(period, first(), last());
}

const Period& PlayedTracks::period(std::size_t number) const {
  return presentation_->periods[clamp(number) - first_];
}

Result<void> PlayedTracks::check(std::size_t period) const {
  const AdaptationSet* video = set(TrackKind::kVideo, period);
  const AdaptationSet* audio = set(TrackKind::kAudio, period);
  if (!is_decodable_[clamp(period) - first_]) {
    const AdaptationSet& refused = video ? *video : *audio;
    return make_error(ErrorCode::kNoPlayableTrack,
                      "no decoder for " + refused.representations.front().codecs);
  }
  return can_be_opened_[clamp(period) - first_];
}

std::size_t PlayedTracks::period_at(MediaTime position) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < selected_.size(); ++i) {
    if (presentation_->periods[i].start <= position) found = i;
  }
  return first_ + found;
}

MediaTime PlayedTracks::end_of(std::size_t number) const {
  return number >= last() ? MediaTime::max() : period(number + 1).start;
}

const AdaptationSet* PlayedTracks::set(TrackKind kind, std::size_t number) const {
  if (number != clamp(number)) return nullptr;
  const PeriodTracks& chosen = selected_[number - first_];
  const auto& index = kind == TrackKind::kVideo   ? chosen.video
                      : kind == TrackKind::kAudio ? chosen.audio
                                                  : chosen.text;
  return index ? &period(number).adaptation_sets[*index] : nullptr;
}

const AdaptationSet* PlayedTracks::text_with_forced(std::size_t number) const {
  if (number != clamp(number)) return nullptr;
  const auto& index = selected_[number - first_].text_with_forced;
  return index ? &period(number).adaptation_sets[*index] : nullptr;
}

bool PlayedTracks::is_muxed(std::size_t period) const {
  return set(TrackKind::kVideo, period) && !set(TrackKind::kAudio, period);
}

bool PlayedTracks::has(TrackKind kind) const {
  return std::any_of(selected_.begin(), selected_.end(), [&](const PeriodTracks& chosen) {
    return kind == TrackKind::kVideo ? chosen.video.has_value() : chosen.audio.has_value();
  });
}

bool PlayedTracks::brings_sound(TrackKind kind, std::size_t begin, std::size_t end) const {
  for (std::size_t i = std::max(begin, first()); i < std::min(end, last() + 1); ++i) {
    if (kind == TrackKind::kVideo ? is_muxed(i) : set(TrackKind::kAudio, i) != nullptr) return true;
  }
  return false;
}

}  // namespace playhead

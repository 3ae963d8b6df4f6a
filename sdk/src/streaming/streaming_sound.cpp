// SPDX-License-Identifier: Apache-2.0
// StreamingEngine when other sound is chosen: the old one goes on until the new one is there.
#include <algorithm>
#include <utility>

#include "streaming/streaming_engine.h"

namespace playhead {

namespace {

// New sound is there when so much of it lies ahead (chosen: the sink holds 200 ms of the old one,
// and decoders want some ahead of that). More: the old language is heard for longer; less: a late
// segment is heard as a gap.
constexpr Duration kNewSoundAhead = 1s;

}  // namespace

void StreamingEngine::change_audio(const TrackPreferences& preferences, MediaTime position) {
  preferences_ = preferences;
  std::vector<const AdaptationSet*> before;
  const std::size_t current = played_.period_at(position);
  for (std::size_t i = current; i <= played_.last(); ++i) {
    before.push_back(played_.set(TrackKind::kAudio, i));
  }
  choose_tracks();
  Track* track = track_of(TrackKind::kAudio);
  if (!track) return;
  bool is_other = false;
  for (std::size_t i = current; i <= played_.last(); ++i) {
    is_other = is_other || before[i - current] != played_.set(TrackKind::kAudio, i);
  }
  if (!is_other) return;
  // Chosen once more before the last choice was there: what is heard is still the same.
  if (!std::exchange(is_changing_audio_, true)) {
    (void)wasted_bytes();  // counted: the move takes a copy of the count along
    old_audio_ = std::move(audio_);
  }
  audio_.clear();
  place_track(*track, position);
}

void StreamingEngine::refetch_sound(MediaTime position) {
  Track* track = track_of(TrackKind::kAudio);
  if (!track) return;
  end_audio_change();
  audio_.clear();
  place_track(*track, position);
}

void StreamingEngine::change_sound_over(MediaTime position) {
  if (!is_changing_audio_) return;
  const Track* track = track_of(TrackKind::kAudio);
  const bool is_all_there = track && track->is_complete && track->stream->is_idle();
  const bool is_there = audio_.level(position) >= kNewSoundAhead || is_all_there;
  const bool is_old_over = old_audio_.level(position) == Duration{0};
  if (!is_old_over && !(is_there && audio_.seek(position))) return;
  if (is_old_over) audio_.seek(position);
  end_audio_change();
}

void StreamingEngine::end_audio_change() {
  if (!std::exchange(is_changing_audio_, false)) return;
  old_audio_.clear();
  ++audio_changes_;
}

MediaTime StreamingEngine::entry_before(MediaTime position) const {
  if (const auto entry = video_.entry_before(position)) return *entry;
  const Track* track = track_of(TrackKind::kVideo);
  if (!track || !presentation_) return position;
  const std::size_t period = played_.period_at(position);
  const AdaptationSet* set = played_.set(TrackKind::kVideo, period);
  if (!set) return position;
  for (const Representation& representation : set->representations) {
    const LoadedIndex* index = indexes_.find(representation);
    const auto found = index ? index->segments->find(position) : std::nullopt;
    if (!found) continue;
    const MediaTime start = index->segments->at(*found).start;
    return start <= position ? std::max(start, played_.period(period).start) : position;
  }
  return position;
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
// What PlayerEngine does about subtitles, captions and events of the title.
#include <algorithm>
#include <utility>

#include "base/forever.h"
#include "player/player_engine.h"

namespace playhead {

namespace {

// Rounding must not make a turn come back before time has passed.
constexpr Duration kLeastWait = 1ms;

}  // namespace

void PlayerEngine::select_text(const std::string& id) {
  if (id.empty()) {
    preferences_.text_id.clear();
    preferences_.text_language.clear();
  } else {
    if (!streaming_ || is_ahead_) return;
    const auto known = streaming_->audio_tracks();
    const auto track = std::find_if(known.begin(), known.end(), [&](const TrackInfo& info) {
      return info.kind == TrackKind::kText && info.id == id;
    });
    if (track == known.end()) {
      return warn(make_error(ErrorCode::kInvalidArgument, "no text track has the id " + id, 0,
                             Severity::kRecoverable));
    }
    preferences_.text_id = id;
    // In other Periods the language tells which it is; captions and forced text are no translation.
    const bool has_language = !track->is_caption && !track->is_forced;
    preferences_.text_language = has_language ? track->language : std::string();
  }
  if (streaming_) streaming_->change_text(preferences_);
  wake();
}

void PlayerEngine::restart_at(MediaTime target, MonotonicTime now) {
  pipeline_->set_surface(has_surface_, now);  // it may have rested
  pipeline_->restart(target, now);
  is_followed_ = false;
  event_schedule_.seek(target);
}

Duration PlayerEngine::show_text(MonotonicTime now) {
  if (!streaming_ || !pipeline_) return kForever;
  MediaTime here = position(now);
  const auto duration = streaming_->duration();
  if (state_ == PlayerState::kEnded && duration) here = std::max(here, MediaTime{0} + *duration);
  auto changed = cue_screen_.update(streaming_->subtitles(), captions_.cues(), here);
  if (changed) emit(*std::move(changed));
  if (auto events = streaming_->take_events()) event_schedule_.add(*std::move(events));
  const bool has_arrived = state_ == PlayerState::kPlaying || state_ == PlayerState::kPaused ||
                           state_ == PlayerState::kEnded;
  if (has_arrived) {
    for (TimedEvent& event : event_schedule_.advance(here)) emit(TimedMetadata{std::move(event)});
  }
  if (state_ != PlayerState::kPlaying) return kForever;
  const auto next_cue = next_cue_change(streaming_->subtitles(), captions_.cues(), here);
  const auto next_event = event_schedule_.next_after(here);
  const MediaTime next = std::min(next_cue.value_or(MediaTime::max()),  //
                                  next_event.value_or(MediaTime::max()));
  if (next == MediaTime::max()) return kForever;
  const double wait = to_seconds(next - here) / (speed_ * correction_);
  return std::max(from_seconds(std::min(wait, 3600.0)), kLeastWait);
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
// What StreamingEngine does about subtitles and about events of the title: nothing waits for them.
#include <algorithm>
#include <array>
#include <utility>

#include "base/forever.h"
#include "base/limits.h"
#include "streaming/streaming_engine.h"

namespace playhead {

void StreamingEngine::change_text(const TrackPreferences& preferences) {
  preferences_ = preferences;
  choose_tracks();
  lost_text_.clear();
  text_period_ = played_.period_at(position_);
}

void StreamingEngine::follow_text_period(MediaTime position) {
  const std::size_t here = played_.period_at(position);
  if (text_period_ < here || text_period_ > here + 1) text_period_ = here;
  if (text_period_ > here || here >= played_.last()) return;
  // What is left of this Period is there: the next one's may come.
  const bool is_near = played_.period(here + 1).start < position + TextTrack::kAhead;
  const bool is_done = given_text_ && given_text_->period == here && text_.is_settled(position);
  if (is_near && is_done && text_set(here + 1)) text_period_ = here + 1;
}

const AdaptationSet* StreamingEngine::text_set(std::size_t period) const {
  const AdaptationSet* set = played_.set(TrackKind::kText, period);
  return set ? set : played_.text_with_forced(period);
}

const Representation* StreamingEngine::text_representation() const {
  const AdaptationSet* set = text_set(text_period_);
  if (!set) return nullptr;
  for (const Representation& representation : set->representations) {
    const bool is_lost = lost_text_.count(representation.id) != 0;
    if (!is_lost && is_understood(representation)) return &representation;
  }
  return nullptr;
}

Duration StreamingEngine::turn_text(MonotonicTime now, MediaTime position) {
  if (tracks_.empty() || has_failed_ || waiting_for_renewal_) return kForever;
  const bool has_media = buffered_bytes() > 0 || is_complete(TrackKind::kVideo);
  if (!has_media && text_.is_off()) return kForever;
  follow_text_period(position);
  const Representation* chosen = text_representation();
  const bool is_other_choice = given_text_ && given_text_->period == text_period_ && chosen &&
                               (chosen->id != given_text_->representation_id ||
                                shows_only_forced() != given_text_->only_forced_cues);
  if (!chosen || is_other_choice) {
    if (!text_.is_off()) text_.turn_off();
    given_text_.reset();
  }
  if (!chosen) return kForever;
  indexes_.request(*chosen, true);
  Duration wait = kForever;
  if (presentation_->format == ManifestFormat::kHls) {
    text_refresher_.follow(presentation_);
    wait = text_refresher_.turn(now, wall(now), std::array{chosen});
  }
  if (const auto error = indexes_.take_error(*chosen)) {
    lost_text_.insert(chosen->id);
    on_text_error(*error);
    return wait;
  }
  const LoadedIndex* index = indexes_.find(*chosen);
  if (!index) return wait;
  if (index->is_encrypted) {
    lost_text_.insert(chosen->id);
    on_text_error(encrypted_error());
    return wait;
  }
  give_text(*chosen, index->segments);
  text_.update(position);
  return wait;
}

void StreamingEngine::give_text(const Representation& representation,
                                std::shared_ptr<const SegmentIndex> segments) {
  GivenText given{text_period_, representation.id, std::move(segments), shows_only_forced()};
  if (given_text_ == given) return;
  TextSource source;
  source.representation_id = representation.id;
  source.segments = given.segments;
  source.is_hls = presentation_->format == ManifestFormat::kHls;
  source.media_offset = representation.media_offset;
  source.only_forced_cues = given.only_forced_cues;
  source.period_start = played_.period(text_period_).start;
  const MediaTime end = played_.end_of(text_period_);
  if (end != MediaTime::max()) {
    source.period_end = end;
  } else if (const auto title = duration()) {
    source.period_end = MediaTime{0} + *title;
  }
  // Times of different Periods, and of what was turned off before, do not meet.
  text_.select(std::move(source), true);
  given_text_ = std::move(given);
}

void StreamingEngine::on_text_error(const Error& error) {
  // It will not be asked for again, unless it is chosen again.
  if (text_.is_off() && given_text_) lost_text_.insert(given_text_->representation_id);
  Error told = error;
  told.severity = Severity::kRecoverable;
  if (!told.context.starts_with("subtitles")) told.context = "subtitles: " + told.context;
  listener_.on_text_warning(told);
  listener_.on_streaming_progress();
}

int StreamingEngine::caption_channel() const {
  if (tracks_.empty()) return 0;
  const std::size_t period = played_.period_at(position_);
  const AdaptationSet* video = played_.set(TrackKind::kVideo, period);
  if (!video) return 0;
  const AdaptationSet::ClosedCaption* shown =
      select_caption(*video, played_.set(TrackKind::kText, period), preferences_);
  return shown ? playhead::caption_channel(*shown) : 0;
}

void StreamingEngine::on_events(std::vector<TimedEvent> events) {
  events_.add(std::move(events));
  listener_.on_streaming_progress();
}

std::optional<std::vector<TimedEvent>> StreamingEngine::take_events() {
  if (!presentation_) return std::nullopt;
  // Every playlist of a title has the same dates (RFC 8216bis §6.2.4): one is enough.
  const LoadedIndex* index = nullptr;
  for (const Track& track : tracks_) {
    const Representation* fetched = representation_of(track, track.last_id);
    if (!index && fetched) index = indexes_.find(*fetched);
  }
  return events_.take(presentation_, index);
}

}  // namespace playhead

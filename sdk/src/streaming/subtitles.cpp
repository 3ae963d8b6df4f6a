// SPDX-License-Identifier: Apache-2.0
#include "streaming/subtitles.h"

#include <array>
#include <utility>

#include "base/forever.h"

namespace playhead {

Subtitles::Subtitles(const Context& context)
    : context_(context),
      track_(
          context.keys, context.mapper, [this](const Error& error) { on_error(error); },
          [this](const SegmentLoaded& loaded) {
            context_.listener.on_received(loaded.bytes);
            context_.listener.on_segment_loaded(loaded);
            context_.listener.on_streaming_progress();
          }),
      refresher_(context.manifests, context.executor, context.indexes,
                 {[](auto) {}, [this] { context_.listener.on_streaming_progress(); },
                  [this](const Error& error) { context_.listener.on_text_warning(error); }}) {}

void Subtitles::follow_period(MediaTime position) {
  const PlayedTracks& played = context_.played;
  const std::size_t here = played.period_at(position);
  if (period_ < here || period_ > here + 1) period_ = here;
  if (period_ > here || here >= played.last()) return;
  // What is left of this Period is there: the next one's may come.
  const bool is_near = played.period(here + 1).start < position + TextTrack::kAhead;
  const bool is_done = given_ && given_->period == here && track_.is_settled(position);
  if (is_near && is_done && set_of(here + 1)) period_ = here + 1;
}

const AdaptationSet* Subtitles::set_of(std::size_t period) const {
  const AdaptationSet* set = context_.played.set(TrackKind::kText, period);
  return set ? set : context_.played.text_with_forced(period);
}

bool Subtitles::shows_only_forced() const {
  return !context_.played.set(TrackKind::kText, period_);
}

const Representation* Subtitles::representation() const {
  const AdaptationSet* set = set_of(period_);
  if (!set) return nullptr;
  for (const Representation& representation : set->representations) {
    const bool is_lost = lost_.count(representation.id) != 0;
    if (!is_lost && is_understood(representation)) return &representation;
  }
  return nullptr;
}

Duration Subtitles::turn(MonotonicTime now, WallTime wall, MediaTime position,
                         std::optional<Duration> duration) {
  follow_period(position);
  const Representation* chosen = representation();
  const bool is_other_choice =
      given_ && given_->period == period_ && chosen &&
      (chosen->id != given_->representation_id || shows_only_forced() != given_->only_forced_cues);
  if (!chosen || is_other_choice) {
    if (!track_.is_off()) track_.turn_off();
    given_.reset();
  }
  if (!chosen) return kForever;
  context_.indexes.request(*chosen, true);
  Duration wait = kForever;
  if (context_.presentation->format == ManifestFormat::kHls) {
    refresher_.follow(context_.presentation);
    wait = refresher_.turn(now, wall, std::array{chosen});
  }
  if (const auto error = context_.indexes.take_error(*chosen)) {
    lose(*chosen, *error);
    return wait;
  }
  const LoadedIndex* index = context_.indexes.find(*chosen);
  if (!index) return wait;
  if (index->needs_drm_system) {
    lose(*chosen, encrypted_error());
    return wait;
  }
  give(*chosen, index->segments, duration);
  track_.update(position);
  return wait;
}

void Subtitles::give(const Representation& representation,
                     std::shared_ptr<const SegmentIndex> segments,
                     std::optional<Duration> duration) {
  Given given{period_, representation.id, std::move(segments), shows_only_forced()};
  if (given_ == given) return;
  TextSource source;
  source.representation_id = representation.id;
  source.segments = given.segments;
  source.is_hls = context_.presentation->format == ManifestFormat::kHls;
  source.media_offset = representation.media_offset;
  source.only_forced_cues = given.only_forced_cues;
  source.period_start = context_.played.period(period_).start;
  const MediaTime end = context_.played.end_of(period_);
  if (end != MediaTime::max()) {
    source.period_end = end;
  } else if (duration) {
    source.period_end = MediaTime{0} + *duration;
  }
  // Times of different Periods, and of what was turned off before, do not meet.
  track_.select(std::move(source), true);
  given_ = std::move(given);
}

void Subtitles::lose(const Representation& representation, const Error& error) {
  lost_.insert(representation.id);
  on_error(error);
}

void Subtitles::on_error(const Error& error) {
  // It will not be asked for again, unless it is chosen again.
  if (track_.is_off() && given_) lost_.insert(given_->representation_id);
  Error told = error;
  told.severity = Severity::kRecoverable;
  if (!told.context.starts_with("subtitles")) told.context = "subtitles: " + told.context;
  context_.listener.on_text_warning(told);
  context_.listener.on_streaming_progress();
}

}  // namespace playhead

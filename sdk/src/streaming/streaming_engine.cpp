// SPDX-License-Identifier: Apache-2.0
#include "streaming/streaming_engine.h"

#include <algorithm>
#include <utility>

#include "base/url.h"
#include "streaming/buffering_policy.h"
#include "streaming/failure_policy.h"

namespace playhead {

namespace {

// Sound is a small part of the link: the best Representation up to this is taken (chosen; above it
// nobody hears a difference in stereo AAC).
constexpr Bitrate kTypicalAudio{200'000};

// With more than this fetched ahead a switch waits for the new Representation's playlist; with less
// the old Representation goes on meanwhile. A playlist takes a round trip or two.
constexpr Duration kIndexPatience = 2s;

// "Nothing to do" for turn(): far beyond any deadline, but safe to add to a time.
constexpr Duration kForever = 24h;

RepresentationInfo info_of(const Representation& representation) {
  RepresentationInfo info;
  info.id = representation.id;
  info.bitrate = representation.bandwidth;
  info.width = representation.width;
  info.height = representation.height;
  info.codecs = representation.codecs;
  return info;
}

SwitchReason reason_of(abr::AbrReason reason) {
  switch (reason) {
    case abr::AbrReason::kBuffer:
      return SwitchReason::kBuffer;
    case abr::AbrReason::kThroughput:
      return SwitchReason::kThroughput;
    case abr::AbrReason::kStart:
    case abr::AbrReason::kOnlyOne:
      break;
  }
  return SwitchReason::kInitial;
}

}  // namespace

StreamingEngine::StreamingEngine(ResourceFetcher& fetcher, ManifestSource& manifests,
                                 MediaBackend& backend, Executor& executor, StreamingConfig config,
                                 StreamingListener& listener)
    : fetcher_(fetcher),
      backend_(backend),
      executor_(executor),
      config_(config),
      listener_(listener),
      indexes_(manifests, [this] { listener_.on_streaming_progress(); }) {}

StreamingEngine::~StreamingEngine() = default;

Result<void> StreamingEngine::open(std::shared_ptr<const Presentation> presentation,
                                   const TrackPreferences& preferences, MediaTime position) {
  presentation_ = std::move(presentation);
  preferences_ = preferences;
  selected_ = select(*presentation_);
  const std::size_t period = period_at(position);
  if (auto checked = drop_undecodable(period); !checked) return checked;
  const PeriodTracks& chosen = selected_[period];
  if (!chosen.video && !chosen.audio) {
    return make_error(ErrorCode::kNoPlayableTrack, "the title has neither video nor sound");
  }
  for (const auto& index : {chosen.video, chosen.audio}) {
    if (index && presentation_->periods[period].adaptation_sets[*index].is_encrypted) {
      return make_error(ErrorCode::kDrmNoSystem, "encrypted titles cannot be played yet");
    }
  }
  make_tracks(position);
  const Track* video = track_of(TrackKind::kVideo);
  if (video && usable_left(*video) == 0) {
    tracks_.clear();
    return make_error(ErrorCode::kNoPlayableTrack, "no decoder for any of the title's pictures");
  }
  return {};
}

bool StreamingEngine::can_decode(const AdaptationSet& set) const {
  return std::any_of(set.representations.begin(), set.representations.end(),
                     [&](const Representation& r) { return backend_.supports(r.codecs); });
}

std::vector<PeriodTracks> StreamingEngine::select(const Presentation& presentation) const {
  return select_tracks(presentation, preferences_,
                       [this](const AdaptationSet& set) { return can_decode(set); });
}

Result<void> StreamingEngine::drop_undecodable(std::size_t period) {
  PeriodTracks& chosen = selected_[period];
  const auto& sets = presentation_->periods[period].adaptation_sets;
  const auto refusal = [&](std::size_t index) {
    return make_error(ErrorCode::kNoPlayableTrack,
                      "no decoder for " + sets[index].representations.front().codecs);
  };
  if (chosen.video && !can_decode(sets[*chosen.video])) return refusal(*chosen.video);
  if (chosen.audio && !can_decode(sets[*chosen.audio])) {
    Error error = refusal(*chosen.audio);
    if (!chosen.video) return error;
    error.severity = Severity::kRecoverable;  // pictures without sound are better than nothing
    listener_.on_streaming_warning(error);
    chosen.audio.reset();
  }
  return {};
}

void StreamingEngine::make_tracks(MediaTime position) {
  const std::size_t period = period_at(position);
  const PeriodTracks& chosen = selected_[period];
  const TrackStream::Context context{fetcher_, backend_, executor_, mapper_, video_, audio_, *this};
  tracks_.clear();
  if (chosen.video) {
    Track track;
    track.stream =
        std::make_unique<TrackStream>(context, TrackKind::kVideo, !chosen.audio.has_value(), true);
    tracks_.push_back(std::move(track));
  }
  if (chosen.audio) {
    Track track;
    track.stream =
        std::make_unique<TrackStream>(context, TrackKind::kAudio, false, !chosen.video.has_value());
    tracks_.push_back(std::move(track));
  }
  for (Track& track : tracks_) place_track(track, position);
}

void StreamingEngine::place_track(Track& track, MediaTime position) {
  auto stream = std::move(track.stream);
  if (stream->is_fetching()) {
    measure(meter_.abandon(static_cast<uint64_t>(stream->kind()), executor_.now()));
  }
  forget_failures(stream->kind());
  track = Track();
  track.stream = std::move(stream);
  track.stream->restart(position);
  track.period = period_at(position);
}

void StreamingEngine::replace(std::shared_ptr<const Presentation> presentation) {
  presentation_ = std::move(presentation);
  selected_ = select(*presentation_);
  indexes_.clear();
  waiting_for_renewal_ = false;
  for (Track& track : tracks_) {
    track.period = std::min(track.period, presentation_->periods.size() - 1);
  }
}

bool StreamingEngine::seek(MediaTime position) {
  bool buffered = !tracks_.empty();
  if (plays_video()) buffered = buffered && video_.seek(position);
  if (plays_audio()) buffered = buffered && audio_.seek(position);
  if (buffered) return true;
  video_.clear();
  audio_.clear();
  for (Track& track : tracks_) place_track(track, position);
  return false;
}

void StreamingEngine::change_audio(const TrackPreferences& preferences, MediaTime position) {
  preferences_ = preferences;
  selected_ = select(*presentation_);
  Track* track = track_of(TrackKind::kAudio);
  if (!track) return;
  audio_.clear();
  place_track(*track, position);
}

void StreamingEngine::select_representation(const std::string& id, MediaTime position) {
  forced_id_ = id;
  Track* track = track_of(TrackKind::kVideo);
  // A choice by hand should show soon: what lies further ahead is fetched again. Muxed sound would
  // have to go with it, so there the choice waits for the next segment.
  constexpr Duration kKeepAhead = 4s;
  if (id.empty() || !track || track->stream->found_audio()) return;
  const MediaTime from = position + kKeepAhead;
  const bool was_fetching = track->stream->is_fetching();
  const auto unread = video_.drop_segments_from(from);
  const auto coming = track->stream->drop_from(from);
  if (was_fetching && !track->stream->is_fetching()) {
    measure(meter_.abandon(static_cast<uint64_t>(TrackKind::kVideo), executor_.now()));
  }
  if (!unread && !coming) return;
  const MediaTime resume = std::min(unread.value_or(MediaTime::max()),  //
                                    coming.value_or(MediaTime::max()));
  forget_failures(TrackKind::kVideo);
  track->failed_ids.clear();
  track->is_complete = false;
  track->period = period_at(resume);
  track->stream->set_cursor(resume);
}

std::size_t StreamingEngine::period_at(MediaTime position) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < presentation_->periods.size(); ++i) {
    if (presentation_->periods[i].start <= position) found = i;
  }
  return found;
}

const AdaptationSet* StreamingEngine::set_of(const Track& track) const {
  const PeriodTracks& chosen = selected_[track.period];
  const auto& index = track.stream->kind() == TrackKind::kVideo ? chosen.video : chosen.audio;
  return index ? &presentation_->periods[track.period].adaptation_sets[*index] : nullptr;
}

StreamingEngine::Track* StreamingEngine::track_of(TrackKind kind) {
  for (Track& track : tracks_) {
    if (track.stream->kind() == kind) return &track;
  }
  return nullptr;
}

const StreamingEngine::Track* StreamingEngine::track_of(TrackKind kind) const {
  return const_cast<StreamingEngine*>(this)->track_of(kind);  // NOLINT: same search, no change
}

bool StreamingEngine::plays_video() const {
  const Track* track = track_of(TrackKind::kVideo);
  return track && !track->stream->lacks_video();
}

bool StreamingEngine::plays_audio() const {
  if (track_of(TrackKind::kAudio)) return true;
  const Track* video = track_of(TrackKind::kVideo);
  return video && video->stream->found_audio();
}

bool StreamingEngine::is_complete(TrackKind kind) const {
  const Track* track = track_of(kind);
  if (!track && kind == TrackKind::kAudio) track = track_of(TrackKind::kVideo);  // muxed
  return !track || (track->is_complete && track->stream->is_idle());
}

Duration StreamingEngine::level(TrackKind kind, MediaTime position) const {
  return (kind == TrackKind::kVideo ? video_ : audio_).level(position);
}

Duration StreamingEngine::turn(MonotonicTime now, MediaTime position, double speed) {
  if (tracks_.empty() || has_failed_) return kForever;
  for (Track& track : tracks_) track.stream->collect();
  video_.trim_back(position - config_.buffering.back);
  audio_.trim_back(position - config_.buffering.back);
  place_orphans();
  handle_failures(now, position);
  Duration wait = kForever;
  for (Track& track : tracks_) {
    if (has_failed_ || waiting_for_renewal_) break;
    wait = std::min(wait, turn_track(track, now, position, speed));
  }
  return wait;
}

void StreamingEngine::place_orphans() {
  const Track& reference = tracks_.front();
  for (Track& track : tracks_) {
    const auto held = track.stream->held_until();
    if (!held) continue;
    const bool is_passed = reference.stream->is_idle() && failures_.empty() &&
                           (reference.is_complete || reference.stream->cursor() >= *held);
    if (is_passed || &track == &reference) track.stream->place_by_itself();
  }
}

Duration StreamingEngine::turn_track(Track& track, MonotonicTime now, MediaTime position,
                                     double speed) {
  if (track.is_complete || track.stream->is_fetching()) return kForever;
  if (now < track.not_before) return track.not_before - now;
  FetchInputs in;
  // What was fetched but holds no samples, or waits to be placed, is not fetched once more.
  in.level = std::max(track.stream->cursor() - position, Duration{0});
  in.other_level = in.level;
  for (const Track& other : tracks_) {
    if (&other == &track || other.is_complete) continue;
    in.other_level = std::min(in.other_level, level(other.stream->kind(), position));
  }
  in.buffered_bytes = buffered_bytes();
  in.speed = speed;
  const FetchDecision decision = decide_fetch(in, config_.buffering);
  if (!decision.fetch) return decision.wait;
  fetch_next(track, position);
  return kForever;
}

void StreamingEngine::fetch_next(Track& track, MediaTime position) {
  for (;;) {
    SwitchReason reason = SwitchReason::kInitial;
    const Representation* chosen = choose_representation(track, position, reason);
    if (!chosen) {
      if (next_period(track)) continue;
      return;
    }
    indexes_.request(*chosen);
    const LoadedIndex* index = indexes_.find(*chosen);
    if (!index) {
      if (const auto error = indexes_.take_error(chosen->id)) {
        return handle_index_failure(track, chosen->id, *error, executor_.now(), position);
      }
      if (track.last_id.empty() || track.last_id == chosen->id) return;
      if (track.stream->cursor() - position > kIndexPatience) return;
      const AdaptationSet& set = *set_of(track);
      const auto old = std::find_if(set.representations.begin(), set.representations.end(),
                                    [&](const auto& r) { return r.id == track.last_id; });
      if (old == set.representations.end() || track.failed_ids.count(old->id) != 0) return;
      indexes_.request(*old);
      index = indexes_.find(*old);
      if (!index) return;
      chosen = &*old;
    }
    if (index->is_encrypted) {
      has_failed_ = true;
      listener_.on_streaming_failed(
          make_error(ErrorCode::kDrmNoSystem, "encrypted titles cannot be played yet"));
      return;
    }
    const auto next = next_index(track, *index->segments);
    if (!next) {
      if (next_period(track)) continue;
      return;
    }
    PlannedSegment planned;
    planned.segment = index->segments->at(*next);
    if (planned.segment.is_gap) {
      track.stream->set_cursor(planned.segment.end);
      track.last_number = planned.segment.number;
      continue;
    }
    planned.period = track.period;
    planned.representation = info_of(*chosen);
    planned.reason = reason;
    planned.container = index->container;
    planned.media_offset = chosen->media_offset;
    track.last_number = planned.segment.number;
    track.last_id = chosen->id;
    if (track.stream->kind() == TrackKind::kVideo) last_video_id_ = chosen->id;
    track.stream->fetch(std::move(planned));
    return;
  }
}

std::optional<std::size_t> StreamingEngine::next_index(const Track& track,
                                                       const SegmentIndex& index) const {
  const MediaTime cursor = track.stream->cursor();
  const auto found = index.find(cursor);
  if (!found) return std::nullopt;
  // Boundaries of Representations differ by rounding: a segment of which the cursor leaves less
  // than half is the one before the one that is meant. At the very start the cursor may be
  // anywhere.
  if (!track.last_number) return found;
  const Segment segment = index.at(*found);
  if (segment.end - cursor >= segment.duration() / 2) return found;
  if (*found + 1 < index.size()) return *found + 1;
  return std::nullopt;
}

bool StreamingEngine::next_period(Track& track) {
  if (track.period + 1 >= presentation_->periods.size()) {
    track.is_complete = true;
    listener_.on_streaming_progress();
    return false;
  }
  ++track.period;
  track.last_number.reset();
  track.last_id.clear();
  track.failed_ids.clear();
  track.stream->set_cursor(
      std::max(track.stream->cursor(), presentation_->periods[track.period].start));
  return true;
}

const Representation* StreamingEngine::choose_representation(const Track& track, MediaTime position,
                                                             SwitchReason& reason) const {
  const AdaptationSet* set = set_of(track);
  if (!set) return nullptr;
  if (track.stream->kind() == TrackKind::kVideo) return choose_video(track, *set, position, reason);
  const Representation* chosen = nullptr;
  for (const Representation& representation : set->representations) {
    if (!is_usable(track, representation)) continue;
    if (!chosen || representation.bandwidth <= kTypicalAudio) chosen = &representation;
  }
  return chosen;
}

const Representation* StreamingEngine::choose_video(const Track& track, const AdaptationSet& set,
                                                    MediaTime position,
                                                    SwitchReason& reason) const {
  std::vector<const Representation*> usable;
  for (const Representation& representation : set.representations) {
    if (!is_usable(track, representation)) continue;
    if (representation.id == forced_id_) {
      reason = SwitchReason::kManual;
      return &representation;
    }
    const bool too_much =
        (config_.max_bitrate.bps > 0 && representation.bandwidth > config_.max_bitrate) ||
        (config_.max_height > 0 && representation.height > config_.max_height);
    if (!too_much || usable.empty()) usable.push_back(&representation);
  }
  if (usable.empty()) return nullptr;

  std::vector<abr::Rung> ladder;
  abr::AbrInputs in;
  for (std::size_t i = 0; i < usable.size(); ++i) {
    ladder.push_back({usable[i]->bandwidth, 0});
    if (usable[i]->id == track.last_id) in.current = i;
  }
  in.ladder = ladder;
  in.throughput = estimator_.estimate();
  in.ttfb = estimator_.ttfb();
  in.buffer_level = level(TrackKind::kVideo, position);
  in.buffer_target = config_.buffering.target;
  in.segment_duration = 4s;
  if (in.current) {
    if (const LoadedIndex* index = indexes_.find(*usable[*in.current])) {
      if (const auto next = next_index(track, *index->segments)) {
        in.segment_duration = index->segments->at(*next).duration();
      }
    }
  }
  const abr::AbrDecision decision = abr_->decide(in);
  reason = track.failed_ids.empty() ? reason_of(decision.reason) : SwitchReason::kFailure;
  return usable[decision.rung];
}

std::optional<Duration> StreamingEngine::duration() const {
  if (!presentation_) return std::nullopt;
  if (presentation_->duration) return presentation_->duration;
  for (const Track& track : tracks_) {
    const AdaptationSet* set = set_of(track);
    if (!set) continue;
    for (const Representation& representation : set->representations) {
      const LoadedIndex* index = indexes_.find(representation);
      if (index && index->segments->size() > 0) return index->segments->end() - MediaTime{0};
    }
  }
  return std::nullopt;
}

std::vector<TrackInfo> StreamingEngine::audio_tracks() const {
  std::vector<TrackInfo> tracks;
  if (!presentation_ || tracks_.empty()) return tracks;
  const std::size_t period = tracks_.front().period;
  const auto& sets = presentation_->periods[period].adaptation_sets;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (sets[i].kind == TrackKind::kVideo) continue;
    TrackInfo track;
    track.id = sets[i].id;
    track.kind = sets[i].kind;
    track.language = sets[i].language;
    track.label = sets[i].label;
    track.codecs = sets[i].representations.front().codecs;
    track.bitrate = sets[i].representations.front().bandwidth;
    track.channels = sets[i].representations.front().channels;
    track.is_selected = selected_[period].audio == i;
    tracks.push_back(std::move(track));
  }
  return tracks;
}

std::vector<RepresentationInfo> StreamingEngine::video_representations() const {
  std::vector<RepresentationInfo> list;
  const Track* track = track_of(TrackKind::kVideo);
  const AdaptationSet* set = track ? set_of(*track) : nullptr;
  if (!set) return list;
  for (const Representation& representation : set->representations) {
    list.push_back(info_of(representation));
    list.back().is_selected = representation.id == last_video_id_;
  }
  return list;
}

}  // namespace playhead

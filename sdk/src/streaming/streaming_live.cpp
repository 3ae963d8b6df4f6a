// SPDX-License-Identifier: Apache-2.0
// What StreamingEngine does for titles that are still being made.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/forever.h"
#include "manifest/segment_index.h"
#include "streaming/buffering_policy.h"
#include "streaming/streaming_engine.h"

namespace playhead {

namespace {

// What fell out of the window by less than this is passed over: segments of different Renditions
// leave it at slightly different times.
constexpr Duration kWindowRounding = 500ms;

// What a Period lacks at its end by less than this is rounding.
constexpr Duration kPeriodRounding = 100ms;

// What ends so little after the live edge is whole: it is asked for at the moment it is.
constexpr Duration kWholeRounding = 50ms;

// An older MPD is passed over for so long (chosen: caches keep them for less).
constexpr Duration kMostBehind = 30s;

// A live manifest that is refused has its URL renewed once in so long (chosen). Less: a service
// that gives out URLs its CDN refuses is asked again and again; more: the window runs out
// meanwhile.
constexpr Duration kRenewalPause = 30s;

// A run of an encoder that is followed by another one without dates is played to its end but for
// less than this (chosen: a segment): what playback waits for then is the new run.
constexpr Duration kSeam = 10s;

// By more than this nothing is listed before it is whole (chosen; low latency: a segment or two).
constexpr Duration kMostAhead = 1min;

// Where a dynamic MPD that does not change any more ends (5.3.1.2: no @minimumUpdatePeriod).
std::optional<MediaTime> settled_end(const Presentation& presentation) {
  const bool is_settled =
      presentation.live && !presentation.live->update_period && presentation.duration;
  if (!is_settled) return std::nullopt;
  return MediaTime{0} + *presentation.duration;
}

}  // namespace

std::optional<Stale> StreamingEngine::stale(MonotonicTime now) const {
  std::optional<Stale> stale = refresher_.stale(now);
  for (const Track& track : tracks_) {
    const bool is_dry = is_cut_off(track) && level(track.stream->kind(), position_) < kLeastAhead;
    const Representation* wanted = is_dry ? representation_of(track, track.wanted_id) : nullptr;
    // What one lists nothing of another Representation's playlist may have.
    const int itself = wanted && track.failed_ids.count(wanted->id) == 0 ? 1 : 0;
    if (wanted && !indexes_.listed(*wanted) && usable_left(track) > itself) continue;
    auto refusal = wanted ? refresher_.refusal(*wanted, now) : std::nullopt;
    if (refusal && (!stale || stale->refused < refusal->refused)) stale = std::move(refusal);
  }
  return stale;
}

// All that its manifest listed was fetched, and that is refused: nothing more will come of it.
bool StreamingEngine::is_cut_off(const Track& track) const {
  const Representation* wanted = representation_of(track, track.wanted_id);
  if (!wanted || !refresher_.is_refused(*wanted)) return false;
  const bool is_coming = track.stream->is_fetching() || last_turn_ < track.not_before;
  if (is_coming || track.is_complete || track.blocked) return false;
  const LoadedIndex* index = indexes_.find(*wanted);
  if (!index) return true;
  // A template goes on by the clock.
  const auto* timed = TimelineSegmentIndex::of(index->segments.get());
  if (timed && timed->next_listing()) return false;
  const MediaTime end =
      takes_parts(track, *index) ? listed_end(*index->segments) : index->segments->end();
  return end <= track.stream->cursor() + kPeriodRounding;
}

bool StreamingEngine::begin_anew() {
  if (!refresher_.has_started_over()) return false;
  // Where the new run is on the timeline its dates say, by what is known of the old one; without
  // dates it goes on where the old one ended.
  const auto state = live(last_turn_);
  MediaTime from = state ? state->window_end : position_;
  // The clock may have run on past all there was while nothing else did.
  MediaTime fetched;
  for (const Track& track : tracks_) fetched = std::max(fetched, track.stream->cursor());
  const MediaTime here = std::min(position_, fetched);
  if (from - here < kSeam) from = here;
  indexes_.start_over(from, refresher_.begun());
  refresher_.forget_playlists();
  mapper_ = TimelineMapper();
  subtitles_.forgive();
  previews_.on_new_urls();
  end_audio_change();
  refetch(position_);
  return true;
}

WallTime StreamingEngine::wall(MonotonicTime now) const {
  return clock_.read(now, executor_.wall_now()).earliest;
}

bool StreamingEngine::is_live() const {
  return presentation_->type != PresentationType::kVod || indexes_.has_live_playlist();
}

bool StreamingEngine::is_open(const LoadedIndex& index) const {
  const bool is_dash = presentation_->format == ManifestFormat::kDash;
  return (is_dash ? presentation_->type : index.type) != PresentationType::kVod;
}

Duration StreamingEngine::refresh(MonotonicTime now) {
  if (!is_live() || waiting_for_renewal_) return kForever;
  std::vector<const Representation*> in_use;
  for (const Track& track : tracks_) {
    const AdaptationSet* set = set_of(track);
    if (!set) continue;
    for (const std::string* id : {&track.last_id, &track.wanted_id}) {
      const Representation* used = find_representation(*set, *id);
      if (used && std::find(in_use.begin(), in_use.end(), used) == in_use.end()) {
        in_use.push_back(used);
      }
    }
  }
  const bool by_part = config_.live.low_latency && !leaves_parts(now);
  const Duration wait = refresher_.turn(now, wall(now), in_use, by_part);
  return std::min(wait, until_over(now));
}

Duration StreamingEngine::until_over(MonotonicTime now) const {
  if (presentation_->format != ManifestFormat::kDash) return kForever;
  const auto state = live(now);
  if (!state) return kForever;
  std::optional<MediaTime> next;
  const auto note = [&](MediaTime end) {
    if (end > state->edge) next = std::min(next.value_or(end), end);
  };
  if (const auto end = settled_end(*presentation_)) note(*end);
  for (const Track& track : tracks_) {
    if (track.period < played_.last()) note(played_.end_of(track.period));
  }
  return next ? std::max(*next - state->edge, Duration{1ms}) : kForever;
}

Duration StreamingEngine::turn_previews(MonotonicTime now) {
  if (tracks_.empty() || waiting_for_renewal_) return kForever;
  const Duration wait = previews_.turn(now, wall(now), is_live());
  if (!previews_.is_trick()) return wait;
  last_turn_ = now;
  return std::min(wait, refresh(now));
}

void StreamingEngine::on_presentation(std::shared_ptr<const Presentation> presentation) {
  const MonotonicTime now = executor_.now();
  // A cache that is behind says nothing new (M21); an origin that stays behind is believed.
  const std::optional<WallTime> before = published(*presentation_),
                                after = published(*presentation);
  const bool is_older = before && after && *after < *before;
  // The next one is asked for at its time, though nothing else may be going on.
  if (is_older && now - mpd_taken_ < kMostBehind) return listener_.on_streaming_progress();
  mpd_taken_ = now;
  presentation_ = std::move(presentation);
  refresher_.follow(presentation_);
  if (steering_) presentation_ = with_clones(presentation_, steering_->clones());
  indexes_.follow(*presentation_);
  choose_tracks();
  follow_periods();
  listener_.on_streaming_progress();
}

void StreamingEngine::on_refresh_failed(const Error& error) {
  listener_.on_streaming_warning(error);
  const MonotonicTime now = executor_.now();
  const bool was_renewed = renewed_ > MonotonicTime{} && now - renewed_ < kRenewalPause;
  if (error.code != ErrorCode::kForbidden || !config_.can_renew || was_renewed) return;
  // What is buffered is played meanwhile, and when the renewal fails.
  renewed_ = now;
  listener_.on_url_refused(error);
}

bool StreamingEngine::waits_for_more(const Track& track, const LoadedIndex& index) const {
  if (!is_open(index)) return false;
  const auto settled = settled_end(*presentation_);
  if (settled && track.stream->cursor() + kPeriodRounding >= *settled) return false;
  // All of the title was made, though some of it never was.
  const auto state = live(last_turn_);
  if (settled && state && state->edge >= *settled) return false;
  if (track.period == played_.last()) return true;
  // The next Period is announced and this one still grows.
  const MediaTime end = played_.end_of(track.period);
  return state && state->edge < end && track.stream->cursor() + kPeriodRounding < end;
}

bool StreamingEngine::is_behind_window(const Track& track, const LoadedIndex& index,
                                       const Segment& next) const {
  if (!is_open(index)) return false;
  // A template counts from its Period's beginning, however little of that is kept.
  const auto state = presentation_->live ? live(last_turn_) : std::nullopt;
  if (state && next.end <= state->window_start) return true;
  // In a title of several Periods the next one begins after a gap, if at all.
  const bool is_first = track.period == played_.first();
  return is_first && track.stream->cursor() + kWindowRounding < index.segments->start();
}

bool StreamingEngine::is_at_edge(const Segment& segment, bool is_part) const {
  if (is_part) return true;
  const auto state = is_live() ? live(last_turn_) : std::nullopt;
  return state && segment.end > state->edge + kWholeRounding;
}

MediaBefore StreamingEngine::before_of(const Track& track, const Representation& representation) {
  if (!track.last_number) return MediaBefore::kNothing;
  // Sound can be decoded from anywhere.
  if (track.stream->kind() != TrackKind::kVideo) return MediaBefore::kSame;
  const bool goes_on = track.last_id == representation.id && !track.begins;
  return goes_on ? MediaBefore::kSame : MediaBefore::kOther;
}

std::optional<NextMedia> StreamingEngine::next_of(const Track& track, const LoadedIndex& index,
                                                  const Representation& representation) const {
  const MediaBefore before = before_of(track, representation);
  const bool takes_parts = this->takes_parts(track, index);
  auto next =
      next_media(*index.segments, track.stream->cursor(), before, takes_parts, index.in_progress);
  if (next || !takes_parts) return next;
  next = announced(track, index);
  // Within a segment another Representation has to be begun first.
  const bool is_within = next && next->segment.number == *track.last_number;
  if (is_within && before == MediaBefore::kOther) return std::nullopt;
  return next;
}

const Representation* StreamingEngine::begun_representation(const Track& track,
                                                            const AdaptationSet& set) const {
  if (!track.last_number || !track.failed_ids.empty() || !is_live()) return nullptr;
  if (track.leaves_segment) return nullptr;
  const Representation* last = find_representation(set, track.last_id);
  const LoadedIndex* index = last ? indexes_.find(*last) : nullptr;
  if (!index || index->segments->size() == 0) return nullptr;
  const auto next = next_of(track, *index, *last);
  bool is_begun = next && next->is_part && next->segment.number == *track.last_number;
  // Its next part has yet to be listed.
  const SegmentIndex& segments = *index->segments;
  if (!next && takes_parts(track, *index)) {
    is_begun = segments.at(segments.size() - 1).number < *track.last_number;
  }
  return is_begun ? last : nullptr;
}

const Representation* StreamingEngine::live_reference() const {
  for (const Track& track : tracks_) {
    // Of a title in Periods the newest is meant.
    const AdaptationSet* set = played_.set(track.stream->kind(), played_.last());
    if (!set) continue;
    // Of playlists the one that reaches farthest: those not in use any more stay as they were.
    const Representation* best = nullptr;
    MediaTime best_end;
    for (const Representation& representation : set->representations) {
      const LoadedIndex* index = indexes_.find(representation);
      if (!index) continue;
      const MediaTime end = listed_end(*index->segments);
      const bool is_used = representation.id == track.last_id;
      if (best && (end < best_end || (end == best_end && !is_used))) continue;
      best = &representation;
      best_end = end;
    }
    if (best) return best;
  }
  return nullptr;
}

LiveState StreamingEngine::live_of_mpd(const LoadedIndex* index, MonotonicTime now) const {
  const LiveInfo& info = *presentation_->live;
  LiveState state;
  state.edge = MediaTime{0} + (wall(now) - *info.availability_start);
  if (const auto end = settled_end(*presentation_)) state.edge = std::min(state.edge, *end);
  state.edge_seen = state.edge_told = now;
  state.window_start = presentation_->periods.front().start;
  if (info.time_shift_buffer_depth) {
    state.window_start = std::max(state.window_start, state.edge - *info.time_shift_buffer_depth);
  }
  const bool is_listed = index && index->segments->size() > 0;
  // Before the first look at the clock an index lists all there will ever be.
  const bool is_at_clock = is_listed && index->segments->end() <= state.edge + kMostAhead;
  state.window_end = is_at_clock ? index->segments->end() : state.edge;
  // An origin that lost some of it lists less: by a clock that is off it would list nothing now.
  const bool is_current =
      !is_listed || (is_at_clock && index->segments->end() + kMostAhead >= state.edge);
  if (is_current) state.window_start = std::max(state.window_start, oldest_listed());
  // An MPD that stopped to change has nothing later to offer.
  state.window_start = state.kept_from = std::min(state.window_start, state.window_end);
  state.suggested_delay = info.suggested_delay;
  state.latency = info.latency;
  state.media_epoch = info.availability_start;
  state.is_low_latency = config_.live.low_latency && info.latency.target.has_value();
  return state;
}

std::optional<LiveState> StreamingEngine::live(MonotonicTime now) const {
  if (!presentation_ || tracks_.empty() || !is_live()) return std::nullopt;
  const Representation* reference = live_reference();
  const LoadedIndex* index = reference ? indexes_.find(*reference) : nullptr;
  if (presentation_->format == ManifestFormat::kDash) {
    if (!presentation_->live || !presentation_->live->availability_start) return std::nullopt;
    return live_of_mpd(index, now);
  }
  if (!index || index->type == PresentationType::kVod) return std::nullopt;
  if (listed_end(*index->segments) == MediaTime{0}) return std::nullopt;  // it has yet to begin
  LiveState state;
  state.window_start = listed_start(*index->segments);
  state.is_low_latency =
      config_.live.low_latency && index->part_target.has_value() && !leaves_parts(now);
  state.window_end = state.is_low_latency ? listed_end(*index->segments) : index->segments->end();
  state.edge = state.window_end;
  state.kept_from = state.window_start;
  for (const Track& track : tracks_) {
    const Representation* wanted = representation_of(track, track.wanted_id);
    const SegmentIndex* kept = wanted ? indexes_.listed(*wanted) : nullptr;
    const bool is_lost = kept && track.stream->cursor() + kWindowRounding < kept->start();
    if (is_lost) state.kept_from = std::max(state.kept_from, kept->start());
  }
  state.kept_from = std::min(state.kept_from, state.window_end);
  const IndexTable::InUse use = indexes_.in_use(*reference);
  state.edge_seen = use.grown;
  state.edge_told = use.told;
  state.edge_step =
      state.is_low_latency ? *index->part_target : index->target_duration.value_or(Duration{0});
  if (index->live) {
    state.suggested_delay = index->live->suggested_delay;
    state.latency = index->live->latency;
    state.media_epoch = index->live->availability_start;
  }
  return state;
}

MediaTime StreamingEngine::oldest_listed() const {
  MediaTime oldest;
  for (const Track& track : tracks_) {
    const AdaptationSet* set = played_.set(track.stream->kind(), played_.first());
    if (!set) continue;
    std::optional<MediaTime> own;
    for (const Representation& representation : set->representations) {
      const SegmentIndex* listed = indexes_.listed(representation);
      if (listed) own = std::min(own.value_or(MediaTime::max()), listed->start());
    }
    oldest = std::max(oldest, own.value_or(oldest));
  }
  return oldest;
}

MediaTime StreamingEngine::first_moment() const {
  std::optional<MediaTime> first;
  for (const Track& track : tracks_) {
    const AdaptationSet* set = played_.set(track.stream->kind(), played_.first());
    if (!set) continue;
    for (const Representation& representation : set->representations) {
      const SegmentIndex* listed = indexes_.listed(representation);
      if (!listed) continue;
      first = std::min(first.value_or(MediaTime::max()), listed->start());
      break;
    }
  }
  return first.value_or(MediaTime{});
}

std::optional<MediaTime> StreamingEngine::start_point() const {
  const Representation* reference = live_reference();
  const LoadedIndex* index = reference ? indexes_.find(*reference) : nullptr;
  std::optional<Duration> offset;
  if (index) offset = index->start_offset;
  if (!offset && presentation_->start) offset = presentation_->start->offset;
  if (!offset || !index || index->segments->size() == 0) return std::nullopt;
  // RFC 8216bis §4.4.2.2: from the beginning, or, when negative, from the end of the playlist.
  const MediaTime from = *offset < Duration{0} ? index->segments->end() : index->segments->start();
  return std::clamp(from + *offset, index->segments->start(), index->segments->end());
}

}  // namespace playhead

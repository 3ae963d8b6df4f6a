// SPDX-License-Identifier: Apache-2.0
// StreamingEngine's answers to what its tracks report: transfers, samples and failures.
#include <algorithm>
#include <utility>

#include "base/url.h"
#include "streaming/streaming_engine.h"

namespace playhead {

namespace {

// By so much a title's declared end and that of its last segment may differ.
constexpr Duration kEndRounding = 500ms;

// What a live title lists at its old end may be gone by now, as far as that or three segments
// (chosen: what caches hold playlists back for). Less: a seek to the begin ends the play; more: a
// hole of a host there is passed over however long it is.
constexpr Duration kLeaving = 10s;

// Not of a short window more than a third: what is missing everywhere must be found missing.
bool is_at_old_end(const Segment& segment, const LiveState& live) {
  const Duration window = std::max(live.edge - live.window_start, Duration{0});
  const Duration leaving = std::min(std::max(kLeaving, 3 * segment.duration()), window / 3);
  return segment.start < live.window_start + leaving;
}

// After a better picture for what is buffered could not be had (chosen).
constexpr Duration kReplacementPause = 30s;

// After a segment that was damaged wherever it was had, the next that is damaged is not asked for
// twice in the same place (chosen).
constexpr Duration kSkippedPause = 30s;

// A host that ends every answer after so many bytes is asked for a segment as often as that takes.
// Segments in a row that broke off more than kUsualBreaks times each, kManyBreaks times together:
// that is its way, and what has smaller segments is taken for kBreaksRest (all chosen). Fewer
// breaks: a line that is bad for a moment costs quality; more: requests.
constexpr int kUsualBreaks = 1;
constexpr int kManyBreaks = 6;
constexpr Duration kBreaksRest = 5min;

// Signed URLs of media are renewed once in so long (chosen) when others of them were had since.
constexpr Duration kMediaRenewalPause = 30s;

// The bytes were not to be had, or wrong, at this place; the host itself is well.
bool is_of_the_place(ErrorCode code, bool can_renew) {
  if (code == ErrorCode::kForbidden || code == ErrorCode::kDrmLicenseRefused) return !can_renew;
  return code == ErrorCode::kNotFound || code == ErrorCode::kContainerSyntax ||
         code == ErrorCode::kBadResponse || code == ErrorCode::kHttpStatus ||
         code == ErrorCode::kTlsFailure || code == ErrorCode::kCaptivePortal ||
         code == ErrorCode::kDrmNoKey || code == ErrorCode::kDrmLicense ||
         code == ErrorCode::kDrmWrongKey || code == ErrorCode::kDrmSample ||
         code == ErrorCode::kDrmInitData;
}

}  // namespace

void StreamingEngine::on_samples() {
  update_room();
  listener_.on_streaming_progress();
}

void StreamingEngine::on_bytes(TrackKind kind, int64_t bytes, MonotonicTime received) {
  watch_.add_bytes(kind, bytes, received);
  update_room();
  listener_.on_received(bytes);
}

void StreamingEngine::on_segment_fetched(TrackKind kind, const PlannedSegment& planned,
                                         const TransferStats& stats) {
  // What had to wait for room came no slower than the link is.
  const bool was_paced = planned.is_at_edge || planned.was_held_back;
  watch_.finish(kind, stats, was_paced,
                planned.was_held_back ? Duration::max() : planned.segment.duration());
  SegmentLoaded loaded;
  loaded.track = kind;
  loaded.url = redact(planned.segment.media.url);
  loaded.bytes = stats.body_bytes;
  loaded.elapsed = stats.finished - stats.started;
  loaded.number = planned.segment.number;
  loaded.start = planned.segment.start;
  listener_.on_segment_loaded(loaded);
  listener_.on_streaming_progress();
}

void StreamingEngine::on_events(std::vector<TimedEvent> events) {
  events_.add(std::move(events));
  listener_.on_streaming_progress();
}

void StreamingEngine::on_timeline_learnt() {
  for (Track& track : tracks_) track.stream->place_held();
}

void StreamingEngine::on_protection(TrackKind kind, const PlannedSegment& planned,
                                    const MediaProtection& media) {
  if (!config_.keys) return;
  std::vector<ContentProtection> protections = protections_of(planned.segment);
  const AdaptationSet* set = played_.set(kind, planned.period);
  const std::string& id = planned.representation.id;
  const Representation* representation = set ? find_representation(*set, id) : nullptr;
  if (protections.empty() && representation) protections = protections_of(*set, *representation);
  config_.keys->require(kind, id, protections, media);
}

void StreamingEngine::on_keys_changed() {
  for (Track& track : tracks_) {
    const bool is_restricted =
        track.blocked && track.blocked->code == ErrorCode::kDrmOutputRestricted;
    if (is_restricted && !has_failed_) track.blocked.reset();
  }
}

bool StreamingEngine::has_other_than(const std::string& representation_id) const {
  const Track* track = track_of(TrackKind::kVideo);
  const AdaptationSet* set = track ? set_of(*track) : nullptr;
  return set && std::any_of(set->representations.begin(), set->representations.end(),
                            [&](const Representation& r) {
                              return r.id != representation_id && selector_.may_show(*set, r) &&
                                     selector_.is_usable(TrackKind::kVideo, track->failed_ids, r);
                            });
}

void StreamingEngine::on_segment_completed(TrackKind kind, MediaTime start) {
  if (Track* track = track_of(kind)) {
    track->attempts = 0;
    track->skipped = 0;
    // What is fetched anew to decode from says nothing of the part that failed.
    if (start >= track->parts.failed_at) track->parts.failures = 0;
    track->renewed = false;
    track->forgiving_pause = Duration{0};
    track->refuses_first = track->refuses_first || track->is_asked_again;
    track->is_asked_again = false;
    note_breaks(*track, executor_.now());
    track->forgive(executor_.now());
  }
  listener_.on_streaming_progress();
}

void StreamingEngine::on_fetch_retry(TrackKind kind, const Error& error) {
  watch_.note_break(kind, executor_.now());
  Track* track = track_of(kind);
  if (track && error.code == ErrorCode::kConnectionLost) ++track->breaks;
  listener_.on_streaming_warning(error);
}

void StreamingEngine::note_breaks(Track& track, MonotonicTime now) {
  const int breaks = std::exchange(track.breaks, 0);
  track.breaks_before = breaks > kUsualBreaks ? track.breaks_before + breaks : 0;
  if (track.breaks_before < kManyBreaks) return;
  track.breaks_before = 0;
  const AdaptationSet* set = set_of(track);
  const Representation* coming = set ? find_representation(*set, track.last_id) : nullptr;
  const bool has_lower =
      coming && std::any_of(set->representations.begin(), set->representations.end(),
                            [&](const Representation& r) {
                              return r.bandwidth < coming->bandwidth &&
                                     selector_.is_usable(track.stream->kind(), track.failed_ids, r);
                            });
  const bool is_by_hand = track.last_id == selector_.forced_id();
  if (has_lower && !is_by_hand) track.resting[track.last_id] = now + kBreaksRest;
}

void StreamingEngine::on_segment_failed(TrackKind kind, SegmentFailure failure) {
  watch_.abandon(kind, executor_.now());
  failures_.emplace_back(kind, std::move(failure));
  listener_.on_streaming_progress();
}

void StreamingEngine::on_segment_misplaced(TrackKind kind) {
  watch_.abandon(kind, executor_.now());
  listener_.on_streaming_progress();
}

void StreamingEngine::forget_failures(TrackKind kind) {
  failures_.erase(std::remove_if(failures_.begin(), failures_.end(),
                                 [&](const auto& failure) { return failure.first == kind; }),
                  failures_.end());
}

void StreamingEngine::handle_failures(MonotonicTime now, MediaTime position) {
  std::vector<std::pair<TrackKind, SegmentFailure>> failures;
  failures.swap(failures_);
  for (const auto& [kind, failure] : failures) {
    if (Track* track = track_of(kind)) handle_failure(*track, failure, now, position);
  }
}

int StreamingEngine::usable_left(const Track& track) const {
  const AdaptationSet* set = set_of(track);
  if (!set) return 0;
  return static_cast<int>(std::count_if(
      set->representations.begin(), set->representations.end(), [&](const Representation& r) {
        return selector_.may_show(*set, r) &&
               selector_.is_usable(track.stream->kind(), track.failed_ids, r);
      }));
}

void StreamingEngine::handle_failure(Track& track, const SegmentFailure& failure, MonotonicTime now,
                                     MediaTime position) {
  // The segment is planned again from where it was, where its TrackStream stands, unless it is
  // skipped. It may fail after all of it came in, when its Period or the title seemed to be done.
  const PlannedSegment& planned = failure.planned;
  if (planned.replaces) {
    track.no_replacement_before = now + kReplacementPause;
    return listener_.on_streaming_warning(failure.error);
  }
  track.reached.reset();
  track.stand_in(planned.period, played_.clamp(planned.period));
  track.is_complete = false;
  track.blocked.reset();
  track.begins = planned.begins;
  if (planned.is_part && handle_part_failure(track, failure, now)) return;
  const std::optional<Duration> end = duration();
  const bool is_last = end && planned.segment.end + kEndRounding >= MediaTime{0} + *end;
  const auto state = is_live() ? live(now) : std::nullopt;
  const bool is_new = state && planned.segment.end + planned.segment.duration() > state->edge;
  if (is_new && track.attempts > 0) refresher_.hurry(now);
  const bool is_leaving = state && !is_new && is_at_old_end(planned.segment, *state);
  const Trouble trouble{
      planned.representation.id, failure.error, true, is_last, is_new, is_leaving};
  if (react(track, trouble, now, position) != FailureAction::kSkipSegment) return;
  if (is_leaving) {
    refresher_.hurry(now);  // it was no damage
  } else {
    ++track.skipped;
    track.skipped_at = now;
  }
  track.attempts = 0;
  track.forgiving_pause = Duration{0};
  track.forgive(now);
  track.stream->set_cursor(planned.segment.end);
  track.begins = true;
}

const Representation* StreamingEngine::representation_of(const Track& track,
                                                         const std::string& id) const {
  const AdaptationSet* set = set_of(track);
  return set ? find_representation(*set, id) : nullptr;
}

FailureAction StreamingEngine::react(Track& track, const Trouble& trouble, MonotonicTime now,
                                     MediaTime position) {
  // What one place does not have, or has damaged, another may have: RFC 8216 §6.3.1.
  const Representation* failed = representation_of(track, trouble.representation_id);
  const bool may_be_elsewhere = trouble.is_media && failed && !failed->alternatives.empty() &&
                                is_of_the_place(trouble.error.code, config_.can_renew);
  if (may_be_elsewhere && indexes_.pass_over_best(*failed)) {
    listener_.on_streaming_warning(trouble.error);
    return FailureAction::kRetry;
  }
  FailureInputs in;
  in.code = trouble.error.code;
  in.attempts = ++track.attempts;
  track.failed_ids.insert(trouble.representation_id);
  in.representations_left = usable_left(track);
  in.can_renew = config_.can_renew;
  in.renewed = track.renewed;
  in.renewed_lately = std::any_of(tracks_.begin(), tracks_.end(), [&](const Track& other) {
    return other.renewed_at > MonotonicTime{} && now - other.renewed_at < kMediaRenewalPause;
  });
  in.refuses_first = track.refuses_first;
  in.segments_skipped = track.skipped;
  in.skipped_lately = track.skipped_at > MonotonicTime{} && now - track.skipped_at < kSkippedPause;
  in.is_media = trouble.is_media;
  in.is_last = trouble.is_last;
  in.is_new = trouble.is_new;
  in.is_leaving = trouble.is_leaving;
  in.buffer_level = level(track.stream->kind(), position);
  in.is_paused = is_paused_;
  // A picture that waits for more than there is will not be helped by what there is.
  const BufferingConfig& buffering = config_.buffering;
  const Duration needed =
      std::min(std::max(buffering.start, buffering.after_rebuffer), buffering.target);
  if (stands_still_ && !is_paused_ && in.buffer_level < needed) in.buffer_level = Duration{0};
  const FailureDecision decision = decide_failure(in);
  if (decision.action == FailureAction::kGiveUp) {
    if (trouble.is_media && in.buffer_level > Duration{0}) {
      block(track, trouble.error);  // what is there is played first
      return decision.action;
    }
    has_failed_ = true;
    listener_.on_streaming_failed(trouble.error);
    return decision.action;
  }
  listener_.on_streaming_warning(trouble.error);
  switch (decision.action) {
    case FailureAction::kRetry:
      track.failed_ids.erase(trouble.representation_id);
      track.not_before = now + decision.delay;
      track.is_asked_again = trouble.error.code == ErrorCode::kForbidden;
      break;
    case FailureAction::kRenewUrl:
      track.failed_ids.erase(trouble.representation_id);
      track.renewed = true;
      track.renewed_at = now;
      track.is_asked_again = track.refuses_first = false;
      if (!std::exchange(waiting_for_renewal_, true)) listener_.on_url_refused(trouble.error);
      break;
    case FailureAction::kOtherRepresentation:
      if (!trouble.is_media) track.rest(trouble.representation_id, now + FetchedTrack::kIndexRest);
      break;
    case FailureAction::kSkipSegment:
    case FailureAction::kGiveUp:
      break;
  }
  return decision.action;
}

void StreamingEngine::set_paused(bool is_paused) {
  const bool goes_on = is_paused_ && !is_paused;
  is_paused_ = is_paused;
  if (!goes_on) return;
  // What was put off while nobody waited is tried now.
  for (Track& track : tracks_) track.not_before = last_turn_;
}

bool StreamingEngine::renew_for_preview(const Error& error) {
  // The title does not wait for it: what is buffered plays on when it fails.
  if (!config_.can_renew) return false;
  listener_.on_streaming_warning(error);
  listener_.on_url_refused(error);
  return true;
}

}  // namespace playhead

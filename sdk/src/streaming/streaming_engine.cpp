// SPDX-License-Identifier: Apache-2.0
#include "streaming/streaming_engine.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/forever.h"
#include "streaming/buffering_policy.h"
#include "streaming/media_bytes.h"
#include "streaming/next_segment.h"

namespace playhead {

namespace {

// With more than this fetched ahead a switch waits for the new Representation's playlist; with less
// the old Representation goes on meanwhile. A playlist takes a round trip or two.
constexpr Duration kIndexPatience = 2s;
// A lower Representation was chosen because the old one comes too slowly: with little buffered its
// playlist is waited for so long (chosen). Less: segments that are too much for the link; more: a
// host that does not answer for the playlist holds up everything.
constexpr Duration kLowerPatience = 2s;

// Sound that playback waits for leaves the link to the pictures until these begin to come, but no
// longer than that (chosen: two round trips of a slow link). Less: the first frame shares the link
// with sound nobody hears yet; more: a host of pictures that does not answer holds up the sound.
constexpr Duration kPicturePatience = 500ms;

// Slower than this part of what the lowest Representation needs, a transfer is tried again
// (chosen); of what its own needs, that of a part. Less: one that trickles is waited for; more:
// requests for nothing on a link that is slow itself.
constexpr int64_t kLeastShare = 4;
// What sound is taken to need of which nobody says it: HLS renditions (chosen: stereo AAC).
constexpr Bitrate kUsualSound{64'000};

// Sound and pictures are looked at a little before a Period begins in which they come or go. Less:
// a turn that is late would take the end of one Period's sound for the end of the title.
constexpr Duration kPeriodLead = 100ms;

// So long before its end a play that cannot go on is told to: more than the pause between two
// turns.
constexpr Duration kLastMoment = 250ms;
// What is left is not waited for in smaller steps: played slowly, a microsecond less than that
// moves no position, and the engine would spin.
constexpr Duration kLeastWait = 20ms;

// Of the segment there; 0: not known.
Duration length_at(const LoadedIndex* index, MediaTime time) {
  const auto found = index ? index->segments->find(time) : std::nullopt;
  return found ? index->segments->at(*found).duration() : Duration{0};
}

Error restricted_error() {
  return make_error(ErrorCode::kDrmOutputRestricted,
                    "nothing of the title may be shown on this device and its output");
}

Error withheld_error() {
  return make_error(ErrorCode::kNoPlayableTrack,
                    "every picture of the title asks for an output with a higher HDCP version");
}

// Where the segment is that is asked for after that one; none: it is not listed yet.
std::optional<ResourceLocation> next_media(const SegmentIndex& index, uint64_t number) {
  const auto place = index.find_number(number);
  if (!place || *place + 1 >= index.size()) return std::nullopt;
  return index.at(*place + 1).media;
}

}  // namespace

StreamingEngine::StreamingEngine(ResourceFetcher& fetcher, ManifestSource& manifests,
                                 MediaBackend& backend, Executor& executor,
                                 const ServerClock& clock, StreamingConfig config,
                                 StreamingListener& listener)
    : fetcher_(fetcher),
      backend_(backend),
      executor_(executor),
      clock_(clock),
      config_(std::move(config)),
      listener_(listener),
      indexes_(
          {manifests, executor, fetcher.health(), [this] { listener_.on_streaming_progress(); }}),
      refresher_(manifests, executor, indexes_,
                 {[this](auto presentation) { on_presentation(std::move(presentation)); },
                  [this] { listener_.on_streaming_progress(); },
                  [this](const Error& error) { on_refresh_failed(error); }}),
      keys_(fetcher, executor, config_.identity_keys),
      selector_(indexes_, backend, config_),
      watch_(selector_.chooser()),
      subtitles_({keys_, manifests, executor, indexes_, mapper_, listener, presentation_, played_}),
      previews_({fetcher, keys_, manifests, backend, executor, indexes_, mapper_, listener,
                 presentation_, played_,
                 [this](const Error& error) { return renew_for_preview(error); }, config_.keys}) {}

StreamingEngine::~StreamingEngine() = default;

Result<void> StreamingEngine::open(std::shared_ptr<const Presentation> presentation,
                                   const TrackPreferences& preferences, MediaTime position) {
  presentation_ = std::move(presentation);
  refresher_.follow(presentation_);
  preferences_ = preferences;
  position_ = position;
  start_steering();
  choose_tracks();
  if (!played_.has(TrackKind::kVideo) && !played_.has(TrackKind::kAudio)) {
    return make_error(ErrorCode::kNoPlayableTrack, "the title has neither video nor sound");
  }
  if (auto checked = played_.check(played_.period_at(position)); !checked) return checked;
  if (const AdaptationSet* silent = played_.left_out()) {
    listener_.on_streaming_warning(make_error(
        ErrorCode::kNoPlayableTrack, "no decoder for " + silent->representations.front().codecs, 0,
        Severity::kRecoverable));
  }
  make_tracks(position);
  subtitles_.start(position);
  return {};
}

bool StreamingEngine::can_decode(const AdaptationSet& set) const {
  return std::any_of(set.representations.begin(), set.representations.end(),
                     [&](const Representation& r) { return backend_.supports(r.codecs); });
}

void StreamingEngine::choose_tracks() {
  played_ = PlayedTracks(
      presentation_, preferences_, [this](const AdaptationSet& set) { return can_decode(set); },
      &played_, config_.keys);
}

void StreamingEngine::require_keys(const Track& track) {
  const AdaptationSet* set = set_of(track);
  if (config_.keys && set && set->is_encrypted) require_set(*config_.keys, *set);
}

void StreamingEngine::make_tracks(MediaTime position) {
  const TrackStream::Context context{fetcher_, keys_,  backend_, executor_,
                                     mapper_,  video_, audio_,   *this};
  tracks_.clear();
  for (const TrackKind kind : {TrackKind::kVideo, TrackKind::kAudio}) {
    if (!played_.has(kind)) continue;
    Track track;
    track.stream = std::make_unique<TrackStream>(context, kind);
    tracks_.push_back(std::move(track));
  }
  for (Track& track : tracks_) place_track(track, position);
  if (config_.keys && !presentation_->session_keys.empty()) {
    // Those of other KEYFORMATs are for other players.
    const auto& session_keys = presentation_->session_keys;
    if (config_.keys->can_open(TrackKind::kVideo, session_keys)) {
      config_.keys->require(TrackKind::kVideo, session_keys);
    }
  }
}

void StreamingEngine::place_track(Track& track, MediaTime position) {
  auto stream = std::move(track.stream);
  if (stream->is_fetching()) watch_.abandon(stream->kind(), executor_.now());
  forget_failures(stream->kind());
  const PartTrouble parts = track.parts;
  std::string wanted_id = std::move(track.wanted_id);
  track = Track();
  track.parts = parts;
  // Those of a part that may not be asked for again.
  if (position < parts.failed_at) track.parts.failures = 0;
  // Until something else is wanted: what is asked for of a live playlist is still to come.
  track.wanted_id = std::move(wanted_id);
  track.stream = std::move(stream);
  track.stream->restart(position);
  track.period = played_.period_at(position);
  require_keys(track);
}

Result<void> StreamingEngine::replace(std::shared_ptr<const Presentation> presentation) {
  // Until the new playlists are there nothing else tells.
  known_duration_ = duration();
  if (steering_) presentation = with_clones(presentation, steering_->clones());
  const auto before = std::exchange(presentation_, std::move(presentation));
  const PlayedTracks played = played_;
  choose_tracks();
  // Nothing else tells that a multivariant playlist was cut off on the way: all of a title in HLS
  // has pictures, or none of it.
  const auto is_lost = [&](TrackKind kind) { return played.has(kind) && !played_.has(kind); };
  const bool may_lack = before->format == ManifestFormat::kHls;
  if (may_lack && (is_lost(TrackKind::kVideo) || is_lost(TrackKind::kAudio))) {
    presentation_ = before;
    played_ = played;
    return make_error(ErrorCode::kBadResponse, "the playlist under new URLs lacks a track");
  }
  refresher_.follow(presentation_);
  indexes_.clear();
  // One answer of another run says little; two do, and begin_anew() sees to it.
  const bool is_doubtful = refresher_.may_have_started_over() && !refresher_.has_started_over();
  if (is_doubtful) refresher_.forget_playlists();
  refresher_.forgive();
  subtitles_.forgive();
  waiting_for_renewal_ = false;
  previews_.on_new_urls();
  follow_periods();
  return {};
}

void StreamingEngine::follow_periods() {
  for (Track& track : tracks_) track.stand_in(track.period, played_.clamp(track.period));
}

bool StreamingEngine::seek(MediaTime position, bool is_after_gap) {
  position_ = position;
  end_audio_change();
  subtitles_.start(position);
  bool buffered = !tracks_.empty();
  const auto is_there = [&](SampleQueue& queue, bool plays) {
    const bool may_begin_later = is_after_gap || !plays;
    return (plays && queue.seek(position)) || (may_begin_later && queue.pass_to(position));
  };
  buffered = buffered && is_there(video_, plays_video()) && is_there(audio_, plays_audio());
  if (buffered) return true;
  refetch(position);
  return false;
}

void StreamingEngine::refetch(MediaTime position) {
  position_ = position;
  video_.clear();
  audio_.clear();
  for (Track& track : tracks_) place_track(track, position);
}

void StreamingEngine::avoid_representation(const std::string& id, MonotonicTime now,
                                           bool is_for_good) {
  selector_.avoid(id.empty() ? last_video_id_ : id, now, is_for_good);
  for (Track& track : tracks_) track.stream->forget_inits();
}

void StreamingEngine::select_representation(const std::string& id, MediaTime position) {
  selector_.force(id, *presentation_);
  Track* track = track_of(TrackKind::kVideo);
  // A choice by hand should show soon: what lies further ahead is fetched again. Muxed sound would
  // have to go with it, so there the choice waits for the next segment.
  constexpr Duration kKeepAhead = 4s;
  if (id.empty() || !track || track->stream->found_audio(current_period())) return;
  if (drop_from(*track, position + kKeepAhead)) track->failed_ids.clear();
}

void StreamingEngine::change_text(const TrackPreferences& preferences) {
  preferences_ = preferences;
  choose_tracks();
  subtitles_.forgive();
  subtitles_.start(position_);
}

std::size_t StreamingEngine::current_period() const {
  return played_.period_at(position_ + kPeriodLead);
}

const AdaptationSet* StreamingEngine::set_of(const Track& track) const {
  return played_.set(track.stream->kind(), track.period);
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

Duration StreamingEngine::turn(MonotonicTime now, MediaTime position, double speed) {
  // Nothing plays: no room appears, and whoever starts it again asks for a turn.
  const bool has_stood = position == position_ && now > last_turn_;
  stands_still_ = has_stood || (stands_still_ && position == position_);
  may_sleep_ = has_stood;
  position_ = position;
  last_turn_ = now;
  speed_ = speed;
  if (tracks_.empty() || has_failed_) return kForever;
  for (Track& track : tracks_) track.stream->collect();
  shed(position);
  change_sound_over(position);
  place_orphans();
  Duration wait = refresh(now);
  for (Track& track : tracks_) settle_hint(track);
  handle_failures(now, position);
  for (Track& track : tracks_) {
    if (has_failed_ || waiting_for_renewal_) break;
    wait = std::min(wait, turn_track(track, now, position, speed));
  }
  update_room();
  return std::min(wait, report_blocked(position, speed));
}

Duration StreamingEngine::turn_text(MonotonicTime now, MediaTime position) {
  if (tracks_.empty() || has_failed_ || waiting_for_renewal_) return kForever;
  const bool has_media = buffered_bytes() > 0 || is_complete(TrackKind::kVideo);
  if (!has_media && subtitles_.is_off()) return kForever;
  return subtitles_.turn(now, wall(now), position, duration());
}

void StreamingEngine::block(Track& track, Error error) {
  track.blocked = std::move(error);
  listener_.on_streaming_progress();
}

Duration StreamingEngine::report_blocked(MediaTime position, double speed) {
  const Error* why = nullptr;
  Duration left{0};
  for (const Track& track : tracks_) {
    if (!track.blocked) continue;
    if (!track.stream->is_idle()) return kForever;
    why = &*track.blocked;
    left = std::max(left, level(track.stream->kind(), position));
  }
  if (!why || has_failed_) return kForever;
  if (left > kLastMoment) {
    const double seconds = to_seconds(left - kLastMoment) / std::max(speed, 0.1);
    return std::max(from_seconds(seconds), kLeastWait);
  }
  has_failed_ = true;
  listener_.on_streaming_failed(*why);
  return kForever;
}

void StreamingEngine::place_orphans() {
  const Track& reference = tracks_.front();
  for (Track& track : tracks_) {
    const auto held = track.stream->held_until();
    if (!held) continue;
    const bool is_over = reference.is_complete || reference.blocked;
    const bool is_passed = reference.stream->is_idle() && failures_.empty() &&
                           (is_over || reference.stream->cursor() >= *held);
    if (is_passed || &track == &reference) track.stream->place_by_itself();
  }
}

Duration StreamingEngine::turn_track(Track& track, MonotonicTime now, MediaTime position,
                                     double speed) {
  if (track.is_complete || track.blocked) return kForever;
  if (track.stream->replacing() && go_on_replacing(track, now, position))
    return TransferWatch::kJudgeEvery;
  if (track.stream->is_fetching() && !drop_transfer(track, now, position)) {
    return track.stream->kind() == TrackKind::kVideo ? watch_.judge_in(now) : kForever;
  }
  if (now < track.not_before) return track.not_before - now;
  FetchInputs in;
  // What was fetched but holds no samples, or waits to be placed, is not fetched once more.
  in.level = std::max(track.stream->cursor() - position, Duration{0});
  // But playback does not get over a hole before what comes after it is there. Of sound there may
  // be none at all: that is not waited for.
  const Duration needed = std::max(config_.buffering.start, config_.buffering.after_rebuffer);
  const TrackKind kind = track.stream->kind();
  const Duration there = track.stream->is_idle() ? level(kind, position) : in.level;
  const bool is_waited_for = kind == TrackKind::kVideo || there > Duration{0};
  if (is_waited_for && there < needed) in.level = std::min(in.level, there);
  in.other_level = in.level;
  for (const Track& other : tracks_) {
    if (&other == &track || other.is_complete || other.blocked) continue;
    // What was skipped counts as had: two tracks must not wait for each other.
    const Duration had =
        std::max(level(other.stream->kind(), position), other.stream->settled_until() - position);
    in.other_level = std::min(in.other_level, had);
  }
  // The old sound goes as it is heard; the new one must not wait for that.
  in.buffered_bytes = buffered_bytes() - old_audio_.bytes();
  in.speed = speed;
  const Representation* fetched = representation_of(track, track.last_id);
  if (fetched) in.next = length_at(indexes_.find(*fetched), track.stream->cursor());
  const FetchDecision decision = decide_fetch(in, buffering());
  if (!decision.fetch) return may_sleep_ ? kForever : decision.wait;
  fetch_next(track, position);
  return now < track.patient_until ? track.patient_until - now : kForever;
}

bool StreamingEngine::waits_for_sound(const Track& track) const {
  if (!played_.brings_sound(track.stream->kind(), track.period, track.period + 1)) return false;
  return std::any_of(tracks_.begin(), tracks_.end(), [&](const Track& other) {
    if (&other == &track || other.blocked) return false;
    const std::size_t oldest = other.stream->period_under_way().value_or(
        other.is_complete ? played_.last() + 1 : other.period);
    return played_.brings_sound(other.stream->kind(), oldest, track.period);
  });
}

bool StreamingEngine::waits_for_pictures(Track& track, MediaTime position) const {
  const bool is_wanted_first = track.stream->kind() == TrackKind::kAudio && !track.last_number &&
                               level(TrackKind::kAudio, position) == Duration{0};
  const Track* video = track_of(TrackKind::kVideo);
  if (!is_wanted_first || !video || video->period != track.period) return false;
  if (!set_of(*video) || video->is_complete || video->blocked) return false;
  const bool are_there = level(TrackKind::kVideo, position) > Duration{0};
  const bool are_coming = !video->last_number || !video->stream->is_idle();
  if (are_there || !are_coming) return false;
  if (track.patient_until == MonotonicTime()) track.patient_until = last_turn_ + kPicturePatience;
  return last_turn_ < track.patient_until;
}

void StreamingEngine::fetch_next(Track& track, MediaTime position) {
  for (;;) {
    if (auto checked = played_.check(track.period); !checked) {
      return block(track, std::move(checked).error());
    }
    if (waits_for_sound(track) || (steering_ && steering_->is_awaited())) return;
    const AdaptationSet* set = set_of(track);
    RepresentationSelector::Choice choice;
    if (set) choice.representation = begun_representation(track, *set);
    if (choice.representation && !selector_.may_show(*set, *choice.representation)) choice = {};
    if (set && !choice.representation) choice = selector_.choose(place_of(track, *set, position));
    const Representation* chosen = choice.representation;
    if (!chosen) {
      const bool is_video = track.stream->kind() == TrackKind::kVideo;
      if (set && selector_.is_restricted()) return block(track, restricted_error());
      if (is_video && selector_.is_withheld()) return block(track, withheld_error());
      if (next_period(track)) continue;
      return;
    }
    const LoadedIndex* index = index_for(track, chosen, position);
    if (!index) return;
    // HLS: what may be shown is known with the playlist.
    if (!selector_.may_show(*set, *chosen)) continue;
    if (replace_buffered(track, *index, *chosen, position)) return;
    auto next = next_of(track, *index, *chosen);
    if (!next || next->segment.start >= played_.end_of(track.period)) {
      if (waits_for_more(track, *index)) return;
      if (next_period(track)) continue;
      return;
    }
    if (is_behind_window(track, *index, next->segment)) return;
    const TrackKind kind = track.stream->kind();
    if (auto keys = require_segment(config_.keys, kind, next->segment, track.required); !keys) {
      return block(track, std::move(keys).error());
    }
    if (!selector_.may_show(*set, *chosen)) continue;
    if (next->segment.init && track.stream->is_preloading(*next->segment.init)) return;
    if (waits_for_pictures(track, position)) return;
    // Nothing is there to go on from; nor is it when what comes now is given up.
    if (track.begins) track.last_id.clear();
    track.begins = before_of(track, *chosen) != MediaBefore::kSame;
    track.last_number = next->segment.number;
    if (next->segment.is_gap) {
      track.stream->set_cursor(next->segment.end);
      continue;
    }
    return start_fetch(track, *index, *std::move(next), *chosen, choice.reason);
  }
}

const LoadedIndex* StreamingEngine::index_for(Track& track, const Representation*& chosen,
                                              MediaTime position) {
  // Of an encoder that was started anew other playlists would not fit those that are known.
  const bool may_fit = indexes_.find_best(*chosen) || !refresher_.may_have_started_over();
  if (may_fit) indexes_.request(*chosen);
  // What is wanted is kept up to date from the next turn on.
  const bool is_new = std::exchange(track.wanted_id, chosen->id) != chosen->id;
  if (is_new && is_live()) listener_.on_streaming_progress();
  const LoadedIndex* wanted = indexes_.find_best(*chosen);
  if (wanted && !refresher_.is_outdated(*chosen, last_turn_)) return wanted;
  if (const auto error = indexes_.take_error(*chosen)) {
    react(track, {chosen->id, *error, false}, executor_.now(), position);
    if (!has_failed_ && !waiting_for_renewal_) listener_.on_streaming_progress();
    return nullptr;
  }
  // Another Representation's may be had, RFC 8216 §6.3.1.
  if (wanted && refresher_.is_refused(*chosen) && usable_left(track) > 1) {
    track.rest(chosen->id, last_turn_ + FetchedTrack::kIndexRest);
    listener_.on_streaming_progress();
    return nullptr;
  }
  if (track.last_id.empty() || track.last_id == chosen->id) return nullptr;
  if (track.stream->cursor() - position > kIndexPatience) return nullptr;
  const AdaptationSet& set = *set_of(track);
  const auto old = std::find_if(set.representations.begin(), set.representations.end(),
                                [&](const auto& r) { return r.id == track.last_id; });
  if (old == set.representations.end() || track.failed_ids.count(old->id) != 0) return nullptr;
  if (!selector_.may_show(set, *old)) return nullptr;
  if (chosen->bandwidth < old->bandwidth) {
    const Representation* lower =
        selector_.best_known(set, track.stream->kind(), track.failed_ids, chosen->bandwidth);
    if (lower && !refresher_.is_outdated(*lower, last_turn_)) {
      chosen = lower;
      return indexes_.find_best(*chosen);
    }
    if (is_new) track.patient_until = last_turn_ + kLowerPatience;
    if (last_turn_ < track.patient_until) return nullptr;
  }
  chosen = &*old;
  indexes_.request(*chosen);
  return indexes_.find_best(*chosen);
}

void StreamingEngine::start_fetch(Track& track, const LoadedIndex& index, NextMedia media,
                                  const Representation& representation, SwitchReason reason,
                                  std::optional<uint64_t> replaces) {
  PlannedSegment planned;
  planned.media_options = planned.init_options = fetch_options(track, media, representation);
  if (!media.is_part) {
    for (const Segment& other : indexes_.elsewhere(representation, media.segment)) {
      planned.media_options.others.push_back(other.media);
      if (other.init) planned.init_options.others.push_back(*other.init);
      const SegmentKey* key = identity_key(other.keys.get());
      if (key) planned.key_uris.push_back(key->uri);
    }
  }
  planned.media_options.object->duration = media.segment.duration();
  if (auto next = next_media(*index.segments, media.segment.number)) {
    planned.media_options.object->next_url = std::move(next->url);
    planned.media_options.object->next_range = next->range;
  }
  keys_.prefetch_after(*index.segments, media.segment.number);
  planned.segment = std::move(media.segment);
  planned.replaces = replaces;
  planned.period = track.period;
  planned.representation = representation_info(representation);
  planned.reason = reason;
  planned.container = index.container;
  planned.media_offset = representation.media_offset;
  if (presentation_->format == ManifestFormat::kDash) {
    planned.announced_events = representation.inband_events;
  }
  planned.transfer = ++transfers_;
  const bool is_video = track.stream->kind() == TrackKind::kVideo;
  planned.takes_audio = is_video && played_.is_muxed(track.period);
  planned.places_timeline = is_video || !played_.set(TrackKind::kVideo, track.period);
  planned.follows_timeline = presentation_->format == ManifestFormat::kHls && is_open(index);
  if (track.period > 0) planned.period_start = played_.period(track.period).start;
  planned.period_end = played_.end_of(track.period);
  planned.is_at_edge = is_at_edge(planned.segment, media.is_part);
  planned.is_part = media.is_part;
  planned.is_hint = media.is_hint;
  if (!replaces) planned.begins = std::exchange(track.begins, false);
  planned.timeouts = timeouts_for(index, planned.segment, media.is_hint);
  if (is_video) {
    last_video_id_ = representation.id;
    std::optional<Duration> made_within;
    if (planned.is_at_edge) made_within = TransferWatch::most_making(planned.segment.duration());
    // Parts are short, and within a segment the Representation stays while playback goes on.
    if (planned.is_part) made_within = Duration::max();
    TransferWatch::Receiving receiving;
    receiving.id = representation.id;
    receiving.previous_id = track.last_id;
    receiving.from =
        replaces ? planned.segment.start : std::max(planned.segment.start, track.stream->cursor());
    receiving.made_within = made_within;
    if (planned.is_part && !planned.is_hint) {
      receiving.part_bytes = bytes_of(representation.bandwidth, planned.segment.duration());
    }
    watch_.begin_video(std::move(receiving));
  }
  track.last_id = representation.id;
  track.leaves_segment = false;
  if (planned.is_hint) track.hinted = planned;
  track.stream->fetch(std::move(planned));
}

FetchOptions StreamingEngine::fetch_options(const Track& track, const NextMedia& media,
                                            const Representation& representation) const {
  FetchOptions options;
  options.has_more_places = indexes_.has_unknown_places(representation);
  // Media that is made while it is sent comes as it is made.
  const bool is_being_made = media.is_hint || (!media.is_part && is_at_edge(media.segment, false));
  if (const AdaptationSet* set = set_of(track); set && !is_being_made) {
    // Within a segment there is no lower Representation to go on with, while playback goes on.
    const Representation& least = media.is_part ? representation : set->representations.front();
    const bool is_unknown = least.bandwidth.bps <= 0 && track.stream->kind() == TrackKind::kAudio;
    const Bitrate needed = is_unknown ? kUsualSound : least.bandwidth;
    options.least_rate = needed.bps / 8 / kLeastShare;
  }
  // Played at this speed, what is there lasts until then.
  const Duration ahead = level(track.stream->kind(), position_);
  const bool is_video = track.stream->kind() == TrackKind::kVideo;
  const std::string kind = is_video && played_.is_muxed(track.period) ? "av" : is_video ? "v" : "a";
  const AdaptationSet* all = set_of(track);
  const Representation& top = all ? all->representations.back() : representation;
  options.object = CmcdObject{kind,
                              representation.bandwidth.bps / 1000,
                              top.bandwidth.bps / 1000,
                              Duration{0},
                              ahead,
                              std::string()};
  const double speed = std::max(speed_, 0.1);
  options.wanted_by =
      executor_.now() + Duration{static_cast<int64_t>(static_cast<double>(ahead.count()) / speed)};
  return options;
}

bool StreamingEngine::next_period(Track& track) {
  listener_.on_streaming_progress();
  if (track.period >= played_.last()) {
    track.is_complete = true;
    return false;
  }
  const bool had_nothing = !set_of(track);
  ++track.period;
  if (had_nothing) track.nothing_until = played_.period(track.period).start;
  track.last_number.reset();
  track.last_id.clear();
  track.failed_ids.clear();
  // Of a Period that an older state of the manifest had taken back some is there already.
  const bool goes_on = track.reached && track.period <= *track.reached;
  if (!goes_on) track.stream->set_cursor(played_.period(track.period).start);
  require_keys(track);
  return true;
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "streaming/trick_stream.h"

#include <algorithm>
#include <utility>

#include "base/forever.h"
#include "base/limits.h"
#include "playhead/player.h"
#include "streaming/streaming_config.h"
#include "streaming/track_selection.h"

namespace playhead {

namespace {

constexpr Duration kLeastBetweenFetches = Duration{1'000'000 / kTrickFramesPerSecond};

// A segment for one picture that takes longer is given up. Longer: trick play stands on a bad link;
// shorter: nothing is ever shown there.
constexpr Duration kPatience = 4s;

// Segments in a row that cannot be had, after which the Representation is left alone.
constexpr int kMostFailures = 3;
// So many Representations lost, and no other is tried: the network is to blame. With the above, an
// outage is noticed within 36 s.
constexpr std::size_t kMostLost = 3;

// Encoded pictures kept: a second look at the same stretch costs nothing. 8 MiB are some hundred.
constexpr std::size_t kKeptBytes = std::size_t{8} << 20;

// A picture declared at 1 bit/s costs that many bit/s when eight pass in a second instead of one in
// two seconds, as they are made.
constexpr int64_t kBitrateFactor = 2 * kTrickFramesPerSecond;

// Segments and Periods find() looks at: so long a stretch without pictures is taken for the end.
constexpr int kMostLooks = 2'000;

// HLS: what is placed further from its segment than that is placed by the segment instead.
constexpr Duration kMisplaced = 1s;

// Times of frames that are one and the same differ by rounding alone.
constexpr Duration kRounding = 1ms;

bool belongs_to(const AdaptationSet& tricks, const AdaptationSet& video) {
  if (tricks.kind != TrackKind::kVideo || tricks.trick_mode_for.empty()) return false;
  // DASH-IF IOP 3.2.9: a list of ids, a space between them.
  const std::string list = ' ' + tricks.trick_mode_for + ' ';
  return list.find(' ' + video.id + ' ') != std::string::npos;
}

// The resource, or its key.
bool is_refused(ErrorCode code) {
  return code == ErrorCode::kForbidden || code == ErrorCode::kDrmLicenseRefused;
}

TrickFind waiting(Duration wait) {
  TrickFind find;
  find.wait = wait;
  return find;
}

}  // namespace

TrickSource select_trick_source(const Period& period, const AdaptationSet& video,
                                Bitrate throughput, const std::set<std::string>& lost,
                                const std::function<bool(const std::string&)>& can_decode,
                                const TitleKeys* keys) {
  const auto is_usable = [&](const Representation& r) {
    return is_understood(r) && lost.count(r.id) == 0 && can_decode(r.codecs);
  };
  TrickSource source;
  for (const AdaptationSet& set : period.adaptation_sets) {
    if (source.representation) break;
    if (!belongs_to(set, video) || !is_understood(set) || !can_open(keys, set)) continue;
    for (const Representation& r : set.representations) {
      const bool fits = r.bandwidth.bps * kBitrateFactor <= throughput.bps;
      if (!is_usable(r) || (source.representation && !fits)) continue;
      source = {&r, &set, true};
    }
  }
  for (const Representation& r : video.representations) {
    if (source.representation) break;
    if (is_usable(r)) source = {&r, &video, false};
  }
  return source;
}

void TrickStream::start(Bitrate throughput) {
  stop();
  throughput_ = throughput;
}

void TrickStream::stop() {
  load_.reset();
  known_.clear();
  known_bytes_ = 0;
  lost_.clear();
  last_error_.reset();
  failures_ = 0;
  has_renewed_ = waits_for_urls_ = false;
  representation_id_.clear();
}

void TrickStream::on_new_urls() {
  waits_for_urls_ = false;
  lost_.clear();
  failures_ = 0;
}

bool TrickStream::renews(const Error& error) {
  if (!is_refused(error.code) || has_renewed_ || !context_.renew(error)) return false;
  has_renewed_ = waits_for_urls_ = true;
  return true;
}

void TrickStream::collect() {
  if (load_ && load_->is_over) load_.reset();
}

TrickFind TrickStream::find(const PlayedTracks& played, const TrickWish& wish, MonotonicTime now) {
  collect();
  give_up_late_load(now);
  if (waits_for_urls_) return waiting(kForever);
  Look look{played, wish, now, played.period_at(wish.target)};
  for (int i = 0; i < kMostLooks; ++i) {
    const bool has_more = look_at(look);
    if (look.found) return *std::move(look.found);
    if (!has_more) break;
  }
  TrickFind end;
  end.kind = TrickFind::Kind::kEnd;
  return end;
}

bool TrickStream::look_at(Look& look) {
  const AdaptationSet* video = look.played.set(TrackKind::kVideo, look.period);
  if (!video) return next_period(look);
  // Where playback could not go on trick play does not lead.
  if (auto checked = look.played.check(look.period); !checked) {
    look.found.emplace();
    look.found->kind = TrickFind::Kind::kLost;
    look.found->error = std::move(checked).error();
    return false;
  }
  const auto can_decode = [this](const std::string& c) { return context_.backend.supports(c); };
  const TrickSource source = select_trick_source(look.played.period(look.period), *video,
                                                 throughput_, lost_, can_decode, context_.keys);
  if (!source.representation || lost_.size() >= kMostLost) {
    look.found.emplace();
    look.found->kind = TrickFind::Kind::kLost;
    look.found->error = last_error_.value_or(
        make_error(ErrorCode::kNoPlayableTrack, "no key frames can be had for trick play"));
    return false;
  }
  const Representation& representation = *source.representation;
  representation_id_ = representation.id;
  context_.indexes.request(representation, true);
  const LoadedIndex* index = context_.indexes.find(representation);
  if (!index) {
    if (const auto error = context_.indexes.take_error(representation)) {
      if (!renews(*error)) {
        lose(representation.id, *error);
        return true;
      }
    }
    look.found = waiting(kForever);
    return true;
  }
  if (auto opened = require_keys(source, *index); !opened) {
    lose(representation.id, opened.error());
    return true;
  }
  return look_into(look, source, *index);
}

Result<void> TrickStream::require_keys(const TrickSource& source, const LoadedIndex& index) {
  std::vector<ContentProtection> wanted = protections_of(*source.set, *source.representation);
  const std::size_t count = index.is_encrypted ? index.segments->size() : 0;
  if (wanted.empty() && count > 0) {
    const Segment last = index.segments->at(count - 1);
    if (has_identity_key(last)) return {};  // comes with the segment
    wanted = protections_of(last);
  }
  if (wanted.empty()) return {};
  if (!context_.keys) return encrypted_error();
  if (auto opened = context_.keys->can_open(TrackKind::kVideo, wanted); !opened) return opened;
  if (!context_.keys->may_show(TrackKind::kVideo, *source.representation, wanted)) {
    return make_error(ErrorCode::kDrmOutputRestricted, "pictures for trick play");
  }
  context_.keys->require(TrackKind::kVideo, wanted);
  return {};
}

bool TrickStream::next_period(Look& look) {
  const bool is_forward = look.wish.direction > 0;
  if (look.period == (is_forward ? look.played.last() : look.played.first())) return false;
  look.period += is_forward ? 1 : std::size_t(-1);
  look.position.reset();
  look.from_end = !is_forward;
  return true;
}

// Of frames in order, the one that is wanted; null: none of them.
static const std::shared_ptr<const TimedSample>* pick(
    const std::vector<std::shared_ptr<const TimedSample>>& frames, const TrickWish& wish,
    MediaTime segment_start) {
  const std::shared_ptr<const TimedSample>* best = nullptr;
  for (const auto& frame : frames) {
    if (wish.direction > 0 && frame->pts < wish.shown + kRounding) continue;
    if (wish.direction < 0 && frame->pts > wish.shown - kRounding) continue;
    const bool is_before = frame->pts <= wish.target;
    if (!best || is_before) best = &frame;
  }
  if (!best || wish.direction != 0 || (*best)->pts <= wish.target) return best;
  // Its first frame begins a little after the segment is said to.
  return segment_start <= wish.target ? best : nullptr;
}

bool TrickStream::look_into(Look& look, const TrickSource& source, const LoadedIndex& index) {
  const SegmentIndex& segments = *index.segments;
  if (segments.size() == 0) return next_period(look);
  const TrickWish& wish = look.wish;
  if (!look.position) {
    const std::size_t last = segments.size() - 1;
    look.position = look.from_end ? last : segments.find(wish.target).value_or(last);
    const bool is_behind = segments.at(*look.position).start > wish.target;
    if (!look.from_end && wish.direction <= 0 && is_behind && *look.position > 0) --*look.position;
  }
  Segment segment = segments.at(*look.position);
  const Known* there = known(source.representation->id, segment);
  if (there) {
    const Frame* best = pick(there->frames, wish, segment.start);
    if (best) {
      look.found.emplace();
      look.found->kind = TrickFind::Kind::kFrame;
      look.found->frame = *best;
      return true;
    }
  }
  // One picture at its start is all that would be had of it.
  const bool holds_one = !source.is_for_tricks || index.is_iframes_only;
  const bool is_passed = (wish.direction > 0 && (holds_one ? segment.start <= wish.shown + kRounding
                                                           : segment.end <= wish.shown)) ||
                         (wish.direction < 0 && segment.start + kRounding >= wish.shown);
  if (!there && !segment.is_gap && !is_passed) {
    wait_for(look, source, index, std::move(segment));
    return true;
  }
  if (wish.direction > 0) return ++*look.position < segments.size() || next_period(look);
  return (*look.position)-- > 0 || next_period(look);
}

void TrickStream::wait_for(Look& look, const TrickSource& source, const LoadedIndex& index,
                           Segment segment) {
  if (load_) {
    look.found = waiting(load_->started + kPatience - look.now);
  } else if (look.now < not_before_) {
    look.found = waiting(not_before_ - look.now);
  } else {
    start_load(source, index, std::move(segment), look.now);
    look.found = waiting(kPatience);
  }
}

const TrickStream::Known* TrickStream::known(const std::string& representation_id,
                                             const Segment& segment) const {
  // The start as well: Periods count anew.
  const auto found = std::find_if(known_.begin(), known_.end(), [&](const Known& k) {
    return k.number == segment.number && k.start == segment.start &&
           k.representation_id == representation_id;
  });
  return found == known_.end() ? nullptr : &*found;
}

void TrickStream::start_load(const TrickSource& source, const LoadedIndex& index, Segment segment,
                             MonotonicTime now) {
  const Representation& representation = *source.representation;
  not_before_ = now + kLeastBetweenFetches;
  load_ = std::make_unique<Load>();
  Load& load = *load_;
  load.representation = representation_info(representation);
  load.media_offset = representation.media_offset;
  load.container = index.container;
  load.wants_all = source.is_for_tricks;
  load.started = now;
  load.known.representation_id = representation.id;
  load.known.number = segment.number;
  load.known.start = segment.start;
  load.segment = segment;

  SegmentSources sources;
  for (const Segment& other : context_.indexes.elsewhere(representation, segment)) {
    sources.media.others.push_back(other.media);
    if (other.init) sources.init.others.push_back(*other.init);
  }
  sources.segment = std::move(segment);
  SegmentLoadCallbacks callbacks;
  callbacks.on_protection = [this, id = representation.id](const MediaProtection& media) {
    if (context_.keys) context_.keys->require(TrackKind::kVideo, id, {}, media);
  };
  callbacks.on_streams = [this, &load](const std::vector<StreamInfo>& streams) {
    on_streams(load, streams);
  };
  callbacks.on_samples = [this, &load](std::vector<EncodedSample> samples) {
    on_samples(load, std::move(samples));
  };
  callbacks.on_bytes = [this](int64_t bytes, MonotonicTime) { context_.on_bytes(bytes); };
  callbacks.on_fetched = [](const TransferStats&) {};
  callbacks.on_retry = [this, &load](const Error& error) { finish(load, error); };
  callbacks.on_end = [this, &load](const Result<void>& result) {
    finish(load, result ? std::nullopt : std::optional(result.error()));
  };
  const SegmentLoad::Context context{context_.fetcher, context_.key_ring, context_.backend,
                                     context_.executor, inits_};
  load.load = std::make_unique<SegmentLoad>(context, std::move(sources), index.container,
                                            std::move(callbacks));
  load.load->start();
  load.load->demux();
}

void TrickStream::on_streams(Load& load, const std::vector<StreamInfo>& streams) {
  for (const StreamInfo& stream : streams) {
    if (stream.kind != TrackKind::kVideo) continue;
    SampleOrigin origin;
    origin.stream = stream;
    origin.representation = load.representation;
    origin.segment_start = load.segment.start;
    load.origins.push_back(std::make_shared<const SampleOrigin>(std::move(origin)));
  }
}

void TrickStream::on_samples(Load& load, std::vector<EncodedSample> samples) {
  for (EncodedSample& sample : samples) {
    if (load.is_over || load.known.frames.size() >= limits::kTrickFrames) return;
    if (sample.kind != TrackKind::kVideo || !sample.is_key_frame) continue;
    const auto origin =
        std::find_if(load.origins.begin(), load.origins.end(), [&](const auto& known_origin) {
          return known_origin->stream.stream_index == sample.stream_index;
        });
    if (origin == load.origins.end()) continue;
    const int64_t timescale = (*origin)->stream.timescale;
    auto frame = std::make_shared<TimedSample>();
    frame->pts = frame->dts = place(load, ticks_to_us(sample.pts_ticks, timescale));
    frame->duration = Duration{ticks_to_us(sample.duration_ticks, timescale)};
    frame->origin = *origin;
    load.known.bytes += sample.data.size();
    frame->sample = std::move(sample);
    load.known.frames.push_back(std::move(frame));
    if (!load.wants_all) finish(load, std::nullopt);
  }
}

MediaTime TrickStream::place(Load& load, int64_t container_us) const {
  if (!load.first_us) load.first_us = container_us;
  const Segment& segment = load.segment;
  const auto offset = context_.mapper.offset(segment, load.media_offset);
  const MediaTime by_segment = segment.start + Duration{container_us - *load.first_us};
  if (!offset) return by_segment;
  const MediaTime time = TimelineMapper::map(container_us, *offset, segment, load.container);
  const bool is_misplaced = time < segment.start - kMisplaced || time > segment.end + kMisplaced;
  return is_misplaced && !load.media_offset ? by_segment : time;
}

void TrickStream::finish(Load& load, const std::optional<Error>& error) {
  if (std::exchange(load.is_over, true)) return;
  load.load->silence();
  const bool has_frames = !load.known.frames.empty();
  if (has_frames) has_renewed_ = false;
  if (!has_frames && error && renews(*error)) return context_.on_change();
  failures_ = has_frames ? 0 : failures_ + 1;
  if (failures_ > 0) {
    const Error why = error.value_or(
        make_error(ErrorCode::kContainerSyntax, "a segment for trick play holds no key frame"));
    // What is forbidden once is forbidden.
    if (failures_ >= kMostFailures || is_refused(why.code)) {
      lose(load.known.representation_id, why);
    } else {
      last_error_ = why;
    }
  }
  keep(std::move(load.known));
  context_.on_change();
}

void TrickStream::give_up_late_load(MonotonicTime now) {
  if (!load_ || now < load_->started + kPatience) return;
  finish(*load_, make_error(ErrorCode::kNetworkTimeout, "a picture for trick play took too long"));
  load_.reset();
}

void TrickStream::keep(Known known) {
  std::stable_sort(known.frames.begin(), known.frames.end(),
                   [](const Frame& a, const Frame& b) { return a->pts < b->pts; });
  known_bytes_ += known.bytes + sizeof(Known);
  known_.push_back(std::move(known));
  while (known_bytes_ > kKeptBytes && known_.size() > 1) {
    known_bytes_ -= known_.front().bytes + sizeof(Known);
    known_.pop_front();
  }
}

void TrickStream::lose(const std::string& representation_id, const Error& error) {
  lost_.insert(representation_id);
  last_error_ = error;
  failures_ = 0;
}

}  // namespace playhead

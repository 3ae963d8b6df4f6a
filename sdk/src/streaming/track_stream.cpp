// SPDX-License-Identifier: Apache-2.0
#include "streaming/track_stream.h"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "streaming/title_events.h"
#include "text/emsg.h"
#include "text/id3.h"

namespace playhead {

namespace {

// Boundaries of Representations that are meant to be the same differ by less: rounding.
constexpr Duration kRounding = 100ms;

// Container times of a segment that begin so much earlier or later than those of the one before let
// expect have jumped (chosen). Less: a playlist whose durations are rounded badly is bent; more: a
// gap or an overlap of that length is played as it is.
constexpr Duration kJump = 5s;
// The same for a segment with none before it, as after a seek: what durations may add up to.
constexpr Duration kAstray = 60s;

constexpr int64_t kMpegTimescale = 90'000;  // of MetadataSample

// How long a sample lasts. One that claims more than its segment is bent to that: it would count as
// buffered media, and stay on screen, for as long as it likes.
Duration bound_duration(EncodedSample& sample, MediaTime pts, const Segment& segment,
                        int64_t timescale) {
  constexpr Duration kAlwaysLikely = 1s;  // segments end a little earlier than is told
  const Duration most = std::max<Duration>(segment.end - pts, kAlwaysLikely);
  const Duration told{ticks_to_us(sample.pts_ticks + sample.duration_ticks, timescale) -
                      ticks_to_us(sample.pts_ticks, timescale)};
  if (told <= most) return told;
  sample.duration_ticks = std::max<int64_t>(
      static_cast<int64_t>(to_seconds(most) * static_cast<double>(timescale)), 1);
  return most;
}

// Alternatives are used up: only this fetch needs them.
SegmentSources sources_of(PlannedSegment& planned) {
  return {planned.segment,  std::move(planned.media_options), std::move(planned.init_options),
          planned.timeouts, std::move(planned.key_uris),      true};
}

}  // namespace

void TrackStream::count_waste(const Load& load) {
  if (load.has_ended && load.held.empty()) return;
  wasted_bytes_ += std::max<int64_t>(load.received_bytes - load.placed_bytes, 0);
}

void TrackStream::restart(MediaTime position) {
  for (const auto& load : loads_) count_waste(*load);
  loads_.clear();
  retired_.clear();
  has_failed_ = false;
  drift_.reset();
  cursor_ = position;
  wanted_ = position;
  had_until_ = MediaTime{std::numeric_limits<int64_t>::min()};
}

std::optional<MediaTime> TrackStream::drop_from(MediaTime from) {
  const auto found = std::find_if(loads_.begin(), loads_.end(),
                                  [&](const auto& load) { return load->planned.from >= from; });
  if (found == loads_.end()) return std::nullopt;
  const MediaTime start = (*found)->planned.from;
  const auto first = static_cast<std::size_t>(found - loads_.begin());
  retire(first, loads_.size() - first);
  return start;
}

bool TrackStream::is_fetching() const {
  return std::any_of(loads_.begin(), loads_.end(),
                     [](const auto& load) { return !load->load->is_fetched(); });
}

void TrackStream::set_room(int64_t bytes) {
  const auto coming = std::find_if(loads_.begin(), loads_.end(),
                                   [](const auto& load) { return !load->load->is_fetched(); });
  const bool is_coming = coming != loads_.end();
  if (is_coming) (*coming)->load->set_room(bytes);
  is_held_back_ = is_coming && bytes <= 0;
  if (is_held_back_) (*coming)->planned.was_held_back = true;
}

void TrackStream::fetch(PlannedSegment planned) {
  auto owned = std::make_unique<Load>();
  Load& load = *owned;
  load.planned = std::move(planned);
  const SegmentLoad::Context context{context_.fetcher, context_.keys, context_.backend,
                                     context_.executor, inits_};
  load.load = std::make_unique<SegmentLoad>(context, sources_of(load.planned),
                                            load.planned.container, callbacks_for(load));
  load.planned.from = load.planned.segment.start;
  if (!load.planned.replaces) {
    const bool cuts_in = load.planned.segment.start + kRounding < cursor_;
    if (cuts_in) {
      load.planned.from = cursor_;
      had_until_ = std::max(had_until_, cursor_);
    }
    // What reaches back may come in parts.
    const bool is_repeated = load.planned.segment.start < had_until_;
    load.overlaps = std::exchange(has_failed_, false) || cuts_in || is_repeated;
    cursor_ = load.planned.segment.end;
  }
  loads_.push_back(std::move(owned));
  is_held_back_ = false;
  load.load->start();
  loads_.front()->load->demux();
}

SegmentLoadCallbacks TrackStream::callbacks_for(Load& load) {
  SegmentLoadCallbacks callbacks;
  callbacks.on_streams = [this, &load](std::vector<StreamInfo> streams) {
    on_streams(load, std::move(streams));
  };
  callbacks.on_samples = [this, &load](std::vector<EncodedSample> samples) {
    on_samples(load, std::move(samples));
  };
  callbacks.on_event_message = [this, &load](text::EventMessageScanner::Found found) {
    if (!is_told(found.message, load.planned.announced_events)) return;
    load.messages.push_back(std::move(found));
    tell_events(load);
  };
  callbacks.on_metadata = [this, &load](MetadataSample tag) {
    load.tags.push_back(std::move(tag));
    tell_events(load);
  };
  callbacks.on_protection = [this, &load](const MediaProtection& media) {
    context_.listener.on_protection(kind_, load.planned, media);
  };
  callbacks.on_bytes = [this, &load](int64_t bytes, MonotonicTime received) {
    load.received_bytes += bytes;
    context_.listener.on_bytes(kind_, bytes, received);
  };
  callbacks.on_fetched = [this, &load](const TransferStats& stats) {
    context_.listener.on_segment_fetched(kind_, load.planned, stats);
  };
  callbacks.on_retry = [this](const Error& error) {
    context_.listener.on_fetch_retry(kind_, error);
  };
  callbacks.on_end = [this, &load](Result<void> result) { on_end(load, std::move(result)); };
  return callbacks;
}

void TrackStream::on_streams(Load& load, std::vector<StreamInfo> streams) {
  bool has_video = false;
  bool has_audio = false;
  for (StreamInfo& stream : streams) {
    const bool wanted = stream.kind == TrackKind::kVideo
                            ? kind_ == TrackKind::kVideo && !std::exchange(has_video, true)
                            : stream.kind == TrackKind::kAudio &&
                                  (kind_ == TrackKind::kAudio || load.planned.takes_audio) &&
                                  !std::exchange(has_audio, true);
    if (!wanted) continue;
    auto origin = std::make_shared<SampleOrigin>();
    origin->stream = std::move(stream);
    origin->representation = load.planned.representation;
    origin->reason = load.planned.reason;
    origin->transfer = load.planned.transfer;
    origin->segment_start = load.planned.from;
    load.origins.push_back(std::move(origin));
  }
  Found& found = found_[load.planned.period];
  found.video = found.video || has_video;
  found.audio = found.audio || (kind_ == TrackKind::kVideo && has_audio);
}

bool TrackStream::found_audio(std::size_t period) const {
  const auto found = found_.find(period);
  return found != found_.end() && found->second.audio;
}

bool TrackStream::lacks_video(std::size_t period) const {
  const auto found = found_.find(period);
  return found != found_.end() && !found->second.video;
}

const PlannedSegment* TrackStream::replacing() const {
  // It runs alone: nothing is added at the end meanwhile.
  const bool is_replacing = !loads_.empty() && loads_.front()->planned.replaces;
  return is_replacing ? &loads_.front()->planned : nullptr;
}

void TrackStream::stop_replacing() {
  if (replacing()) retire(0, loads_.size());
}

MediaTime TrackStream::settled_until() const {
  return loads_.empty() || replacing() ? cursor_ : loads_.front()->planned.from;
}

int64_t TrackStream::waiting_bytes() const {
  int64_t sum = 0;
  for (const auto& load : loads_) {
    const int64_t rest = load->received_bytes - std::max(load->placed_bytes, load->taken_bytes);
    sum += load->kept_bytes + std::max<int64_t>(rest, 0);
  }
  return sum;
}

int64_t TrackStream::unplaced_bytes() const {
  int64_t sum = 0;
  for (const auto& load : loads_) {
    sum += std::max<int64_t>(load->received_bytes - load->placed_bytes, 0);
  }
  return sum;
}

std::optional<std::size_t> TrackStream::period_under_way() const {
  if (loads_.empty()) return std::nullopt;
  return loads_.front()->planned.period;
}

SampleOrigin* TrackStream::origin_of(const Load& load, int stream_index) const {
  for (const auto& origin : load.origins) {
    if (origin->stream.stream_index == stream_index) return origin.get();
  }
  return nullptr;
}

void TrackStream::on_samples(Load& load, std::vector<EncodedSample> samples) {
  load.taken_bytes = std::exchange(load.seen_bytes, load.received_bytes);
  for (EncodedSample& sample : samples) {
    if (!origin_of(load, sample.stream_index)) continue;
    load.kept_bytes += static_cast<int64_t>(sample.data.size());
    load.held.push_back(std::move(sample));
  }
  if (load.held.empty()) return;
  if (load.planned.places_timeline && learn_timeline(load)) context_.listener.on_timeline_learnt();
  place(load);
}

bool TrackStream::learn_timeline(const Load& load) const {
  // Pictures place the timeline where there are any: sound often begins a little earlier.
  const bool has_video = std::any_of(load.origins.begin(), load.origins.end(), [](const auto& o) {
    return o->stream.kind == TrackKind::kVideo;
  });
  const auto first = std::find_if(load.held.begin(), load.held.end(), [&](const auto& sample) {
    return !has_video || sample.kind == TrackKind::kVideo;
  });
  if (first == load.held.end()) return false;
  const PlannedSegment& planned = load.planned;
  const int64_t first_us =
      ticks_to_us(first->pts_ticks, origin_of(load, first->stream_index)->stream.timescale);
  const auto known = context_.mapper.offset(planned.segment, planned.media_offset);
  if (!known) {
    context_.mapper.learn(planned.segment, first_us);
    return true;
  }
  // A picture that is not the first to be shown says nothing of where the segment begins.
  const bool is_first = !load.has_begun[has_video ? 0 : 1] && first->is_key_frame;
  if (planned.follows_timeline && is_first && planned.container != Container::kPackedAudio) {
    context_.mapper.follow(
        planned.segment, TimelineMapper::map(first_us, *known, planned.segment, planned.container));
  }
  return false;
}

void TrackStream::place_held() {
  // By number: a load that turns out to be another one than was wanted goes.
  for (std::size_t i = 0; i < loads_.size(); ++i) {
    if (!loads_[i]->held.empty()) place(*loads_[i]);
  }
  finish_front();
}

std::optional<MediaTime> TrackStream::held_until() const {
  if (loads_.empty() || !loads_.front()->has_ended) return std::nullopt;
  return loads_.front()->planned.segment.end;
}

void TrackStream::place_by_itself() {
  const Load& load = *loads_.front();
  const EncodedSample& first = load.held.front();
  context_.mapper.learn(
      load.planned.segment,
      ticks_to_us(first.pts_ticks, origin_of(load, first.stream_index)->stream.timescale));
  context_.listener.on_timeline_learnt();
}

std::optional<Duration> TrackStream::offset_of(Load& load) {
  const PlannedSegment& planned = load.planned;
  const auto offset = context_.mapper.offset(planned.segment, planned.media_offset);
  if (load.fixed_offset) return load.fixed_offset;
  if (!offset || load.held.empty()) return offset;
  load.fixed_offset = without_jump(load, *offset);
  return load.fixed_offset;
}

Duration TrackStream::without_jump(const Load& load, Duration offset) {
  const PlannedSegment& planned = load.planned;
  const EncodedSample& first = load.held.front();
  const int64_t first_us =
      ticks_to_us(first.pts_ticks, origin_of(load, first.stream_index)->stream.timescale);
  const MediaTime placed =
      TimelineMapper::map(first_us, offset, planned.segment, planned.container);
  const Duration by = placed - planned.segment.start;
  const bool goes_on = drift_ && drift_->period == planned.period &&
                       drift_->discontinuity == planned.segment.discontinuity_sequence;
  Duration usual = goes_on ? drift_->by : Duration{0};
  Duration most = goes_on ? kJump : kAstray;
  // Packed audio without the timestamp that RFC 8216 §3.4 demands begins every segment at 0: then
  // the playlist's time is all there is.
  const bool is_packed = planned.container == Container::kPackedAudio;
  if (is_packed) {
    usual = Duration{0};
    most = planned.segment.duration() / 2;
  }
  const Duration jump = by - usual;
  // What begins late but within the segment is a gap in it.
  const bool is_gap = jump > Duration{0} && jump < planned.segment.duration();
  const bool is_jump = std::max(jump, -jump) > most && (is_packed || !is_gap);
  if (!planned.replaces) {
    drift_ = Drift{planned.period, planned.segment.discontinuity_sequence, is_jump ? usual : by};
  }
  return is_jump ? offset - jump : offset;
}

bool TrackStream::looks_elsewhere(const Load& load, Duration offset) {
  const PlannedSegment& planned = load.planned;
  if (planned.replaces || load.held.empty()) return false;
  const auto wanted = std::exchange(wanted_, std::nullopt);
  // DASH tells where media is, and a live playlist is followed.
  if (!wanted || planned.media_offset || planned.follows_timeline) return false;
  const EncodedSample& first = load.held.front();
  const int64_t first_us =
      ticks_to_us(first.pts_ticks, origin_of(load, first.stream_index)->stream.timescale);
  const MediaTime begin = TimelineMapper::map(first_us, offset, planned.segment, planned.container);
  const Duration length = planned.segment.duration();
  const Duration by = begin - planned.segment.start;
  const bool is_elsewhere = *wanted < begin || *wanted >= begin + length;
  if (!is_elsewhere || std::max(by, -by) <= length) return false;
  break_off(load);
  drift_.reset();
  cursor_ = std::max({*wanted - by, planned.period_start, MediaTime{0}});
  context_.listener.on_segment_misplaced(kind_);
  return true;
}

void TrackStream::place(Load& load) {
  const auto offset = offset_of(load);
  if (!offset || looks_elsewhere(load, *offset)) return;
  std::vector<EncodedSample> samples;
  samples.swap(load.held);
  load.offset = *offset;
  for (EncodedSample& sample : samples) push(load, std::move(sample), *offset);
  tell_events(load);
  context_.listener.on_samples();
}

MediaTime TrackStream::shown_from(const Load& load, TrackKind kind) const {
  const PlannedSegment& planned = load.planned;
  const auto end = (kind == TrackKind::kVideo ? context_.video : context_.audio).end();
  if (!load.overlaps || !end) return planned.period_start;
  // No further than this segment: one sample that claims to last for hours must not hide them.
  return std::max(planned.period_start, std::min(*end, planned.segment.end));
}

void TrackStream::push(Load& load, EncodedSample sample, Duration offset) {
  const auto found = std::find_if(load.origins.begin(), load.origins.end(), [&](const auto& o) {
    return o->stream.stream_index == sample.stream_index;
  });
  SampleOrigin& origin = **found;
  const Segment& segment = load.planned.segment;
  const int64_t timescale = origin.stream.timescale;
  if (!load.planned.replaces) load.kept_bytes -= static_cast<int64_t>(sample.data.size());
  if (!load.planned.replaces) load.placed_bytes += static_cast<int64_t>(sample.data.size());
  const bool is_video = sample.kind == TrackKind::kVideo;
  SampleQueue& queue = is_video ? context_.video : context_.audio;
  if (!std::exchange(load.has_begun[is_video ? 0 : 1], true)) {
    origin.shown_from = shown_from(load, sample.kind);
  }

  TimedSample timed;
  const auto on_timeline = [&](int64_t ticks) {
    return TimelineMapper::map(ticks_to_us(ticks, timescale), offset, segment,
                               load.planned.container);
  };
  timed.pts = on_timeline(sample.pts_ticks);
  timed.dts = on_timeline(sample.dts_ticks);
  if (!load.earliest) load.earliest = timed.pts;
  Duration& last = last_duration_[is_video ? 0 : 1];
  if (sample.duration_ticks > 0) last = bound_duration(sample, timed.pts, segment, timescale);
  timed.duration = last;
  load.has_key_frame = load.has_key_frame || (is_video && sample.is_key_frame);
  // A part that is begun again goes on where the first attempt ended: without a key frame a decoder
  // must not see a picture twice.
  const auto last_dts = queue.last_dts();
  if (is_video && load.overlaps && !load.has_key_frame && last_dts && timed.dts <= *last_dts) {
    wasted_bytes_ += static_cast<int64_t>(sample.data.size());
    return;
  }
  // Its middle decides, so that rounding does not.
  const MediaTime middle = timed.pts + timed.duration / 2;
  const bool is_repeated = middle < origin.shown_from;
  if (is_repeated || middle >= load.planned.period_end) {
    if (!is_video) {
      wasted_bytes_ += static_cast<int64_t>(sample.data.size());
      return;
    }
    timed.decode_only = true;
    // Decoding may begin here: what leads up to it is of no use.
    if (is_repeated && sample.is_key_frame) queue.drop_unread_of(origin.transfer);
  }
  timed.origin = *found;
  timed.sample = std::move(sample);
  if (load.planned.replaces) return load.collected.push_back(std::move(timed));
  queue.push(std::move(timed));
}

void TrackStream::tell_events(Load& load) {
  if (!load.earliest || (load.messages.empty() && load.tags.empty())) return;
  std::vector<TimedEvent> events;
  for (const auto& found : std::exchange(load.messages, {})) {
    events.push_back(text::to_timed_event(found.message, *load.earliest, load.offset));
    if (found.message.scheme != text::kId3Scheme) continue;
    if (const auto tag = text::parse_id3(found.message.message)) {
      TimedEvent read = text::id3_event(found.message.message, *tag, {}, {});
      events.back().attributes = std::move(read.attributes);
    }
  }
  for (const MetadataSample& sample : std::exchange(load.tags, {})) {
    const auto tag = text::parse_id3(sample.data.view());
    if (!tag || text::is_only_timestamp(*tag)) continue;
    const MediaTime start =
        TimelineMapper::map(ticks_to_us(sample.pts_ticks, kMpegTimescale), load.offset,
                            load.planned.segment, load.planned.container);
    // The same tag stands in every Representation, and comes again when the segment does.
    const auto content = std::hash<std::string_view>()(as_text(sample.data.view()));
    events.push_back(
        text::id3_event(sample.data.view(), *tag, start,
                        std::to_string(start.us / 1000) + '-' + std::to_string(content)));
  }
  if (!events.empty()) context_.listener.on_events(std::move(events));
}

void TrackStream::on_end(Load& load, Result<void> result) {
  if (!result) return on_failed(load, std::move(result).error());
  load.has_ended = true;
  finish_front();
}

void TrackStream::finish_front() {
  if (loads_.empty() || !loads_.front()->has_ended || !loads_.front()->held.empty()) return;
  Load& front = *loads_.front();
  if (front.planned.replaces) {
    SampleQueue& queue = kind_ == TrackKind::kVideo ? context_.video : context_.audio;
    if (!queue.replace(*front.planned.replaces, std::move(front.collected))) {
      wasted_bytes_ += front.received_bytes;
    }
  }
  const MediaTime start = front.planned.segment.start;
  retire(0, 1);
  if (!loads_.empty()) loads_.front()->load->demux();
  context_.listener.on_segment_completed(kind_, start);
}

void TrackStream::on_failed(Load& load, Error error) {
  SegmentFailure failure{load.planned, std::move(error)};
  break_off(load);
  context_.listener.on_segment_failed(kind_, std::move(failure));
}

std::optional<PlannedSegment> TrackStream::give_up() {
  const auto coming = std::find_if(loads_.begin(), loads_.end(),
                                   [](const auto& load) { return !load->load->is_fetched(); });
  if (coming == loads_.end()) return std::nullopt;
  PlannedSegment planned = (*coming)->planned;
  break_off(**coming);
  return planned;
}

bool TrackStream::withdraw(const PlannedSegment& planned) {
  const auto found = std::find_if(loads_.begin(), loads_.end(), [&](const auto& load) {
    return load->planned.transfer == planned.transfer;
  });
  if (found != loads_.end()) {
    const bool was_coming = !(*found)->load->is_fetched();
    break_off(**found);
    return was_coming;
  }
  cursor_ = planned.segment.start;
  has_failed_ = true;
  context_.video.drop_unread_of(planned.transfer);
  context_.audio.drop_unread_of(planned.transfer);
  note_read(planned);
  return false;
}

void TrackStream::preload_init(const ResourceLocation& location) {
  if (preloaded_ == location || inits_.find(location)) return;
  preloaded_ = location;
  preload_ =
      context_.fetcher.fetch(request_for(location, ResourceKind::kInit, limits::kInitSegmentBytes),
                             [this, location](Result<FetchedResource> result) {
                               const CancelHandle done = std::move(preload_);
                               if (result) inits_.put(location, result->body);
                               context_.listener.on_samples();
                             });
}

bool TrackStream::is_preloading(const ResourceLocation& location) const {
  return preload_ && preloaded_ == location;
}

void TrackStream::break_off(const Load& load) {
  const uint64_t transfer = load.planned.transfer;
  const auto broken = std::find_if(loads_.begin(), loads_.end(),
                                   [&](const auto& owned) { return owned.get() == &load; });
  if (load.planned.replaces) return stop_replacing();
  cursor_ = load.planned.from;
  // What comes after the broken segment cannot be used before it.
  const auto first = static_cast<std::size_t>(broken - loads_.begin());
  retire(first, loads_.size() - first);
  has_failed_ = true;
  context_.video.drop_unread_of(transfer);
  context_.audio.drop_unread_of(transfer);
  note_read(load.planned);
}

void TrackStream::note_read(const PlannedSegment& planned) {
  const auto end = (kind_ == TrackKind::kVideo ? context_.video : context_.audio).end();
  // No further than the segment, as in shown_from().
  if (end) had_until_ = std::max(had_until_, std::min(*end, planned.segment.end));
}

void TrackStream::retire(std::size_t first, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    loads_[first]->load->silence();
    count_waste(*loads_[first]);
    retired_.push_back(std::move(loads_[first]));
    loads_.erase(loads_.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

}  // namespace playhead

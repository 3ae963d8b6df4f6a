// SPDX-License-Identifier: Apache-2.0
#include "streaming/text_track.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/url.h"
#include "text/text_segment.h"

namespace playhead {

namespace {

// Segments looked at for the next to fetch; parts of a second each would still reach kAhead.
constexpr std::size_t kMostAhead = 1'000;

}  // namespace

TextTrack::TextTrack(IdentityKeyRing& keys, const TimelineMapper& mapper,
                     UniqueFunction<void(const Error&)> on_error,
                     UniqueFunction<void(const SegmentLoaded&)> on_loaded)
    : keys_(keys),
      mapper_(mapper),
      on_error_(std::move(on_error)),
      on_loaded_(std::move(on_loaded)) {}

void TextTrack::select(TextSource source, bool continues) {
  const bool is_refresh = source_ && source_->representation_id == source.representation_id &&
                          source_->period_start == source.period_start;
  source_ = std::move(source);
  if (is_refresh) return;
  load_.reset();
  done_.clear();
  failures_ = 0;
  if (!continues) cues_.clear();
}

void TextTrack::turn_off() {
  load_.reset();
  done_.clear();
  cues_.clear();
  source_.reset();
}

bool TextTrack::is_wanted(const Segment& segment, MediaTime position) const {
  return segment.end > position && segment.start < position + kAhead;
}

void TextTrack::update(MediaTime position) {
  if (!source_) return;
  trim(position);
  if (load_ && !is_wanted(load_->segment, position)) load_.reset();
  if (load_) return;
  std::optional<Segment> next = next_segment(position);
  if (!next) return;
  // HLS: known as soon as the first picture or sound of the discontinuity is.
  const std::optional<Duration> offset = mapper_.offset(*next, source_->media_offset);
  if (source_->is_hls && !offset) return;
  start(std::move(*next), offset.value_or(Duration{0}));
}

// Cues go with the segments they came from, so that a rewind fetches those again.
void TextTrack::trim(MediaTime position) {
  const MediaTime oldest = position - kBehind;
  const std::size_t before = done_.size();
  std::erase_if(done_, [oldest](const auto& entry) { return entry.second.end <= oldest; });
  if (done_.size() == before) return;
  MediaTime kept = oldest;
  for (const auto& [number, span] : done_) kept = std::min(kept, span.start);
  cues_.trim_before(kept);
}

std::optional<Segment> TextTrack::next_segment(MediaTime position) const {
  const SegmentIndex& segments = *source_->segments;
  const auto first = segments.find(position);
  if (!first) return std::nullopt;
  const std::size_t end = std::min(segments.size(), *first + kMostAhead);
  for (std::size_t i = *first; i < end; ++i) {
    Segment segment = segments.at(i);
    if (!is_wanted(segment, position)) return std::nullopt;
    if (!segment.is_gap && done_.count(segment.number) == 0) return segment;
  }
  return std::nullopt;
}

void TextTrack::start(Segment segment, Duration container_offset) {
  load_ = std::make_unique<Load>();
  load_->segment = std::move(segment);
  load_->container_offset = container_offset;
  fetch_init();
  Request request = request_for(load_->segment.media, ResourceKind::kText, limits::kTextBytes);
  const std::optional<ByteCipher> cipher = media_cipher(load_->segment);
  load_->media_fetch =
      keys_.fetch(std::move(request), cipher, [this](Result<FetchedResource> result) {
        if (!result) return finish(std::move(result).error());
        load_->report = {TrackKind::kText,         redact(load_->segment.media.url),
                         result->stats.body_bytes, result->stats.finished - result->stats.started,
                         load_->segment.number,    load_->segment.start};
        load_->media = std::move(result->body);
        on_bytes();
      });
}

void TextTrack::fetch_init() {
  if (!load_->segment.init) {
    load_->init = SharedBytes();
    return;
  }
  const std::optional<ByteCipher> cipher = init_cipher(load_->segment);
  if (const SharedBytes* cached = inits_.find(*load_->segment.init, cipher)) {
    load_->init = *cached;
    return;
  }
  Request request =
      request_for(*load_->segment.init, ResourceKind::kInit, limits::kInitSegmentBytes);
  load_->init_fetch =
      keys_.fetch(std::move(request), cipher, [this, cipher](Result<FetchedResource> result) {
        if (!result) return finish(std::move(result).error());
        inits_.put(*load_->segment.init, result->body, cipher);
        load_->init = std::move(result->body);
        on_bytes();
      });
}

void TextTrack::on_bytes() {
  if (!load_->init || !load_->media) return;
  text::TextPlace place;
  place.is_hls = source_->is_hls;
  place.container_offset = load_->container_offset;
  place.segment_start = load_->segment.start;
  place.segment_end = load_->segment.end;
  place.period_start = source_->period_start;
  place.period_end = source_->period_end;
  finish(text::read_text_segment(load_->init->view(), load_->media->view(), place));
}

void TextTrack::finish(Result<text::TextDocument> document) {
  // Lives on until the callback it is called from is over.
  const std::unique_ptr<Load> load = std::move(load_);
  done_[load->segment.number] = {load->segment.start, load->segment.end};
  if (document) {
    failures_ = 0;
    for (Cue& cue : document->cues) {
      if (cue.is_forced || !source_->only_forced_cues) cues_.insert(std::move(cue));
    }
    if (on_loaded_) on_loaded_(load->report);
    return;
  }
  ++failures_;
  // What could not be had at all says nothing of it.
  if (load->init && load->media && load->segment.init)
    inits_.drop(*load->segment.init, init_cipher(load->segment));
  Error error = std::move(document).error();
  error.severity = Severity::kRecoverable;
  error.context = "subtitles: " + error.context;
  const bool is_only_segment = source_->segments->size() == 1;
  if (failures_ >= kMaxFailures || is_only_segment) turn_off();
  on_error_(error);
}

}  // namespace playhead

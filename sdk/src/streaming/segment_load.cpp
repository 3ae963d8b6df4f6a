// SPDX-License-Identifier: Apache-2.0
#include "streaming/segment_load.h"

#include <utility>

#include "base/limits.h"

namespace playhead {

namespace {

std::string key_of(const ResourceLocation& location) {
  std::string key = location.url;
  if (location.range) {
    key += ' ' + std::to_string(location.range->first) + '-';
    if (location.range->last) key += std::to_string(*location.range->last);
  }
  return key;
}

}  // namespace

Request request_for(const ResourceLocation& location, ResourceKind kind, int64_t max_bytes) {
  Request request;
  request.url = location.url;
  request.range = location.range;
  request.kind = kind;
  request.max_bytes = max_bytes;
  return request;
}

const SharedBytes* InitCache::find(const ResourceLocation& location) const {
  const auto found = entries_.find(key_of(location));
  return found == entries_.end() ? nullptr : &found->second;
}

void InitCache::put(const ResourceLocation& location, SharedBytes bytes) {
  if (entries_.size() >= limits::kCachedInitSegments) entries_.clear();
  entries_[key_of(location)] = std::move(bytes);
}

SegmentLoad::SegmentLoad(ResourceFetcher& fetcher, MediaBackend& backend, Executor& executor,
                         InitCache& inits, SegmentSources sources, Container container,
                         SegmentLoadCallbacks callbacks)
    : fetcher_(fetcher),
      backend_(backend),
      executor_(executor),
      inits_(inits),
      segment_(std::move(sources.segment)),
      media_options_(std::move(sources.media)),
      init_options_(std::move(sources.init)),
      timeouts_(sources.timeouts),
      container_(container),
      callbacks_(std::move(callbacks)) {}

void SegmentLoad::start() {
  fetch_init();
  fetch_media();
}

void SegmentLoad::fetch_init() {
  if (!segment_.init) {
    init_ = SharedBytes();
    return;
  }
  if (const SharedBytes* cached = inits_.find(*segment_.init)) {
    init_ = *cached;
    return;
  }
  Request request = request_for(*segment_.init, ResourceKind::kInit, limits::kInitSegmentBytes);
  request.timeouts = timeouts_;
  init_fetch_ = fetcher_.fetch(
      std::move(request),
      [this](Result<FetchedResource> result) {
        if (!result) return fail(std::move(result).error());
        if (is_over_) return;
        init_ = result->body;
        inits_.put(*segment_.init, result->body);
        callbacks_.on_bytes(result->stats.body_bytes, result->stats.finished);
        pass_on();
      },
      std::move(init_options_));
}

void SegmentLoad::fetch_media() {
  FetchEvents events;
  events.on_body = [this](SharedBytes bytes, MonotonicTime received) {
    on_media(std::move(bytes), received);
  };
  events.on_retry = [this](const Error& error, Duration) {
    if (!is_over_) callbacks_.on_retry(error);
  };
  events.on_done = [this](Result<TransferStats> result) { on_media_done(std::move(result)); };
  Request request = request_for(segment_.media, ResourceKind::kMedia, limits::kSegmentBytes);
  request.timeouts = timeouts_;
  media_fetch_ = fetcher_.stream(std::move(request), std::move(events), std::move(media_options_));
}

void SegmentLoad::demux() {
  if (demuxer_ || is_over_) return;
  DemuxerCallbacks callbacks;
  callbacks.on_streams = [this](std::vector<StreamInfo> streams) {
    if (!is_over_) callbacks_.on_streams(std::move(streams));
  };
  callbacks.on_samples = [this](std::vector<EncodedSample> samples) {
    if (!is_over_) callbacks_.on_samples(std::move(samples));
  };
  callbacks.on_metadata = [this](MetadataSample tag) {
    if (!is_over_ && callbacks_.on_metadata) callbacks_.on_metadata(std::move(tag));
  };
  callbacks.on_protection = [this](MediaProtection media) {
    if (!is_over_ && callbacks_.on_protection) callbacks_.on_protection(std::move(media));
  };
  callbacks.on_end = [this](Result<void> result) {
    if (!result) return fail(std::move(result).error());
    if (std::exchange(is_over_, true)) return;
    callbacks_.on_end(std::move(result));
  };
  demuxer_ = backend_.open_demuxer(container_, executor_, std::move(callbacks));
  pass_on();
}

void SegmentLoad::on_media(SharedBytes bytes, MonotonicTime received) {
  if (is_over_) return;
  callbacks_.on_bytes(static_cast<int64_t>(bytes.size()), received);
  waiting_.push_back(std::move(bytes));
  pass_on();
}

void SegmentLoad::on_media_done(Result<TransferStats> result) {
  if (!result) return fail(std::move(result).error());
  if (is_over_) return;
  is_fetched_ = true;
  pass_on();
  callbacks_.on_fetched(*result);
}

void SegmentLoad::pass_on() {
  if (!demuxer_ || !init_ || is_over_) return;
  if (!init_passed_) {
    init_passed_ = true;
    if (!init_->empty()) demuxer_->append(*init_);
  }
  for (SharedBytes& bytes : waiting_) {
    look_for_events(bytes.view());
    demuxer_->append(std::move(bytes));
  }
  waiting_.clear();
  if (is_fetched_ && !is_finished_) {
    is_finished_ = true;
    demuxer_->finish();
  }
}

void SegmentLoad::look_for_events(ByteView media) {
  const bool has_boxes = container_ == Container::kFmp4 || container_ == Container::kUnknown;
  if (!has_boxes || !callbacks_.on_event_message) return;
  for (auto& found : scanner_.append(media)) callbacks_.on_event_message(std::move(found));
}

void SegmentLoad::fail(Error error) {
  if (std::exchange(is_over_, true)) return;
  callbacks_.on_end(std::move(error));
}

void SegmentLoad::silence() { is_over_ = true; }

}  // namespace playhead

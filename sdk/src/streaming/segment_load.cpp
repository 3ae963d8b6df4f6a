// SPDX-License-Identifier: Apache-2.0
#include "streaming/segment_load.h"

#include <utility>

#include "base/limits.h"

namespace playhead {

namespace {

std::string key_of(const ResourceLocation& location, const std::optional<ByteCipher>& cipher) {
  std::string key = location.url;
  if (location.range) {
    key += ' ' + std::to_string(location.range->first) + '-';
    if (location.range->last) key += std::to_string(*location.range->last);
  }
  if (!cipher) return key;
  // The same bytes under another key or vector are another init segment.
  const KeyId kid = identity_key_id(cipher->key.uri);
  key += ' ' + std::to_string(static_cast<int>(cipher->key.method)) + ' ';
  key.append(as_text(kid));
  if (cipher->iv) key.append(as_text(*cipher->iv));
  return key;
}

bool is_no_media(ErrorCode code) {
  return code == ErrorCode::kContainerSyntax || code == ErrorCode::kContainerUnsupported;
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

const SharedBytes* InitCache::find(const ResourceLocation& location,
                                   const std::optional<ByteCipher>& cipher) const {
  const auto found = entries_.find(key_of(location, cipher));
  return found == entries_.end() ? nullptr : &found->second;
}

void InitCache::put(const ResourceLocation& location, SharedBytes bytes,
                    const std::optional<ByteCipher>& cipher) {
  if (entries_.size() >= limits::kCachedInitSegments) entries_.clear();
  entries_[key_of(location, cipher)] = std::move(bytes);
}

void InitCache::drop(const ResourceLocation& location, const std::optional<ByteCipher>& cipher) {
  entries_.erase(key_of(location, cipher));
}

SegmentLoad::SegmentLoad(const Context& context, SegmentSources sources, Container container,
                         SegmentLoadCallbacks callbacks)
    : context_(context),
      segment_(std::move(sources.segment)),
      media_options_(std::move(sources.media)),
      init_options_(std::move(sources.init)),
      timeouts_(sources.timeouts),
      key_uris_(std::move(sources.key_uris)),
      container_(container),
      callbacks_(std::move(callbacks)),
      window_(sources.waits_for_room ? std::make_shared<FlowWindow>(FlowWindow::kUnbounded, 0)
                                     : nullptr),
      cipher_(media_cipher(segment_)),
      protection_(sample_protection(segment_)) {}

void SegmentLoad::start() {
  wait_for_key();
  fetch_init();
  fetch_media();
}

void SegmentLoad::wait_for_key() {
  const SegmentKey* key = cipher_ ? &cipher_->key : nullptr;
  if (protection_) key = identity_key(segment_.keys.get());
  if (!key) return;
  has_key_ = false;
  key_wait_ = context_.keys.wait(*key, std::move(key_uris_), [this](Result<void> result) {
    if (!result) return fail(std::move(result).error());
    if (is_over_) return;
    has_key_ = true;
    pass_on();
    if (is_demuxed_) on_demuxed({});
  });
}

void SegmentLoad::fetch_init() {
  if (!segment_.init) {
    init_ = SharedBytes();
    return;
  }
  const std::optional<ByteCipher> cipher = init_cipher(segment_);
  if (const SharedBytes* cached = context_.inits.find(*segment_.init, cipher)) {
    init_ = *cached;
    return;
  }
  Request request = request_for(*segment_.init, ResourceKind::kInit, limits::kInitSegmentBytes);
  request.timeouts = timeouts_;
  init_fetch_ = context_.keys.fetch(
      std::move(request), cipher,
      [this, cipher](Result<FetchedResource> result) {
        if (!result) return fail(std::move(result).error());
        if (is_over_) return;
        init_ = result->body;
        context_.inits.put(*segment_.init, result->body, cipher);
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
  request.window = window_;
  media_fetch_ =
      context_.fetcher.stream(std::move(request), std::move(events), std::move(media_options_));
}

void SegmentLoad::demux() {
  if (demuxer_ || is_over_) return;
  DemuxerCallbacks callbacks;
  callbacks.on_streams = [this](std::vector<StreamInfo> streams) {
    if (!is_over_) callbacks_.on_streams(std::move(streams));
  };
  callbacks.on_samples = [this](std::vector<EncodedSample> samples) {
    if (is_over_) return;
    has_samples_ = true;
    callbacks_.on_samples(std::move(samples));
  };
  callbacks.on_metadata = [this](MetadataSample tag) {
    if (!is_over_ && callbacks_.on_metadata) callbacks_.on_metadata(std::move(tag));
  };
  callbacks.on_protection = [this](MediaProtection media) {
    if (!is_over_ && callbacks_.on_protection) callbacks_.on_protection(std::move(media));
  };
  callbacks.on_end = [this](Result<void> result) { on_demuxed(std::move(result)); };
  demuxer_ = context_.backend.open_demuxer({container_, protection_}, context_.executor,
                                           std::move(callbacks));
  pass_on();
}

void SegmentLoad::on_demuxed(Result<void> result) {
  if (!result) {
    Error error = std::move(result).error();
    // The next attempt, and what follows, would fail by it wherever their media comes from.
    if (segment_.init && !has_samples_) context_.inits.drop(*segment_.init, init_cipher(segment_));
    // Of CBC only the end can tell, of CTR nothing.
    if (decryptor_ && !has_samples_ && is_no_media(error.code)) {
      error.code = ErrorCode::kDrmWrongKey;
      error.context = "what is decrypted is no media: " + error.context;
    }
    return fail(std::move(error));
  }
  is_demuxed_ = true;
  if (!has_key_ || std::exchange(is_over_, true)) return;
  callbacks_.on_end({});
}

void SegmentLoad::on_media(SharedBytes bytes, MonotonicTime received) {
  if (is_over_) return;
  media_bytes_ += static_cast<int64_t>(bytes.size());
  callbacks_.on_bytes(static_cast<int64_t>(bytes.size()), received);
  if (is_over_) return;
  waiting_.push_back(std::move(bytes));
  pass_on();
}

void SegmentLoad::on_media_done(Result<TransferStats> result) {
  if (!result) return fail(std::move(result).error());
  if (is_over_) return;
  is_fetched_ = true;
  pass_on();
  if (!is_over_) callbacks_.on_fetched(*result);
}

void SegmentLoad::pass_on() {
  if (!demuxer_ || !init_ || is_over_) return;
  if (!init_passed_) {
    init_passed_ = true;
    if (!init_->empty()) demuxer_->append(*init_);
  }
  if (!open_media()) return;
  for (SharedBytes& bytes : std::exchange(waiting_, {})) {
    if (!is_over_) pass_media(std::move(bytes));
  }
  if (is_fetched_ && !is_finished_ && !is_over_) finish_media();
}

bool SegmentLoad::open_media() {
  if (!cipher_ || decryptor_) return true;
  if (!has_key_) return false;
  Result<std::unique_ptr<SegmentDecryptor>> made = context_.keys.open(*cipher_);
  if (!made) {
    fail(std::move(made).error());
    return false;
  }
  decryptor_ = *std::move(made);
  return true;
}

void SegmentLoad::pass_media(SharedBytes bytes) {
  if (decryptor_) {
    Result<std::vector<uint8_t>> plain = decryptor_->update(bytes.view());
    if (!plain) return fail(std::move(plain).error());
    if (plain->empty()) return;
    bytes = SharedBytes(*std::move(plain));
  }
  look_for_events(bytes.view());
  demuxer_->append(std::move(bytes));
}

void SegmentLoad::finish_media() {
  is_finished_ = true;
  if (decryptor_) {
    Result<std::vector<uint8_t>> rest = decryptor_->finish();
    if (!rest) return fail(std::move(rest).error());
    look_for_events(*rest);
    if (!rest->empty()) demuxer_->append(SharedBytes(*std::move(rest)));
  }
  demuxer_->finish();
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

void SegmentLoad::set_room(int64_t bytes) {
  if (window_ && !is_fetched_) window_->grant(media_bytes_ + bytes);
}

void SegmentLoad::silence() { is_over_ = true; }

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "streaming/segment_keys.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace playhead {

namespace {

constexpr std::string_view kIdentity = "identity";

// So many segments ahead of the one that is fetched, keys are asked for (chosen). More: keys that a
// seek makes useless; fewer: a slow key service holds up the segment after a rotation.
constexpr std::size_t kKeysAhead = 2;

bool encrypts_samples(EncryptionMethod method) {
  return method == EncryptionMethod::kSampleAes || method == EncryptionMethod::kSampleAesCtr;
}

// The key that encrypts a resource as a whole; null: none does. One that nobody can use counts: it
// is then said so, instead of taking what is encrypted for media.
const SegmentKey* whole_key(const SegmentKeys* keys) {
  if (!keys || keys->empty()) return nullptr;
  if (const SegmentKey* key = identity_key(keys)) {
    return encrypts_segments(key->method) ? key : nullptr;
  }
  const bool is_for_system = std::any_of(keys->begin(), keys->end(), [](const SegmentKey& key) {
    return encrypts_samples(key.method);
  });
  return is_for_system ? nullptr : &keys->front();
}

// Apart from what is retried and renewed, a player can only be told which kind of failure it is.
ErrorCode code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kForbidden:
    case ErrorCode::kUnauthorized:
      return ErrorCode::kDrmLicenseRefused;
    case ErrorCode::kNotFound:
      return ErrorCode::kDrmNoKey;
    case ErrorCode::kTooLarge:
      return ErrorCode::kDrmLicense;
    case ErrorCode::kForbiddenScheme:
    case ErrorCode::kInvalidUrl:
      return ErrorCode::kDrmInitData;
    case ErrorCode::kHttpStatus:
      return error.detail >= 400 && error.detail < 500 ? ErrorCode::kDrmLicenseRefused
                                                       : ErrorCode::kDrmLicenseUnreachable;
    default:
      return ErrorCode::kDrmLicenseUnreachable;
  }
}

Error key_error(const Error& error) {
  Error told = error;
  told.code = code_of(error);
  told.context = "the key of the segments: " + error.context;
  return told;
}

Error bad_iv() {
  return make_error(ErrorCode::kDrmInitData,
                    "the IV of EXT-X-KEY is no hexadecimal number of 128 bits");
}

bool starts_with_scheme(std::string_view uri, std::string_view scheme) {
  if (uri.size() <= scheme.size() || uri[scheme.size()] != ':') return false;
  return std::equal(scheme.begin(), scheme.end(), uri.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

// ISO/IEC 14496-12: what an init segment begins with.
bool looks_clear(ByteView bytes) {
  if (bytes.size() < 8) return false;
  const std::string_view type = as_text(bytes.subspan(4, 4));
  return type == "ftyp" || type == "styp" || type == "moov";
}

}  // namespace

std::optional<ByteCipher> media_cipher(const Segment& segment) {
  const SegmentKey* key = whole_key(segment.keys.get());
  if (!key) return std::nullopt;
  return ByteCipher{*key, key->iv.value_or(iv_of_sequence_number(segment.number))};
}

std::optional<ByteCipher> init_cipher(const Segment& segment) {
  const SegmentKey* key = segment.init ? whole_key(segment.init_keys.get()) : nullptr;
  if (!key) return std::nullopt;
  // RFC 8216 §4.3.2.5: the IV attribute is required.
  return ByteCipher{*key, key->iv};
}

std::optional<SegmentProtection> sample_protection(const Segment& segment) {
  const SegmentKey* key = identity_key(segment.keys.get());
  if (!key || !encrypts_samples(key->method)) return std::nullopt;
  return SegmentProtection{identity_key_id(key->uri),
                           key->iv.value_or(iv_of_sequence_number(segment.number))};
}

IdentityKeyRing::Entry& IdentityKeyRing::require(const KeyId& kid, const SegmentKey& key,
                                                 std::vector<std::string> elsewhere) {
  const auto [at, is_new] = entries_.try_emplace(kid);
  Entry& entry = at->second;
  entry.used = ++questions_;
  const bool is_there = keys_->status(kid) == KeyStatus::kUsable;
  if (!entry.is_coming && !is_there) start(entry, kid, key, std::move(elsewhere));
  return entry;
}

void IdentityKeyRing::prefetch(const SegmentKey& key) {
  const KeyId kid = identity_key_id(key.uri);
  // What failed is tried again by who needs it.
  if (keys_->status(kid) == KeyStatus::kError) return;
  require(kid, key, {});
  trim();
}

void IdentityKeyRing::prefetch_after(const SegmentIndex& segments, uint64_t number) {
  const auto position = segments.find_number(number);
  if (!position) return;
  const std::size_t end = std::min(segments.size(), *position + 1 + kKeysAhead);
  for (std::size_t i = *position + 1; i < end; ++i) {
    const Segment next = segments.at(i);
    if (const SegmentKey* key = identity_key(next.keys.get())) prefetch(*key);
  }
}

void IdentityKeyRing::start(Entry& entry, const KeyId& kid, const SegmentKey& key,
                            std::vector<std::string> elsewhere) {
  entry.is_coming = true;
  keys_->expect(kid);
  const auto settle_soon = [&] {
    entry.fetch = executor_.post_at(executor_.now(), [this, kid] { settle(kid); });
  };
  const bool is_identity = key.key_format == kIdentity && key.method != EncryptionMethod::kUnknown;
  if (!is_identity || starts_with_scheme(key.uri, "skd")) {
    keys_->fail(kid,
                make_error(ErrorCode::kDrmNoSystem,
                           "no DRM system is set up for keys of the format " + key.key_format));
    return settle_soon();
  }
  if (key.uri.empty()) {
    keys_->fail(kid, make_error(ErrorCode::kDrmInitData, "EXT-X-KEY has no usable URI"));
    return settle_soon();
  }
  if (starts_with_scheme(key.uri, "data")) {
    // What it holds, or why it is no key, is known now.
    if (keys_->put_data_uri(kid, key.uri)) entry.is_coming = false;
    return settle_soon();
  }
  Request request;
  request.url = key.uri;
  request.kind = ResourceKind::kKey;
  request.max_bytes = kMaxKeyBytes;
  FetchOptions options;
  for (std::string& uri : elsewhere) {
    if (uri != key.uri) options.others.push_back({std::move(uri), std::nullopt});
  }
  entry.fetch = fetcher_.fetch(
      std::move(request),
      [this, kid, method = key.method](Result<FetchedResource> result) {
        on_fetched(kid, method, std::move(result));
      },
      std::move(options));
}

void IdentityKeyRing::on_fetched(const KeyId& kid, EncryptionMethod method,
                                 Result<FetchedResource> result) {
  const bool is_long = encrypts_segments(method) && method != EncryptionMethod::kAes128;
  const std::size_t wanted = is_long ? 32 : 16;
  if (!result) {
    keys_->fail(kid, key_error(result.error()));
  } else if (result->body.size() != wanted) {
    keys_->fail(kid, make_error(ErrorCode::kDrmLicense,
                                "the key's URI answers " + std::to_string(result->body.size()) +
                                    " bytes instead of a key of " + std::to_string(wanted)));
  } else if (Result<void> put = keys_->put(kid, result->body.view()); !put) {
    keys_->fail(kid, std::move(put).error());
  }
  settle(kid);
}

void IdentityKeyRing::settle(const KeyId& kid) {
  const auto found = entries_.find(kid);
  if (found == entries_.end()) return;
  // Waiters may ask for it again, and destroy each other.
  const CancelHandle done = std::move(found->second.fetch);
  const auto waiters = std::exchange(found->second.waiters, {});
  found->second.is_coming = false;
  const Result<void> result = result_of(kid);
  for (const auto& waiter : waiters) tell(waiter, result);
  trim();
}

void IdentityKeyRing::tell(const std::shared_ptr<Waiter>& waiter, Result<void> result) {
  auto done = std::exchange(waiter->done, nullptr);
  if (done) done(std::move(result));
}

Result<void> IdentityKeyRing::result_of(const KeyId& kid) const {
  if (keys_->status(kid) == KeyStatus::kUsable) return {};
  return keys_->failure(kid).value_or(
      make_error(ErrorCode::kDrmNoKey, "the key of the segments is not there any more"));
}

CancelHandle IdentityKeyRing::wait(const SegmentKey& key, std::vector<std::string> elsewhere,
                                   UniqueFunction<void(Result<void>)> done) {
  const KeyId kid = identity_key_id(key.uri);
  auto waiter = std::make_shared<Waiter>();
  waiter->done = std::move(done);
  // The handle goes with the waiter.
  const auto tell_soon = [&](UniqueFunction<Result<void>()> result) {
    waiter->call = executor_.post_at(executor_.now(),
                                     [waiter = waiter.get(), result = std::move(result)]() mutable {
                                       auto called = std::exchange(waiter->done, nullptr);
                                       if (called) called(result());
                                     });
  };
  if (key.has_bad_iv) {
    // Of the segment, not of the key: others may use the same one with a vector that is right.
    tell_soon([] { return bad_iv(); });
  } else if (Entry& entry = require(kid, key, std::move(elsewhere)); entry.is_coming) {
    std::erase_if(entry.waiters, [](const auto& other) { return !other->done; });
    entry.waiters.push_back(waiter);
  } else {
    tell_soon([this, kid] { return result_of(kid); });
  }
  trim();
  return CancelHandle([waiter = std::move(waiter)] {
    waiter->done = nullptr;
    waiter->call.reset();
  });
}

// Those that were wanted longest ago go first; never one that somebody waits for.
void IdentityKeyRing::trim() {
  while (entries_.size() > kMaxKeys) {
    auto oldest = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      const bool is_older = oldest == entries_.end() || at->second.used < oldest->second.used;
      if (!at->second.is_coming && is_older) oldest = at;
    }
    if (oldest == entries_.end()) return;
    keys_->forget(oldest->first);
    entries_.erase(oldest);
  }
}

Result<std::unique_ptr<SegmentDecryptor>> IdentityKeyRing::open(const ByteCipher& cipher) const {
  if (!cipher.iv) {
    return make_error(ErrorCode::kDrmInitData,
                      "the init segment is encrypted and EXT-X-KEY has no IV");
  }
  return keys_->open_segment(identity_key_id(cipher.key.uri), cipher.key.method, *cipher.iv);
}

struct IdentityKeyRing::Opening {
  const IdentityKeyRing* keys = nullptr;
  ByteCipher cipher;
  UniqueFunction<void(Result<FetchedResource>)> done;  // null: it is over
  std::optional<FetchedResource> resource;
  bool has_key = false;
  CancelHandle fetch, key;

  void finish(Result<FetchedResource> result) {
    auto told = std::exchange(done, nullptr);
    if (told) told(std::move(result));
  }
  void open() {
    if (!resource || !has_key || !done) return;
    if (!cipher.iv && looks_clear(resource->body.view())) return finish(*std::move(resource));
    Result<std::unique_ptr<SegmentDecryptor>> decryptor = keys->open(cipher);
    if (!decryptor) return finish(std::move(decryptor).error());
    Result<std::vector<uint8_t>> plain = (*decryptor)->update(resource->body.view());
    if (!plain) return finish(std::move(plain).error());
    Result<std::vector<uint8_t>> rest = (*decryptor)->finish();
    if (!rest) return finish(std::move(rest).error());
    plain->insert(plain->end(), rest->begin(), rest->end());
    resource->body = SharedBytes(*std::move(plain));
    finish(*std::move(resource));
  }
};

CancelHandle IdentityKeyRing::fetch(Request request, std::optional<ByteCipher> cipher,
                                    UniqueFunction<void(Result<FetchedResource>)> done,
                                    FetchOptions options) {
  if (!cipher) return fetcher_.fetch(std::move(request), std::move(done), std::move(options));
  auto opening = std::make_shared<Opening>();
  opening->keys = this;
  opening->cipher = *std::move(cipher);
  opening->done = std::move(done);
  // Callbacks run as long as the handle lives; it may go inside of them.
  const std::weak_ptr<Opening> weak = opening;
  opening->key = wait(opening->cipher.key, {}, [weak](Result<void> result) {
    const auto self = weak.lock();
    if (!self) return;
    self->has_key = static_cast<bool>(result);
    if (!result) return self->finish(std::move(result).error());
    self->open();
  });
  opening->fetch = fetcher_.fetch(
      std::move(request),
      [weak](Result<FetchedResource> result) {
        const auto self = weak.lock();
        if (!self) return;
        if (!result) return self->finish(std::move(result).error());
        self->resource = *std::move(result);
        self->open();
      },
      std::move(options));
  return CancelHandle([opening = std::move(opening)] {
    opening->done = nullptr;
    opening->fetch.reset();
    opening->key.reset();
  });
}

}  // namespace playhead

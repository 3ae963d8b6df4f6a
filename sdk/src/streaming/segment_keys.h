// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "manifest/loaded_index.h"
#include "net/fetcher.h"
#include "playhead/drm/identity_keys.h"
#include "playhead/media_backend.h"
#include "playhead/segment_index.h"

namespace playhead {

// How a whole resource is encrypted.
struct ByteCipher {
  SegmentKey key;
  std::optional<CipherIv> iv;  // none: nothing says
  friend bool operator==(const ByteCipher&, const ByteCipher&) = default;
};
// Of the media and of the init segment; none: their bytes are as they are.
[[nodiscard]] std::optional<ByteCipher> media_cipher(const Segment& segment);
[[nodiscard]] std::optional<ByteCipher> init_cipher(const Segment& segment);
// Of its samples, for its demuxer; none: they are clear, or it is for a DRM system to open them.
[[nodiscard]] std::optional<SegmentProtection> sample_protection(const Segment& segment);

// The identity keys of one title, by their URIs: each is fetched once, whoever asks, and opens
// segments here and samples at the decoders. Keys go to IdentityKeys and nowhere else. Engine
// thread.
//
// What becomes of a key is told in DRM errors: kDrmLicenseRefused (401, 403 and other refusals),
// kDrmNoKey (404, 410), kDrmLicenseUnreachable (everything that may pass), kDrmLicense (what came
// is no key), kDrmInitData (no usable URI), kDrmNoSystem (not a key of this kind). A key that
// failed is fetched again when it is wanted again.
class IdentityKeyRing {
 public:
  // Bytes of the answer behind a key's URI; a key has 16 or 32.
  static constexpr int64_t kMaxKeyBytes = 64;
  // Keys that are kept: a new one every two seconds for half an hour. Beyond, those that were
  // wanted longest ago go. Fewer: what is buffered could lose its key.
  static constexpr std::size_t kMaxKeys = 1'000;

  // `keys`: where they go; null: to an object of its own.
  IdentityKeyRing(ResourceFetcher& fetcher, Executor& executor,
                  std::shared_ptr<IdentityKeys> keys = nullptr)
      : fetcher_(fetcher),
        executor_(executor),
        keys_(keys ? std::move(keys) : std::make_shared<IdentityKeys>()) {}

  // It will be wanted; nobody hears of it when it cannot be had.
  void prefetch(const SegmentKey& key);
  // Those of the next segments after that one.
  void prefetch_after(const SegmentIndex& segments, uint64_t number);
  // Once: the key is there, or cannot be had. Never inside the call. `elsewhere`: further URIs of
  // the same key, by preference.
  CancelHandle wait(const SegmentKey& key, std::vector<std::string> elsewhere,
                    UniqueFunction<void(Result<void>)> done);
  // Errors: those of IdentityKeys::open_segment(), kDrmInitData (no vector).
  [[nodiscard]] Result<std::unique_ptr<SegmentDecryptor>> open(const ByteCipher& cipher) const;

  // A whole resource and its key, side by side; the body comes decrypted. Errors: those of the
  // fetcher, of the key, and of SegmentDecryptor. Without a cipher as ResourceFetcher::fetch().
  CancelHandle fetch(Request request, std::optional<ByteCipher> cipher,
                     UniqueFunction<void(Result<FetchedResource>)> done, FetchOptions options = {});

  // Opens samples; says which keys are there. Never null.
  [[nodiscard]] const std::shared_ptr<IdentityKeys>& identity_keys() const { return keys_; }

 private:
  struct Waiter {
    UniqueFunction<void(Result<void>)> done;  // null: it does not wait any more
    CancelHandle call;
  };
  struct Entry {
    uint64_t used = 0;  // counts questions
    bool is_coming = false;
    std::vector<std::shared_ptr<Waiter>> waiters;
    CancelHandle fetch;
  };
  struct Opening;  // of fetch()

  Entry& require(const KeyId& kid, const SegmentKey& key, std::vector<std::string> elsewhere);
  void start(Entry& entry, const KeyId& kid, const SegmentKey& key,
             std::vector<std::string> elsewhere);
  void on_fetched(const KeyId& kid, EncryptionMethod method, Result<FetchedResource> result);
  void settle(const KeyId& kid);
  static void tell(const std::shared_ptr<Waiter>& waiter, Result<void> result);
  [[nodiscard]] Result<void> result_of(const KeyId& kid) const;
  void trim();

  ResourceFetcher& fetcher_;
  Executor& executor_;
  const std::shared_ptr<IdentityKeys> keys_;
  uint64_t questions_ = 0;
  std::map<KeyId, Entry> entries_;
};

}  // namespace playhead

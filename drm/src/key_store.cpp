// SPDX-License-Identifier: Apache-2.0
#include "key_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sample_cipher.h"

namespace playhead::drm {

// A key and ciphers made for it: as many as were ever needed at the same time.
class KeyStore::Key {
 public:
  explicit Key(ContentKey key) : key_(key) {}

  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) {
    PLAYHEAD_TRY(std::unique_ptr<SampleCipher> cipher, take());
    Result<std::size_t> size = cipher->decrypt(info, sample);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(cipher));
    return size;
  }

 private:
  Result<std::unique_ptr<SampleCipher>> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<SampleCipher> cipher = std::move(idle_.back());
        idle_.pop_back();
        return cipher;
      }
    }
    PLAYHEAD_TRY(SampleCipher made, SampleCipher::make(key_.view()));
    return std::make_unique<SampleCipher>(std::move(made));
  }

  const ContentKey key_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SampleCipher>> idle_;  // under mutex_; a pointer is soon moved
};

KeyStore::KeyStore() = default;
KeyStore::~KeyStore() = default;

void KeyStore::set(uint64_t session, const std::vector<LicensedKey>& keys) {
  const std::lock_guard lock(mutex_);
  std::map<KeyId, std::vector<Holder>> changed = std::move(holders_);
  holders_.clear();
  for (auto& [id, holders] : changed) {
    std::erase_if(holders, [&](const Holder& h) { return h.session == session; });
    if (!holders.empty()) holders_.emplace(id, std::move(holders));
  }
  for (const LicensedKey& licensed : keys) {
    // The newest first: a key that was replaced at the service is told by its newest licence.
    std::vector<Holder>& holders = holders_[licensed.id];
    holders.insert(holders.begin(), {session, false, std::make_shared<Key>(licensed.key)});
  }
}

void KeyStore::expire(uint64_t session) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, holders] : holders_) {
    for (Holder& holder : holders) {
      if (holder.session == session) holder.is_expired = true;
    }
  }
}

void KeyStore::drop(uint64_t session) { set(session, {}); }

Result<std::shared_ptr<KeyStore::Key>> KeyStore::find(const KeyId& kid) const {
  const std::lock_guard lock(mutex_);
  auto found = holders_.find(kid);
  if (found == holders_.end() && kid == KeyId{} && holders_.size() == 1) found = holders_.begin();
  if (found == holders_.end()) {
    return make_error(ErrorCode::kDrmNoKey, "no session has the key of the sample");
  }
  for (const Holder& holder : found->second) {
    if (!holder.is_expired) return holder.key;
  }
  return make_error(ErrorCode::kDrmExpired, "the licence of the sample's key has run out");
}

Result<std::size_t> KeyStore::decrypt(const CryptoInfo& info, std::span<uint8_t> sample) {
  Result<std::shared_ptr<Key>> key = find(info.kid);
  if (!key) {
    std::fill(sample.begin(), sample.end(), uint8_t{0});
    return std::move(key).error();
  }
  Result<std::size_t> size = (*key)->decrypt(info, sample);
  if (!size) std::fill(sample.begin(), sample.end(), uint8_t{0});
  return size;
}

}  // namespace playhead::drm

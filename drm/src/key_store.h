// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "clearkey_json.h"
#include "playhead/drm/drm_system.h"

namespace playhead::drm {

// The keys of all open sessions, and what they open. Any thread: samples are decrypted on decoders'
// workers while sessions come and go. A key that is taken away while a sample is being decrypted
// is wiped when that sample is done.
class KeyStore final : public SampleDecryptor {
 public:
  KeyStore();
  ~KeyStore() override;
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  // In place of the keys `session` had; kUsable.
  void set(uint64_t session, const std::vector<LicensedKey>& keys);
  // Its keys stay, to say why they do not open anything any more.
  void expire(uint64_t session);
  void drop(uint64_t session);

  // Of several sessions that hold the key one that may use it. Media that does not name its key
  // (an id of zeros) is opened by what a session holds under that id, else when the store holds
  // but one key.
  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) override;

 private:
  class Key;
  struct Holder {
    uint64_t session = 0;
    bool is_expired = false;
    std::shared_ptr<Key> key;
  };
  [[nodiscard]] Result<std::shared_ptr<Key>> find(const KeyId& kid) const;

  mutable std::mutex mutex_;
  std::map<KeyId, std::vector<Holder>> holders_;  // under mutex_; no empty lists
};

}  // namespace playhead::drm

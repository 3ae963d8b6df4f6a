// SPDX-License-Identifier: Apache-2.0
#include "vault/device_sealer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "vault/crypto.h"

namespace playhead::offline {
namespace {

constexpr uint8_t kVersion = 1;
constexpr std::size_t kKeyIdBytes = 8;
constexpr std::size_t kNonceAt = 1 + kKeyIdBytes;
constexpr std::size_t kBodyAt = kNonceAt + AesGcm256::kNonceBytes;
constexpr std::size_t kOverhead = kBodyAt + AesGcm256::kTagBytes;

using DeviceKeyId = std::array<uint8_t, kKeyIdBytes>;

// What is authenticated beside the record: its first bytes, and the context. The purpose is in the
// key.
std::string bound(ByteView head, std::string_view context) {
  return std::string(as_text(head)).append(context);
}

class DeviceSealer final : public Sealer {
 public:
  DeviceSealer(SecretKey master, const DeviceKeyId& key_id)
      : master_(std::move(master)), key_id_(key_id) {}

  Result<std::vector<uint8_t>> seal(std::string_view purpose, std::string_view context,
                                    ByteView record) override {
    if (record.size() > kMaxRecordBytes) return too_large();
    std::vector<uint8_t> sealed(kOverhead + record.size());
    sealed[0] = kVersion;
    std::copy(key_id_.begin(), key_id_.end(), sealed.begin() + 1);
    AesGcm256::Nonce nonce{};
    if (auto done = fill_random(nonce); !done) return done.error();
    std::copy(nonce.begin(), nonce.end(), sealed.begin() + kNonceAt);
    PLAYHEAD_TRY(AesGcm256 cipher, cipher_for(purpose));
    const std::string aad = bound(ByteView(sealed).first(kNonceAt), context);
    auto done = cipher.seal(nonce, as_bytes(aad), record, sealed.data() + kBodyAt);
    if (!done) return done.error();
    return sealed;
  }

  Result<std::vector<uint8_t>> open(std::string_view purpose, std::string_view context,
                                    ByteView sealed) override {
    if (sealed.size() > kOverhead + kMaxRecordBytes) return too_large();
    if (sealed.size() < kOverhead || sealed[0] != kVersion) {
      return make_error(ErrorCode::kOfflineTampered, "this is no sealed record");
    }
    if (!is_same(sealed.subspan(1, kKeyIdBytes), key_id_)) {
      return make_error(ErrorCode::kOfflineOtherDevice, "sealed with another key");
    }
    AesGcm256::Nonce nonce{};
    std::copy_n(sealed.begin() + kNonceAt, nonce.size(), nonce.begin());
    PLAYHEAD_TRY(AesGcm256 cipher, cipher_for(purpose));
    const std::string aad = bound(sealed.first(kNonceAt), context);
    std::vector<uint8_t> record(sealed.size() - kOverhead);
    auto done = cipher.open(nonce, as_bytes(aad), sealed.subspan(kBodyAt), record.data());
    if (!done) return done.error();
    return record;
  }

 private:
  static Error too_large() {
    return make_error(ErrorCode::kInvalidArgument, "a record of more than 16 MiB");
  }

  // A context of its own for each call: any thread may be in here.
  Result<AesGcm256> cipher_for(std::string_view purpose) const {
    PLAYHEAD_TRY(const SecretKey key,
                 derive_key(master_.view(), std::string("playhead/1/seal/").append(purpose)));
    return AesGcm256::make(key.view());
  }

  const SecretKey master_;
  const DeviceKeyId key_id_;
};

}  // namespace

Result<std::unique_ptr<Sealer>> make_device_sealer(DeviceKeys& keys) {
  auto device_key = keys.get();
  if (!device_key) return device_key.error();
  auto master = derive_key(*device_key, "playhead/1/master");
  wipe(*device_key);
  if (!master) return master.error();
  DeviceKeyId key_id{};
  auto named = derive(master->view(), {}, as_bytes("playhead/1/key-id"), key_id);
  if (!named) return named.error();
  return std::unique_ptr<Sealer>(std::make_unique<DeviceSealer>(*std::move(master), key_id));
}

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

#include "vault/sealer.h"

namespace playhead::offline::test {

// A Sealer of AES-256-GCM with a key made of a device's name.
class TestSealer final : public Sealer {
 public:
  explicit TestSealer(const std::string& device) {
    unsigned size = 0;
    EVP_Digest(device.data(), device.size(), key_.data(), &size, EVP_sha256(), nullptr);
  }

  Result<std::vector<uint8_t>> seal(std::string_view purpose, std::string_view context,
                                    ByteView record) override {
    std::vector<uint8_t> sealed(kHead + record.size() + kTag);
    std::copy_n(key_.begin() + 16, 4, sealed.begin());  // the key's id
    ++count_;
    for (std::size_t i = 0; i < 8; ++i) sealed[4 + i] = static_cast<uint8_t>(count_ >> 8 * i);
    run(true, purpose, context, sealed, record.data(), record.size(), sealed.data() + kHead);
    return sealed;
  }

  Result<std::vector<uint8_t>> open(std::string_view purpose, std::string_view context,
                                    ByteView sealed) override {
    if (sealed.size() < kHead + kTag) return tampered();
    if (!std::equal(sealed.begin(), sealed.begin() + 4, key_.begin() + 16)) {
      return make_error(ErrorCode::kOfflineOtherDevice, "sealed by another device");
    }
    std::vector<uint8_t> copy(sealed.begin(), sealed.end());
    std::vector<uint8_t> record(sealed.size() - kHead - kTag);
    if (!run(false, purpose, context, copy, copy.data() + kHead, record.size(), record.data())) {
      return tampered();
    }
    return record;
  }

 private:
  static constexpr std::size_t kHead = 16, kTag = 16;

  static Error tampered() { return make_error(ErrorCode::kOfflineTampered, "changed"); }

  bool run(bool is_sealing, std::string_view purpose, std::string_view context,
           std::vector<uint8_t>& sealed, const uint8_t* in, std::size_t size, uint8_t* out) const {
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(
        EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    EVP_CIPHER_CTX* c = cipher.get();
    const std::string about = std::string(purpose) + '\n' + std::string(context);
    uint8_t* tag = sealed.data() + sealed.size() - kTag;
    int done = 0;
    EVP_CipherInit_ex(c, EVP_aes_256_gcm(), nullptr, key_.data(), sealed.data() + 4,
                      is_sealing ? 1 : 0);
    EVP_CipherUpdate(c, nullptr, &done, reinterpret_cast<const uint8_t*>(about.data()),
                     static_cast<int>(about.size()));
    EVP_CipherUpdate(c, out, &done, in, static_cast<int>(size));
    if (!is_sealing) EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, kTag, tag);
    uint8_t rest[16];
    const bool is_right = EVP_CipherFinal_ex(c, rest, &done) == 1;
    if (is_sealing) EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, kTag, tag);
    return is_right;
  }

  std::array<uint8_t, 32> key_{};
  uint64_t count_ = 0;
};

}  // namespace playhead::offline::test

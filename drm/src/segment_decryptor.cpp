// SPDX-License-Identifier: Apache-2.0
#include "playhead/drm/segment_decryptor.h"

#include <utility>

#include "segment_cipher.h"

namespace playhead {
namespace {

class CipherDecryptor final : public SegmentDecryptor {
 public:
  explicit CipherDecryptor(SegmentCipher cipher) : cipher_(std::move(cipher)) {}

  Result<std::vector<uint8_t>> update(ByteView bytes) override { return cipher_.update(bytes); }
  Result<std::vector<uint8_t>> finish() override { return cipher_.finish(); }

 private:
  SegmentCipher cipher_;
};

}  // namespace

bool encrypts_segments(EncryptionMethod method) {
  return method == EncryptionMethod::kAes128 || method == EncryptionMethod::kAes256 ||
         method == EncryptionMethod::kAes256Ctr || method == EncryptionMethod::kAes256Gcm;
}

CipherIv iv_of_sequence_number(uint64_t media_sequence_number) {
  CipherIv iv{};
  for (std::size_t at = iv.size(); at > 8; --at) {
    iv[at - 1] = static_cast<uint8_t>(media_sequence_number);
    media_sequence_number >>= 8;
  }
  return iv;
}

Result<std::unique_ptr<SegmentDecryptor>> make_segment_decryptor(EncryptionMethod method,
                                                                 ByteView key, const CipherIv& iv) {
  PLAYHEAD_TRY(SegmentCipher cipher, SegmentCipher::make(method, key, iv));
  return std::unique_ptr<SegmentDecryptor>(std::make_unique<CipherDecryptor>(std::move(cipher)));
}

}  // namespace playhead

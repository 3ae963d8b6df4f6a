// SPDX-License-Identifier: Apache-2.0
#include "sample_cipher.h"

namespace playhead {

Result<SampleCipher> SampleCipher::make(ByteView key) {
  PLAYHEAD_TRY(CencDecryptor cenc, CencDecryptor::make(key));
  PLAYHEAD_TRY(SampleAesDecryptor sample_aes, SampleAesDecryptor::make(key));
  return SampleCipher(std::move(cenc), std::move(sample_aes));
}

Result<std::size_t> SampleCipher::decrypt(const CryptoInfo& info, std::span<uint8_t> sample) {
  switch (info.scheme) {
    case SampleScheme::kCenc:
    case SampleScheme::kCens:
    case SampleScheme::kCbc1:
    case SampleScheme::kCbcs:
      if (auto done = cenc_.decrypt(info, sample); !done) return std::move(done).error();
      return sample.size();
    default:
      return sample_aes_.decrypt(info, sample);
  }
}

}  // namespace playhead

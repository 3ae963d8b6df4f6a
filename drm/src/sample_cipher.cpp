// SPDX-License-Identifier: Apache-2.0
#include "sample_cipher.h"

#include <utility>

namespace playhead::drm {

SampleCipher::SampleCipher(CencDecryptor cenc, SampleAesDecryptor hls)
    : cenc_(std::move(cenc)), hls_(std::move(hls)) {}

Result<SampleCipher> SampleCipher::make(ByteView key) {
  PLAYHEAD_TRY(CencDecryptor cenc, CencDecryptor::make(key));
  PLAYHEAD_TRY(SampleAesDecryptor hls, SampleAesDecryptor::make(key));
  return SampleCipher(std::move(cenc), std::move(hls));
}

Result<std::size_t> SampleCipher::decrypt(const CryptoInfo& info, std::span<uint8_t> sample) {
  switch (info.scheme) {
    case SampleScheme::kHlsAvc:
    case SampleScheme::kHlsAac:
    case SampleScheme::kHlsAc3:
      return hls_.decrypt(info, sample);
    default:
      break;
  }
  Result<void> done = cenc_.decrypt(info, sample);
  if (!done) return std::move(done).error();
  return sample.size();
}

}  // namespace playhead::drm

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "cenc_decryptor.h"
#include "playhead/bytes.h"
#include "playhead/encryption.h"
#include "playhead/result.h"
#include "sample_aes.h"

namespace playhead::drm {

// Samples of every scheme with one key. One thread at a time.
class SampleCipher {
 public:
  // `key`: 16 bytes; not needed any more afterwards. Errors: kDrmLicense (another length).
  static Result<SampleCipher> make(ByteView key);
  // As SampleDecryptor::decrypt(), but for what is told of keys.
  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample);

 private:
  SampleCipher(CencDecryptor cenc, SampleAesDecryptor hls);

  CencDecryptor cenc_;
  SampleAesDecryptor hls_;
};

}  // namespace playhead::drm

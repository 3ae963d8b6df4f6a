// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "cenc_decryptor.h"
#include "playhead/encryption.h"
#include "sample_aes.h"

namespace playhead {

// One key, and every scheme that encrypts samples. One thread at a time: threads that decrypt side
// by side have one each.
class SampleCipher {
 public:
  // `key`: 16 bytes; not needed any more afterwards. Errors: kDrmLicense (another length).
  static Result<SampleCipher> make(ByteView key);

  // As SampleDecryptor::decrypt(), for samples of this key. Errors, with the sample wiped:
  // kDrmSample.
  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample);

 private:
  SampleCipher(CencDecryptor cenc, SampleAesDecryptor sample_aes)
      : cenc_(std::move(cenc)), sample_aes_(std::move(sample_aes)) {}

  CencDecryptor cenc_;
  SampleAesDecryptor sample_aes_;
};

}  // namespace playhead

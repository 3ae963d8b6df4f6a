// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "aes.h"
#include "block_batch.h"
#include "playhead/encryption.h"

namespace playhead {

// Common Encryption with one key: cenc, cens, cbc1 and cbcs (ISO/IEC 23001-7 §10). No allocation
// for a sample. One thread at a time.
class CencDecryptor {
 public:
  // `key`: 16 bytes; not needed any more afterwards. Errors: kDrmLicense (another length).
  static Result<CencDecryptor> make(ByteView key);

  // In place. Errors, with the sample wiped: kDrmSample (the subsamples do not add up to the
  // sample, or its pattern encrypts nothing), kInvalidArgument (an HLS scheme).
  Result<void> decrypt(const CryptoInfo& info, std::span<uint8_t> sample);

 private:
  CencDecryptor(AesCtr ctr, AesCbc cbc);

  Result<void> decrypt_ranges(const CryptoInfo& info, std::span<uint8_t> sample);
  Result<void> decrypt_range(const CryptoInfo& info, std::span<uint8_t> range);
  template <typename Cipher>
  Result<void> decrypt_pattern(Cipher& cipher, const CryptoInfo& info, std::span<uint8_t> range);

  AesCtr ctr_;
  AesCbc cbc_;
  std::unique_ptr<BlockBatch> batch_;
};

}  // namespace playhead

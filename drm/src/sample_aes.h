// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "aes.h"
#include "block_batch.h"
#include "playhead/encryption.h"

namespace playhead {

// SAMPLE-AES of elementary streams with one key ("MPEG-2 Stream Encryption Format for HTTP Live
// Streaming"): H.264 in Annex B, AAC in ADTS, AC-3 and E-AC-3, as MPEG-TS and packed audio carry
// them. No allocation for a sample. One thread at a time.
class SampleAesDecryptor {
 public:
  // `key`: 16 bytes; not needed any more afterwards. Errors: kDrmLicense (another length).
  static Result<SampleAesDecryptor> make(ByteView key);

  // One access unit, or several whole audio frames, in place; of `info` the scheme and the IV
  // count. Answers how long the sample is afterwards. Errors, with the sample wiped: kDrmSample (no
  // frames of that codec, or the last one is cut off), kInvalidArgument (not an HLS scheme).
  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample);

 private:
  explicit SampleAesDecryptor(AesCbc cbc);

  Result<std::size_t> decrypt_avc(const CipherIv& iv, std::span<uint8_t> unit);
  Result<void> decrypt_nal(const CipherIv& iv, std::span<uint8_t> nal);
  Result<std::size_t> decrypt_frames(const CryptoInfo& info, std::span<uint8_t> sample);

  AesCbc cbc_;
  std::unique_ptr<BlockBatch> batch_;
};

}  // namespace playhead

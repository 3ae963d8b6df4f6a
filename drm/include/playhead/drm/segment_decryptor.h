// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/encryption.h"
#include "playhead/protection.h"
#include "playhead/result.h"

namespace playhead {

// Undoes the encryption of one whole segment, or init segment, while its bytes arrive (RFC 8216
// §4.3.2.4, METHOD=AES-128 and its relatives). Any thread, one at a time.
class SegmentDecryptor {
 public:
  virtual ~SegmentDecryptor() = default;

  // The next bytes, of any number; answers what can be read now, maybe nothing. Of AES-256-GCM
  // everything comes at the end: it is not trusted before its tag was seen.
  // Errors: kTooLarge (more than 256 MiB of GCM).
  virtual Result<std::vector<uint8_t>> update(ByteView bytes) = 0;
  // No more bytes come; answers the rest. Errors: kContainerSyntax (the segment cannot be whole),
  // kDrmWrongKey (padding or tag do not fit: another key, another vector or damaged bytes).
  virtual Result<std::vector<uint8_t>> finish() = 0;
};

// METHODs that encrypt segments as a whole; the others encrypt samples.
[[nodiscard]] bool encrypts_segments(EncryptionMethod method);

// The vector of a segment whose EXT-X-KEY has none (RFC 8216 §5.2).
[[nodiscard]] CipherIv iv_of_sequence_number(uint64_t media_sequence_number);

// `key`: 16 bytes for kAes128, 32 for the others; not needed any more afterwards.
// Errors: kDrmLicense (a key of another length), kInvalidArgument (not a method for segments).
[[nodiscard]] Result<std::unique_ptr<SegmentDecryptor>> make_segment_decryptor(
    EncryptionMethod method, ByteView key, const CipherIv& iv);

}  // namespace playhead

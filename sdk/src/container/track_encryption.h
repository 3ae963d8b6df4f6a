// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "container/box_reader.h"
#include "playhead/bytes.h"
#include "playhead/encryption.h"
#include "playhead/protection.h"
#include "playhead/result.h"

// Who protects the samples of a track (ISO/IEC 23001-7 §6, §8.2; PIFF 1.1 §5.3.3). Pure; any
// thread.
namespace playhead {

// Of a track (`tenc`), or of one group of its samples (`seig`).
struct SampleProtection {
  bool is_protected = false;
  KeyId kid{};
  uint8_t crypt_blocks = 0;  // 0:0 without a pattern
  uint8_t skip_blocks = 0;
  uint8_t iv_size = 0;  // bytes of each sample's own vector: 0, 8 or 16
  // Of all samples, where iv_size is 0. None then: no box has a vector.
  std::optional<CipherIv> constant_iv;
  friend bool operator==(const SampleProtection&, const SampleProtection&) = default;
};

// What is wrong with a description of keys, in words for a person.
[[nodiscard]] inline Error unreadable_protection(const char* what) {
  return make_error(ErrorCode::kDrmInitData, what);
}

// One encrypted sample entry of `stsd`.
struct TrackEncryption {
  uint32_t original_format = 0;  // fourcc of the entry without its protection: "avc1"
  SampleScheme scheme = SampleScheme::kCenc;
  SampleProtection defaults;
};

// PIFF boxes: `uuid` with one of these (PIFF 1.1 §5.3).
enum class PiffBox : uint8_t { kNone, kTrackEncryption, kSampleEncryption, kProtectionHeader };
// `box` is one that BoxReader found.
[[nodiscard]] PiffBox piff_box(const Box& box);

// `encv` or `enca`; nothing for other entries. Errors: kDrmInitData (no frma, no tenc, cut off,
// vectors of a length that is not allowed), kDrmNoSystem (a scheme that is not known),
// kContainerSyntax (a box that cannot be one).
[[nodiscard]] Result<std::optional<TrackEncryption>> parse_protected_entry(const Box& entry);

// Where the boxes inside such an entry begin, from the start of its payload; 0 when there is no
// `sinf` to be found.
[[nodiscard]] std::size_t entry_children(const Box& entry);

// One CencSampleEncryptionInformationGroupEntry (§6). Errors: kDrmInitData.
[[nodiscard]] Result<SampleProtection> parse_seig_entry(ByteView entry);

// The body of PIFF's track encryption, and what its sample encryption may begin with: algorithm,
// length of vectors, key id (20 bytes).
struct PiffProtection {
  SampleScheme scheme = SampleScheme::kCenc;
  SampleProtection protection;
};
// Errors: kDrmInitData.
[[nodiscard]] Result<PiffProtection> parse_piff_protection(ByteView body);

}  // namespace playhead

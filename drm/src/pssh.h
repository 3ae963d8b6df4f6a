// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/protection.h"
#include "playhead/result.h"

// Protection System Specific Header boxes (ISO/IEC 23001-7 §8.1). Pure.
namespace playhead::drm {

struct PsshBox {
  int version = 0;  // 0 or 1
  KeyId system_id{};
  std::vector<KeyId> kids;  // version 1 only
  ByteView data;            // the system's own; into the bytes that were parsed
  ByteView whole;           // the box from its size on; likewise
};

struct PsshList {
  std::vector<PsshBox> boxes;  // in their order; systems nobody knows among them
  int skipped = 0;             // boxes of other versions or types
};

// One or more boxes one behind the other: "cenc" initialisation data. Empty when all of them are
// skipped. Errors: kDrmInitData (no boxes, or one reaches behind the end, or a limit).
[[nodiscard]] Result<PsshList> parse_pssh(ByteView bytes);

// The box as bytes. Version 1 where there are key ids.
[[nodiscard]] std::vector<uint8_t> write_pssh(const KeyId& system_id,
                                              const std::vector<KeyId>& kids, ByteView data);

// Bytes of all boxes of one track; chosen. Real ones have a few kB. Smaller: titles with hundreds
// of keys are refused; larger: more memory for a damaged file.
inline constexpr std::size_t kInitDataBytes = 1024 * 1024;
// Boxes in one list; chosen, ten times what was ever seen.
inline constexpr std::size_t kPsshBoxes = 128;

}  // namespace playhead::drm

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/encryption.h"

namespace playhead::reference {

struct FragmentSample {
  std::vector<uint8_t> data;
  std::optional<CryptoInfo> crypto;  // none: clear
};

// The samples of a fragmented MP4 file of one track, encrypted as `senc` and `tenc` say (ISO/IEC
// 23001-7 §7.2, §8.2). For well-formed files of packagers alone: no sample groups, no saio.
[[nodiscard]] std::vector<FragmentSample> read_fragments(ByteView file);

}  // namespace playhead::reference

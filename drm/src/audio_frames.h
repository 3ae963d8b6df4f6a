// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "playhead/bytes.h"

// Headers of audio frames, as far as it takes to find the next one.
namespace playhead {

struct AudioFrameSize {
  std::size_t header = 0;  // bytes, within `total`
  std::size_t total = 0;   // bytes
};

// ISO/IEC 14496-3 §1.A.2.2: the ADTS frame that begins here. None: not one.
[[nodiscard]] std::optional<AudioFrameSize> adts_frame(ByteView bytes);

// ETSI TS 102 366 §4.3.1 and §E.1.2: the AC-3 or E-AC-3 syncframe that begins here. Its header is
// not told apart (0). None: not one.
[[nodiscard]] std::optional<AudioFrameSize> ac3_frame(ByteView bytes);

}  // namespace playhead

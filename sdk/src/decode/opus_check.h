// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "playhead/bytes.h"
#include "playhead/time.h"

namespace playhead {

// How long a packet of Opus says it is; nothing when it is none (RFC 6716 §3.2, R1 … R7).
[[nodiscard]] std::optional<Duration> opus_duration(ByteView packet);

// Whether packets may be those of one stream: Opus decoders take nearly any bytes for sound. Pure.
class OpusCheck {
 public:
  // `said`: by the container; 0: nothing. False: the packet is none, or is neither as long as is
  // said nor as the one before.
  [[nodiscard]] bool accepts(ByteView packet, Duration said);

 private:
  std::optional<Duration> last_;
};

}  // namespace playhead

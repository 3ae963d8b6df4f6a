// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "playhead/bytes.h"

// What media vectors are made of, as far as it takes to reach their frames.
namespace playhead::reference {

// The PES payloads of the one elementary stream of a transport stream, in order.
struct ElementaryStream {
  int pid = -1;
  uint8_t stream_type = 0;  // of the PMT
  std::vector<std::vector<uint8_t>> payloads;
};
[[nodiscard]] ElementaryStream read_transport_stream(ByteView bytes);

// Without the ID3 tags in front.
[[nodiscard]] ByteView skip_id3(ByteView bytes);

}  // namespace playhead::reference

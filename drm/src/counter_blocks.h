// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "playhead/bytes.h"

namespace playhead {

// What counter mode is beside the block cipher: the blocks that are encrypted, and their addition
// to the bytes. Pure. Two compilations of the same loops, as both take as long as a third of the
// cipher itself in registers of 16 bytes.
enum class Registers : uint8_t {
  kAny,   // what every processor of the kind has
  kAvx2,  // 32 bytes; x86 only
};

// The longest that this processor has.
Registers longest_registers();

// Writes `blocks` counters of 16 bytes that count up in their second half, most significant byte
// first, from `next` on; the largest number is followed by 0 and nothing is carried. `first_half`:
// as its bytes stand in memory.
void write_counters(Registers registers, uint64_t first_half, uint64_t next, std::size_t blocks,
                    uint8_t* to);

// Writes in ^ key_stream to `out`, which is `in` or apart from it, and zeros to the key stream.
void use_key_stream(Registers registers, ByteView in, uint8_t* key_stream, uint8_t* out);

}  // namespace playhead

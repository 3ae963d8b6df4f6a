// SPDX-License-Identifier: Apache-2.0
#include "counter_blocks.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cipher_reference.h"

namespace playhead {
namespace {

using reference::Bytes;
using reference::to_hex;

// Those that this processor can run.
std::vector<Registers> all_registers() {
  if (longest_registers() == Registers::kAny) return {Registers::kAny};
  return {Registers::kAny, longest_registers()};
}

constexpr uint8_t kGuard = 0xA5;

TEST_CASE("counter_blocks: counters of any number, from anywhere, and nothing behind them") {
  const uint8_t first_bytes[] = {0x01, 0x23, 0x45, 0x67, 0xFF, 0xFF, 0xFF, 0xFF};
  uint64_t first_half = 0;
  std::copy(std::begin(first_bytes), std::end(first_bytes),
            reinterpret_cast<uint8_t*>(&first_half));
  constexpr uint64_t kLargest = std::numeric_limits<uint64_t>::max();
  struct Case {
    const char* name;
    uint64_t next;
  };
  const Case cases[] = {{"from 0", 0},
                        {"into the second byte", 0xFE},
                        {"into the fifth byte", 0x00000000FFFFFFFD},
                        {"over the sign", 0x7FFFFFFFFFFFFFFF},
                        {"the largest is followed by 0", kLargest},
                        {"and so it is later", kLargest - 4}};
  for (const Registers registers : all_registers()) {
    for (const Case& c : cases) {
      CAPTURE(std::string(c.name));
      for (const std::size_t blocks :
           {0u, 1u, 2u, 3u, 4u, 5u, 7u, 8u, 9u, 192u, 255u, 257u, 513u}) {
        CAPTURE(blocks);
        Bytes expected;
        for (std::size_t n = 0; n < blocks; ++n) {
          expected.insert(expected.end(), std::begin(first_bytes), std::end(first_bytes));
          const uint64_t number = c.next + n;
          for (int shift = 56; shift >= 0; shift -= 8) {
            expected.push_back(static_cast<uint8_t>(number >> shift));
          }
        }
        expected.push_back(kGuard);
        Bytes bytes(expected.size(), kGuard);
        write_counters(registers, first_half, c.next, blocks, bytes.data());
        CHECK(to_hex(bytes) == to_hex(expected));
      }
    }
  }
}

TEST_CASE("counter_blocks: a key stream is added, wiped, and nothing behind it is touched") {
  for (const Registers registers : all_registers()) {
    for (const std::size_t size : {0u,  1u,  7u,   8u,   15u,  16u,  17u,  31u,  32u,   33u,  63u,
                                   64u, 65u, 127u, 128u, 129u, 511u, 512u, 513u, 1003u, 3072u}) {
      CAPTURE(size);
      const Bytes in = reference::noise(size, 1);
      const Bytes key_stream = reference::noise(size, 2);
      Bytes expected(size);
      for (std::size_t n = 0; n < size; ++n) {
        expected[n] = static_cast<uint8_t>(in[n] ^ key_stream[n]);
      }
      expected.push_back(kGuard);
      Bytes wiped(size);
      wiped.push_back(kGuard);
      // Neither of the two need be aligned: they are looked at one byte behind where they begin.
      for (const bool is_in_place : {false, true}) {
        CAPTURE(is_in_place);
        Bytes used(size + 2, kGuard);
        std::copy(key_stream.begin(), key_stream.end(), used.begin() + 1);
        Bytes out(size + 2, kGuard);
        if (is_in_place) std::copy(in.begin(), in.end(), out.begin() + 1);
        const ByteView from = is_in_place ? ByteView(out).subspan(1, size) : ByteView(in);
        use_key_stream(registers, from, used.data() + 1, out.data() + 1);
        CHECK(to_hex(ByteView(out).subspan(1)) == to_hex(expected));
        CHECK(to_hex(ByteView(used).subspan(1)) == to_hex(wiped));
        CHECK(out[0] == kGuard);
        CHECK(used[0] == kGuard);
      }
    }
  }
}

}  // namespace
}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "counter_blocks.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__) || defined(__i386__)
#define PLAYHEAD_HAS_AVX2_LOOPS 1
#else
#define PLAYHEAD_HAS_AVX2_LOOPS 0
#endif

namespace playhead {
namespace {

// Blocks side by side in one register, as GCC and Clang have them for any processor. None is passed
// to a function or returned, which would depend on the registers; longer ones than there are would
// go through memory.
using OneBlock = uint64_t __attribute__((vector_size(16)));
using TwoBlocks = uint64_t __attribute__((vector_size(32)));
constexpr std::size_t kBlock = 16;

// A number as its bytes stand in memory, the most significant first.
uint64_t big_endian(uint64_t number) {
  if constexpr (std::endian::native == std::endian::big) return number;
  number = (number & 0x00FF00FF00FF00FF) << 8 | (number >> 8 & 0x00FF00FF00FF00FF);
  number = (number & 0x0000FFFF0000FFFF) << 16 | (number >> 16 & 0x0000FFFF0000FFFF);
  return number << 32 | number >> 32;
}

// Counters of which the last byte alone changes.
template <typename Wide>
[[gnu::always_inline]] inline void write_run(uint64_t first_half, uint64_t second_half,
                                             std::size_t blocks, uint8_t* to) {
  constexpr std::size_t kAtOnce = sizeof(Wide) / kBlock;
  constexpr uint64_t kOne = std::endian::native == std::endian::little ? uint64_t{1} << 56 : 1;
  Wide counters{}, step{};
  for (std::size_t n = 0; n < kAtOnce; ++n) {
    counters[2 * n] = first_half;
    counters[2 * n + 1] = second_half + n * kOne;
    step[2 * n + 1] = kAtOnce * kOne;
  }
  for (; blocks >= kAtOnce; blocks -= kAtOnce, to += sizeof(Wide)) {
    std::memcpy(to, &counters, sizeof(Wide));
    counters += step;
  }
  if (blocks > 0) std::memcpy(to, &counters, kBlock);
}

template <typename Wide>
[[gnu::always_inline]] inline void write_all(uint64_t first_half, uint64_t next, std::size_t blocks,
                                             uint8_t* to) {
  while (blocks > 0) {
    constexpr uint64_t kRun = 256;
    const std::size_t count = std::min<std::size_t>(blocks, kRun - next % kRun);
    write_run<Wide>(first_half, big_endian(next), count, to);
    next += count;
    blocks -= count;
    to += count * kBlock;
  }
}

template <typename Unit>
[[gnu::always_inline]] inline void use_unit(const uint8_t* in, uint8_t* key_stream, uint8_t* out) {
  Unit bytes, added;
  std::memcpy(&bytes, in, sizeof(Unit));
  std::memcpy(&added, key_stream, sizeof(Unit));
  bytes = static_cast<Unit>(bytes ^ added);
  added = Unit{};
  std::memcpy(out, &bytes, sizeof(Unit));
  std::memcpy(key_stream, &added, sizeof(Unit));
}

template <typename Wide>
[[gnu::always_inline]] inline void use_all(ByteView in, uint8_t* key_stream, uint8_t* out) {
  const uint8_t* from = in.data();
  const std::size_t count = in.size();
  std::size_t at = 0;
  for (; at + 2 * sizeof(Wide) <= count; at += 2 * sizeof(Wide)) {
    use_unit<Wide>(from + at, key_stream + at, out + at);
    constexpr std::size_t kNext = sizeof(Wide);
    use_unit<Wide>(from + at + kNext, key_stream + at + kNext, out + at + kNext);
  }
  for (; at + 8 <= count; at += 8) use_unit<uint64_t>(from + at, key_stream + at, out + at);
  for (; at < count; ++at) use_unit<uint8_t>(from + at, key_stream + at, out + at);
}

#if PLAYHEAD_HAS_AVX2_LOOPS
[[gnu::target("avx2")]] void write_avx2(uint64_t first_half, uint64_t next, std::size_t blocks,
                                        uint8_t* to) {
  write_all<TwoBlocks>(first_half, next, blocks, to);
}
[[gnu::target("avx2")]] void use_avx2(ByteView in, uint8_t* key_stream, uint8_t* out) {
  use_all<TwoBlocks>(in, key_stream, out);
}
#endif

}  // namespace

Registers longest_registers() {
#if PLAYHEAD_HAS_AVX2_LOOPS
  if (__builtin_cpu_supports("avx2")) return Registers::kAvx2;
#endif
  return Registers::kAny;
}

void write_counters(Registers registers, uint64_t first_half, uint64_t next, std::size_t blocks,
                    uint8_t* to) {
#if PLAYHEAD_HAS_AVX2_LOOPS
  if (registers == Registers::kAvx2) return write_avx2(first_half, next, blocks, to);
#endif
  static_cast<void>(registers);
  write_all<OneBlock>(first_half, next, blocks, to);
}

void use_key_stream(Registers registers, ByteView in, uint8_t* key_stream, uint8_t* out) {
#if PLAYHEAD_HAS_AVX2_LOOPS
  if (registers == Registers::kAvx2) return use_avx2(in, key_stream, out);
#endif
  static_cast<void>(registers);
  use_all<OneBlock>(in, key_stream, out);
}

}  // namespace playhead

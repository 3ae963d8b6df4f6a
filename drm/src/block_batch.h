// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "aes.h"

namespace playhead {

// Blocks that lie scattered over a sample (patterns) reach the cipher side by side: called block by
// block, AES is about ten times slower. Cipher: AesCtr or AesCbc, started by the caller.
class BlockBatch {
 public:
  // The blocks of `range` by a pattern of `crypt` encrypted and `skip` clear ones, in place; the
  // batch may keep some until flush(). `range` ends with a whole block or not: what is no whole
  // block stays clear.
  template <typename Cipher>
  Result<void> add_pattern(Cipher& cipher, std::span<uint8_t> range, std::size_t crypt,
                           std::size_t skip) {
    while (range.size() >= kAesBlockBytes) {
      for (std::size_t n = 0; n < crypt && range.size() >= kAesBlockBytes; ++n) {
        if (auto added = add(cipher, range.data()); !added) return added;
        range = range.subspan(kAesBlockBytes);
      }
      const std::size_t clear = skip * kAesBlockBytes;
      if (range.size() <= clear) break;
      range = range.subspan(clear);
    }
    return {};
  }

  template <typename Cipher>
  Result<void> flush(Cipher& cipher) {
    const std::size_t count = count_;
    count_ = 0;
    if (count == 0) return {};
    if (auto done = cipher.decrypt(std::span(bytes_).first(count * kAesBlockBytes)); !done) {
      return done;
    }
    for (std::size_t n = 0; n < count; ++n) {
      std::memcpy(places_[n], &bytes_[n * kAesBlockBytes], kAesBlockBytes);
    }
    return {};
  }

  // Forgets what was not flushed: after an error.
  void clear() { count_ = 0; }

 private:
  template <typename Cipher>
  Result<void> add(Cipher& cipher, uint8_t* block) {
    std::memcpy(&bytes_[count_ * kAesBlockBytes], block, kAesBlockBytes);
    places_[count_++] = block;
    return count_ == kBlocks ? flush(cipher) : Result<void>{};
  }

  // 4 kB of blocks: large enough that the call does not count, small enough for the first cache.
  static constexpr std::size_t kBlocks = 256;
  std::array<uint8_t, kBlocks * kAesBlockBytes> bytes_;
  std::array<uint8_t*, kBlocks> places_;
  std::size_t count_ = 0;
};

}  // namespace playhead

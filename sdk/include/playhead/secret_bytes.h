// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "playhead/bytes.h"

// Keys, and the licences they come in: their memory is overwritten before it is given back.
namespace playhead {

// Volatile: the compiler must not leave it out.
inline void wipe_memory(void* memory, std::size_t bytes) {
  volatile auto* at = static_cast<volatile uint8_t*>(memory);
  for (std::size_t i = 0; i < bytes; ++i) at[i] = 0;
}

template <typename T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) {}  // NOLINT: allocators convert silently

  [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) {
    wipe_memory(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

// Grows without leaving copies behind.
using SecretBytes = std::vector<uint8_t, WipingAllocator<uint8_t>>;

// An empty vector that is wiped, all of its room, when the last one who shares it lets go. Room has
// to be reserved once: growing leaves a copy behind.
[[nodiscard]] inline std::shared_ptr<std::vector<uint8_t>> make_shared_secret() {
  return {new std::vector<uint8_t>, [](std::vector<uint8_t>* bytes) {
            bytes->resize(bytes->capacity());
            wipe_memory(bytes->data(), bytes->size());
            delete bytes;
          }};
}

// A copy to be shared, of the same kind.
[[nodiscard]] inline SharedBytes share_secret(ByteView bytes) {
  const std::shared_ptr<std::vector<uint8_t>> owner = make_shared_secret();
  owner->assign(bytes.begin(), bytes.end());
  return {owner, ByteView(*owner)};
}

}  // namespace playhead

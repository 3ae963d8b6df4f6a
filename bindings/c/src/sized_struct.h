// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

// Copies of structs between a caller and a library that may know different versions of them.
namespace playhead::capi {

// A struct_size beyond this is taken for uninitialised memory. Several times the largest struct.
inline constexpr uint32_t kMaxStructSize = 4096;

// And one that no version can have had, for it ends inside of a member, would make half of a pointer a pointer.
template <typename Struct>
[[nodiscard]] bool has_valid_size(const Struct* theirs) {
  return theirs != nullptr && theirs->struct_size >= 2 * sizeof(uint32_t) &&
         theirs->struct_size <= kMaxStructSize && theirs->struct_size % alignof(Struct) == 0;
}

// Members the caller does not know are 0, members we do not know are not read.
template <typename Struct>
[[nodiscard]] bool read_struct(const Struct* theirs, Struct& ours) {
  static_assert(std::is_trivially_copyable_v<Struct> && offsetof(Struct, struct_size) == 0);
  ours = Struct{};
  if (!has_valid_size(theirs)) return false;
  std::memcpy(&ours, theirs, std::min<std::size_t>(theirs->struct_size, sizeof(Struct)));
  ours.struct_size = sizeof(Struct);
  return true;
}

// Members the caller does not know are not written, members we do not know become 0.
template <typename Struct>
[[nodiscard]] bool write_struct(const Struct& ours, Struct* theirs) {
  static_assert(std::is_trivially_copyable_v<Struct> && offsetof(Struct, struct_size) == 0);
  if (!has_valid_size(theirs)) return false;
  const uint32_t size = theirs->struct_size;
  auto* bytes = reinterpret_cast<unsigned char*>(theirs);
  std::memcpy(bytes, &ours, std::min<std::size_t>(size, sizeof(Struct)));
  if (size > sizeof(Struct)) std::memset(bytes + sizeof(Struct), 0, size - sizeof(Struct));
  theirs->struct_size = size;
  return true;
}

}  // namespace playhead::capi

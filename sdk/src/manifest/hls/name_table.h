// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace playhead::hls {

// Names of tags or attributes, found by hash; built at compile time.
template <std::size_t N>
class NameTable {
 public:
  constexpr explicit NameTable(const std::array<std::string_view, N>& names) : names_(names) {
    for (std::size_t i = 0; i < N; ++i) {
      std::size_t slot = hash(names_[i]);
      while (slots_[slot] != 0) slot = (slot + 1) % kSlots;
      slots_[slot] = static_cast<uint8_t>(i + 1);
    }
  }
  // Position of `name`; -1 when it is not one of them.
  [[nodiscard]] constexpr int find(std::string_view name) const {
    if (name.empty()) return -1;
    for (std::size_t slot = hash(name); slots_[slot] != 0; slot = (slot + 1) % kSlots) {
      if (names_[slots_[slot] - std::size_t{1}] == name) return slots_[slot] - 1;
    }
    return -1;
  }
  [[nodiscard]] constexpr std::string_view name(std::size_t position) const {
    return names_[position];
  }

 private:
  static constexpr std::size_t kSlots = 128;
  static_assert(N < kSlots / 2);
  [[nodiscard]] static constexpr std::size_t hash(std::string_view name) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(name[i]); };
    return (name.size() * 7 + at(0) * std::size_t{3} + at(name.size() / 2) * std::size_t{5} +
            at(name.size() - 1) * std::size_t{11}) %
           kSlots;
  }
  std::array<std::string_view, N> names_;
  std::array<uint8_t, kSlots> slots_{};  // position + 1; 0 free
};
template <std::size_t N>
NameTable(const std::array<std::string_view, N>&) -> NameTable<N>;

}  // namespace playhead::hls

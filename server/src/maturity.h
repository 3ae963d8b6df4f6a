// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

// For whom a title is, and for whom a profile. Pure; any thread.
namespace playhead::server {

// Stored: the numbers never change. In rising order.
enum class Maturity { kG = 0, kPg = 1, kPg13 = 2, kR = 3, kTvMa = 4 };

inline constexpr std::array<std::string_view, 5> kMaturityNames = {"G", "PG", "PG-13", "R",
                                                                   "TV-MA"};

[[nodiscard]] constexpr std::string_view maturity_name(Maturity maturity) {
  return kMaturityNames[static_cast<std::size_t>(maturity)];
}

[[nodiscard]] constexpr std::optional<Maturity> parse_maturity(std::string_view name) {
  for (std::size_t i = 0; i < kMaturityNames.size(); ++i) {
    if (kMaturityNames[i] == name) return static_cast<Maturity>(i);
  }
  return std::nullopt;
}

// A title of which nothing is said is for who may see everything: nobody has looked at it.
[[nodiscard]] constexpr bool is_within(std::optional<Maturity> title, Maturity profile) {
  return title.value_or(Maturity::kTvMa) <= profile;
}

}  // namespace playhead::server

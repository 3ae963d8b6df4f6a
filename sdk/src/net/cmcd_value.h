// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// How CMCD, both versions, writes values. Pure.
namespace playhead {

// A string of RFC 8941 §4.1.6; characters that it does not allow are left out.
[[nodiscard]] std::string quoted(std::string_view text);
// To the nearest 100, at least 0.
[[nodiscard]] int64_t to_hundreds(int64_t value);
// Two decimals at most, without zeros at the end and without the host's locale.
[[nodiscard]] std::string decimal(double value);

}  // namespace playhead

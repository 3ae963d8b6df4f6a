// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// H.264 byte streams (ISO/IEC 14496-10 annex B). Works in place.
namespace playhead {

// Where the next start code prefix (00 00 01) begins at or after `from`; the size when there is
// none.
[[nodiscard]] std::size_t find_start_code(std::span<const uint8_t> bytes, std::size_t from);

// Takes out emulation prevention bytes (§7.4.1: the 03 of 00 00 03); answers how many bytes are
// left, at the front.
[[nodiscard]] std::size_t remove_emulation_prevention(std::span<uint8_t> nal);

}  // namespace playhead

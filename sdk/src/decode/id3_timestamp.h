// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "playhead/bytes.h"

namespace playhead {

// Bytes needed to know an ID3 tag's length.
inline constexpr std::size_t kId3HeaderBytes = 10;

// Length of the ID3v2 tag that starts here, header and footer included; 0 if none does.
[[nodiscard]] std::size_t id3_tag_bytes(ByteView head);

// The start time of a packed audio segment in 90 kHz ticks (33 bits), from the tag's PRIV frame
// "com.apple.streaming.transportStreamTimestamp" (RFC 8216 §3.4). `tag` is the whole tag.
[[nodiscard]] std::optional<int64_t> id3_transport_timestamp(ByteView tag);

}  // namespace playhead

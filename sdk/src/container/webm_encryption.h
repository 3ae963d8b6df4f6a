// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "playhead/bytes.h"
#include "playhead/encryption.h"
#include "playhead/result.h"

// Frames of encrypted WebM tracks ("WebM Encryption" 4.6, 4.7). Pure; any thread.
namespace playhead {

struct WebmFrame {
  std::size_t header_bytes = 0;  // in front of the frame: signal byte, vector, partitions
  std::shared_ptr<const CryptoInfo> crypto;  // null: this frame is clear
};

// `block` is a frame as it is stored in a track with a ContentEncKeyID. Errors: kDrmSample (cut
// off, partitions that lie outside of the frame or run backwards), kContainerUnsupported (an
// extension of the signal byte).
[[nodiscard]] Result<WebmFrame> parse_webm_frame(ByteView block, const KeyId& kid);

}  // namespace playhead

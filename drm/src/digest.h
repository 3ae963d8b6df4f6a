// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead::drm {

// SHA-256 by OpenSSL. Errors: kInternal (OpenSSL itself).
[[nodiscard]] Result<std::array<uint8_t, 32>> sha256(ByteView bytes);

}  // namespace playhead::drm

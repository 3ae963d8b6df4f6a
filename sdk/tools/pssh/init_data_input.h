// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/drm/drm_session.h"
#include "playhead/result.h"

namespace playhead::tools {

// What was given, as bytes: a file's or standard input's, or the argument itself. Text is taken for
// hexadecimal digits, base64 of any spelling, a data: URI or keyids JSON, whichever it is.
// Errors: kDrmInitData (it is none of these).
[[nodiscard]] Result<InitData> read_init_data(std::string text);

// Bytes of input; more is no initialisation data.
inline constexpr std::size_t kInputBytes = 4 * 1024 * 1024;

}  // namespace playhead::tools

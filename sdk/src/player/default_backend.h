// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/media_backend.h"

namespace playhead {

// The decoders of a client whose app brings none. Which, the build says: FFmpeg's linked in
// (linked_decoders.cpp), or a library of its own that is loaded when the first title is opened
// (decoder_library.cpp).
[[nodiscard]] std::shared_ptr<MediaBackend> make_default_backend();

}  // namespace playhead

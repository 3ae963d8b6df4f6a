// SPDX-License-Identifier: Apache-2.0
#include "player/decoder_library.h"

namespace playhead {

std::shared_ptr<MediaBackend> make_default_backend() { return std::make_shared<DecoderLibrary>(); }

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_backend.h"
#include "playhead/media_backend.h"

namespace playhead {

std::shared_ptr<MediaBackend> make_default_backend() { return std::make_shared<FfmpegBackend>(); }

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
// The one thing that libplayhead-decoders exports.
#include <cstring>

#include "decode/ffmpeg_backend.h"
#include "player/decoder_library.h"

extern "C" __attribute__((visibility("default"))) playhead::MediaBackend* playhead_make_decoders(
    const char* version) {
  const bool is_same = std::strcmp(version, PLAYHEAD_COMPANION_VERSION) == 0;
  return is_same ? new playhead::FfmpegBackend() : nullptr;
}

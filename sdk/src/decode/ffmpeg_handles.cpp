// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_handles.h"

#include <array>

namespace playhead {

void FfmpegDeleter::operator()(AVIOContext* p) const {
  if (!p) return;
  av_freep(static_cast<void*>(&p->buffer));  // libavformat may have replaced the one we gave
  avio_context_free(&p);
}

std::string ffmpeg_error_text(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(error, text.data(), text.size());
  return text.data();
}

Error ffmpeg_error(ErrorCode code, const std::string& what, int error, Severity severity) {
  // Some decoders fail with a bare -1, which would read as a matter of permissions.
  constexpr int kNoReason = -1;
  return Error{code, severity, error,
               error == kNoReason ? what : what + ": " + ffmpeg_error_text(error)};
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "playhead/media_backend.h"

namespace playhead {

// CEA-608 captions of one channel to cues, by FFmpeg. Pop-on captions appear and go in the picture
// that says so; letters of roll-up and paint-on captions are shown at most five times a second.
// Some µs a picture. One thread at a time.
class FfmpegCaptionDecoder final : public CaptionDecoder {
 public:
  // Errors: kCodecUnsupported (FFmpeg was built without it), kOutOfMemory.
  [[nodiscard]] static Result<std::unique_ptr<CaptionDecoder>> open();
  ~FfmpegCaptionDecoder() override;
  FfmpegCaptionDecoder(const FfmpegCaptionDecoder&) = delete;
  FfmpegCaptionDecoder& operator=(const FfmpegCaptionDecoder&) = delete;

  [[nodiscard]] std::optional<CaptionScreen> decode(MediaTime time, ByteView pairs) override;
  void flush() override;

 private:
  struct Libav;
  explicit FfmpegCaptionDecoder(std::unique_ptr<Libav> libav);

  std::unique_ptr<Libav> libav_;
};

// One row of what FFmpeg makes of captions: ASS with the overrides it uses (\pos, \i, \u, \c, \3c),
// rows parted by \N. For a screen of 384 × 288.
[[nodiscard]] std::vector<Cue> read_ass_rows(std::string_view text, MediaTime start);

}  // namespace playhead

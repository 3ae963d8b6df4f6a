// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/cues.h"
#include "playhead/result.h"

namespace playhead {

// What a CEA-608 decoder shows from `time` on, until the next screen: a cue for each row, at its
// place, ends not known (MediaTime::max()). No rows: nothing.
struct CaptionScreen {
  MediaTime time;
  std::vector<Cue> rows;  // top to bottom
};

// CEA-608 captions of one channel to cues, by FFmpeg. Pop-on captions appear and go in the picture
// that says so; letters of roll-up and paint-on captions are shown at most five times a second.
// Cheap enough for the calling thread: some µs a picture. One thread at a time.
class CaptionDecoder {
 public:
  // Errors: kCodecUnsupported (FFmpeg was built without it), kOutOfMemory.
  [[nodiscard]] static Result<std::unique_ptr<CaptionDecoder>> open();
  ~CaptionDecoder();
  CaptionDecoder(const CaptionDecoder&) = delete;
  CaptionDecoder& operator=(const CaptionDecoder&) = delete;

  // The byte pairs of one picture, two bytes each with parity, those of field 1 and channel 1 only;
  // none is fine. Times ascend. Answers the screen when it changes.
  [[nodiscard]] std::optional<CaptionScreen> decode(MediaTime time, ByteView pairs);
  // Forgets everything: a seek, another channel. The screen is empty then.
  void flush();

 private:
  struct Libav;
  explicit CaptionDecoder(std::unique_ptr<Libav> libav);

  std::unique_ptr<Libav> libav_;
};

// One row of what FFmpeg makes of captions: ASS with the overrides it uses (\pos, \i, \u, \c, \3c),
// rows parted by \N. For a screen of 384 × 288.
[[nodiscard]] std::vector<Cue> read_ass_rows(std::string_view text, MediaTime start);

}  // namespace playhead

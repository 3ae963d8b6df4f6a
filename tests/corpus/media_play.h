// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/error.h"
#include "playhead/live.h"
#include "playhead/time.h"

namespace playhead::test {

// Plays segment files of a folder as an HLS media playlist through StreamingEngine, FFmpeg and the
// pipelines, as fast as they go. A first file with "init" in its name is the InitSegment.
class MediaPlay {
 public:
  // `length`: of the media, roughly; the playlist divides it among the segments.
  // `manifest`: takes the place of the playlist.
  MediaPlay(std::string folder, std::vector<std::string> files, Duration length,
            std::string manifest = {});
  ~MediaPlay();

  struct Outcome {
    int64_t pictures = 0;       // shown
    int64_t sound_samples = 0;  // given to a decoder
    double heard_s = 0;         // given to the sink
    int decode_errors = 0;
    bool is_in_order = true;         // each picture later than the one before
    std::vector<MediaTime> times;    // of the pictures
    std::vector<TimedEvent> events;  // found in the segments
    std::optional<Error> failure;    // nothing, or no more, could be had
  };
  // Returns at the end of the title or when it fails; the test program's time limit is the only
  // other end.
  Outcome run();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead::test

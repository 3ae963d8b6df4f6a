// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/result.h"
#include "playhead/time.h"

namespace playhead {

// An MP4 in one file, whose moov and moofs say where each sample lies (ISO/IEC 14496-12 §8.6 to
// §8.8), as what streaming plays: an InitSegment, and fragments whose bodies are stretches of the
// file. Fragments of the file's own do not stay as they are: each may be a single picture, and
// count its offsets from the file's start. Pictures and sound alone. Any thread may read it.
class MovieFile {
 public:
  // Bytes of the file, one behind the other.
  struct Stretch {
    int64_t offset = 0;
    int64_t size = 0;
  };
  struct Fragment {
    std::vector<uint8_t> head;  // moof, and the header of the mdat
    std::vector<Stretch> body;  // what is in the mdat
  };

  // A moof of the file.
  struct Moof {
    int64_t offset = 0;  // of the box within the file
    std::vector<uint8_t> box;
  };

  // Of one track: ten hours of sound have 1,700,000.
  static constexpr std::size_t kMostSamples = 2'000'000;
  // `moov`: the box with all it holds; `moofs`: all of the file, in their order. Errors:
  // kContainerSyntax (more than kMostSamples, too), kContainerUnsupported (neither pictures nor
  // sound).
  static Result<MovieFile> parse(ByteView moov, std::span<const Moof> moofs = {});
  // Whether there may be moofs behind this moov.
  static Result<bool> is_fragmented(ByteView moov);

  [[nodiscard]] const std::vector<uint8_t>& init_segment() const { return init_; }
  // Each begins with a key frame where there are pictures, and lasts 4 s or more where
  // there are enough key frames.
  [[nodiscard]] std::size_t fragment_count() const { return starts_.size(); }
  [[nodiscard]] Duration duration_of(std::size_t fragment) const;
  [[nodiscard]] Fragment fragment(std::size_t number) const;

 private:
  struct Sample {
    int64_t offset = 0;
    int64_t decode_ticks = 0;
    uint32_t size = 0;
    uint32_t duration = 0;
    int32_t composition = 0;
    bool is_sync = true;
  };
  struct Track {
    uint32_t id = 0;
    int64_t timescale = 1;
    bool is_video = false;
    std::vector<Sample> samples;     // by decode time
    std::vector<std::size_t> first;  // of each fragment; and the end
  };
  friend class MovieParser;

  void cut();
  [[nodiscard]] int64_t time_of(const Track& track, std::size_t sample) const;

  std::vector<Track> tracks_;
  std::vector<uint8_t> init_;
  std::vector<int64_t> starts_;  // of each fragment, microseconds of decode time
  int64_t end_ = 0;
};

}  // namespace playhead

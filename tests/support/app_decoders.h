// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "playhead/media_backend.h"
#include "playhead/playhead.h"
#include "support/reference_decryptor.h"

namespace playhead::test {

// Decoders as an app brings them by the C interface: what is encrypted is opened by OpenSSL with known
// keys, what is clear decoded by FFmpeg. One executor runs it all.
class AppDecoders {
 public:
  // What they do in place of decoding.
  enum class Fault : uint8_t {
    kNone,
    kRefuses,   // every stream
    kThrows,    // in decode()
    kSwallows,  // samples, and tells nothing of them
    kHoards,    // samples
    kBabbles,   // gives back what was never asked for, then decodes
    kFails,     // with `error`, after `before` samples, for good
  };
  // What came to the decoders of one kind of track.
  struct Seen {
    std::vector<uint8_t> clear;  // of all samples
    int samples = 0, encrypted = 0, key_frames = 0;
    std::set<std::vector<uint8_t>> vectors, kids;
    std::set<uint32_t> schemes, patterns;  // crypt_blocks * 16 + skip_blocks
    int mapped = 0;                        // samples with subsamples
    std::vector<int64_t> decode_times;
    std::string codec;
  };

  // `codecs` decodes, on `executor`; both live longer.
  AppDecoders(std::shared_ptr<MediaBackend> codecs, Executor& executor)
      : codecs_(std::move(codecs)), executor_(executor) {}
  ~AppDecoders();

  [[nodiscard]] playhead_decoders table();

  KeyRing keys;
  bool is_secure = true;
  bool is_opaque = false;  // pictures are
  bool gives_int16 = false;
  Fault fault = Fault::kNone;
  int32_t error = 0;
  int before = 0;
  std::function<void()> on_decode;  // called inside

  Seen video, audio;
  int opened = 0, closed = 0, flushed = 0, drained = 0, destroyed = 0;
  int pictures = 0, released = 0;
  std::set<playhead_status> refusals;  // of what it told

 private:
  struct One;
  struct Picture;
  void decode(One& one, playhead_sample* sample);
  void babble(One& one);
  void feed(One& one);
  void note(playhead_status status) {
    if (status != PLAYHEAD_OK) refusals.insert(status);
  }

  const std::shared_ptr<MediaBackend> codecs_;
  Executor& executor_;
  std::deque<playhead_sample*> hoard_;
};

}  // namespace playhead::test

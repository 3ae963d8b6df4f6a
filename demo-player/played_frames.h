// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

namespace demo {

// How much of the sound handed to a device has been heard. The device asks for a block, plays the
// one before it meanwhile, and never says where inside of it it is: between two requests the answer
// follows the clock. Silence the device was given (paused, or nothing to play) does not count.
// Pure; the caller serialises.
class PlayedFrames {
 public:
  // `latency_frames`: what lies between a request and the loudspeaker.
  void reset(int sample_rate, int64_t latency_frames);

  // The device asked at `now_us` for `device_frames` and got `sound_frames` (the rest silence,
  // after the sound).
  void on_request(int64_t now_us, int64_t device_frames, int64_t sound_frames);

  // Sound given so far becomes history: the count restarts at 0.
  void flush();

  [[nodiscard]] int64_t played(int64_t now_us);

 private:
  // One request: the device's and the sound's totals before it.
  struct Block {
    int64_t device_begin, device_frames;
    int64_t sound_begin, sound_frames;
  };

  int sample_rate_ = 48'000;
  int64_t latency_frames_ = 0;
  int64_t device_total_ = 0;  // handed to the device
  int64_t sound_total_ = 0;   // of it sound, since the flush
  int64_t request_us_ = 0;    // when the last request came
  int64_t played_ = 0;
  std::deque<Block> blocks_;  // not yet heard to their end
};

}  // namespace demo

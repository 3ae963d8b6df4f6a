// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/media.h"
#include "playhead/result.h"

// Where decoded media goes: supplied by the app. All calls come from the engine thread and must
// return within a millisecond or two: hand over and go.
namespace playhead {

class VideoSink {
 public:
  virtual ~VideoSink() = default;
  // Show this frame now; it stays until the next one.
  virtual void show(const VideoFrame& frame) = 0;
  // The picture on screen no longer belongs to the title (another was loaded).
  virtual void clear() {}
};

class AudioSink {
 public:
  virtual ~AudioSink() = default;

  // Opens the device near `wanted`; answers what it takes. Called before any write.
  // Errors: kAudioOutput; the title then plays without sound, after a Warning, and while it plays
  // the device is asked for again about once a second.
  virtual Result<AudioFormat> open(AudioFormat wanted) = 0;
  virtual void close() = 0;

  // Queues interleaved frames (in the opened format); they play when resumed. `frames` of them.
  virtual void write(const float* samples, int64_t frames) = 0;
  // Frames that have been heard since open() or the last flush(), by the device's own clock,
  // device latency taken off. Never decreases between flushes. A device that stands still for 2 s
  // though it has frames to play is closed, and the title plays on without sound, after a Warning
  // (kAudioOutput), until it can be opened again and plays the silence that it is tried with.
  [[nodiscard]] virtual int64_t frames_played(MonotonicTime now) = 0;

  // A sink is paused after open() and after flush().
  virtual void pause() = 0;
  virtual void resume() = 0;
  // Drops what is queued and restarts the count at 0.
  virtual void flush() = 0;
  // 0..1, linear.
  virtual void set_volume(double volume) = 0;
};

// What an app gives a player. Apps that decode by themselves (MediaCodec, VideoToolbox, secure decoders)
// bring decoders, a MediaBackend, beside these. A missing video sink drops pictures (they are still decoded and
// timed); a missing audio sink plays silently by the monotonic clock.
struct Sinks {
  std::shared_ptr<VideoSink> video;
  std::shared_ptr<AudioSink> audio;
};

}  // namespace playhead

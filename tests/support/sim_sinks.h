// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "playhead/executor.h"
#include "playhead/sinks.h"

namespace playhead::test {

// Remembers when which frame was shown.
class CapturingVideoSink final : public VideoSink {
 public:
  explicit CapturingVideoSink(Executor& executor) : executor_(executor) {}
  void show(const VideoFrame& frame) override {
    const bool is_simulated = frame.planes[0] == nullptr && frame.owner;
    const int64_t content_us =
        is_simulated ? *static_cast<const int64_t*>(frame.owner.get()) : int64_t{-1};
    shown_.push_back({executor_.now(), frame.time, content_us});
  }
  void clear() override { ++cleared_; }

  struct Shown {
    MonotonicTime at;
    MediaTime time;
    int64_t content_us = -1;  // its container time; -1: it is no simulated picture
  };
  [[nodiscard]] const std::vector<Shown>& shown() const { return shown_; }
  void forget() { shown_.clear(); }
  // How often the screen went black.
  [[nodiscard]] int cleared() const { return cleared_; }

 private:
  Executor& executor_;
  std::vector<Shown> shown_;
  int cleared_ = 0;
};

// A sound device that plays by the executor's clock.
class SimAudioSink final : public AudioSink {
 public:
  explicit SimAudioSink(Executor& executor) : executor_(executor) {}

  Result<AudioFormat> open(AudioFormat wanted) override;
  void close() override;
  void write(const float* samples, int64_t frames) override;
  [[nodiscard]] int64_t frames_played(MonotonicTime now) override;
  void pause() override;
  void resume() override;
  void flush() override;
  void set_volume(double volume) override { volume_ = volume; }

  // There is no device from now on.
  void unplug() { is_unplugged_ = true; }

  [[nodiscard]] bool is_open() const { return is_open_; }
  [[nodiscard]] double volume() const { return volume_; }
  // Sound heard since the sink was made, over every flush; silence is not counted.
  [[nodiscard]] double heard_s(MonotonicTime now) {
    const int64_t heard = total_played_ + frames_played(now) - silent_frames_;
    return static_cast<double>(heard) / format_.sample_rate;
  }
  // Container time of the simulated sound that is heard now, in milliseconds modulo kSoundMarks;
  // none: silence, or nothing.
  [[nodiscard]] std::optional<int64_t> heard_content_ms(MonotonicTime now);
  // Frames of silence among those written since open().
  [[nodiscard]] int64_t silent_frames() const { return silent_frames_; }
  // How often the device was opened, and what it had was dropped.
  [[nodiscard]] int opened() const { return opened_; }
  [[nodiscard]] int flushed() const { return flushed_; }
  [[nodiscard]] bool is_running() const { return is_running_; }
  // Frames the device wanted to play while running but did not have.
  [[nodiscard]] int64_t underrun_frames() const { return underrun_frames_; }

 private:
  // What begins at that frame since open() or flush().
  struct Stretch {
    int64_t first_frame = 0;
    float mark = 0;
  };
  // Accounts for the time since the last look.
  void advance(MonotonicTime now);

  Executor& executor_;
  AudioFormat format_;
  int opened_ = 0, flushed_ = 0;
  bool is_unplugged_ = false;
  bool is_open_ = false;
  bool is_running_ = false;
  double volume_ = 1.0;
  int64_t written_ = 0;
  int64_t played_ = 0;
  int64_t total_played_ = 0;  // before the last flush
  int64_t silent_frames_ = 0;
  int64_t underrun_frames_ = 0;
  int64_t remainder_us_ = 0;  // time not yet worth a frame, times the rate
  MonotonicTime seen_;
  std::deque<Stretch> stretches_;  // but for those behind what is heard
};

}  // namespace playhead::test

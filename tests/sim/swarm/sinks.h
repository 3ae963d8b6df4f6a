// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "playhead/executor.h"
#include "playhead/sinks.h"

namespace playhead::swarm {

// Tells what is shown, and of use after the player's end.
class SwarmScreen final : public VideoSink {
 public:
  std::function<void(const VideoFrame&)> on_show;
  void show(const VideoFrame& frame) override {
    if (on_show) on_show(frame);
  }
};

// A cheap sound device by the executor's clock: it takes 8 kHz mono, and knows which stretch of
// content is heard.
class SwarmSpeaker final : public AudioSink {
 public:
  explicit SwarmSpeaker(Executor& executor) : executor_(executor) {}

  Result<AudioFormat> open(AudioFormat wanted) override;
  void close() override { is_open_ = false; }
  void write(const float* samples, int64_t frames) override;
  [[nodiscard]] int64_t frames_played(MonotonicTime now) override;
  void pause() override;
  void resume() override;
  void flush() override;
  void set_volume(double) override {}

  void set_missing(bool missing) { is_missing_ = missing; }  // open() fails meanwhile
  void set_stopped(bool stopped);                            // plays nothing, says nothing

  [[nodiscard]] bool is_open() const { return is_open_; }
  // The index of the sound heard now; nothing for silence or an empty or resting device.
  [[nodiscard]] std::optional<int64_t> heard(MonotonicTime now);

 private:
  static constexpr int kRate = 8000;
  struct Stretch {
    int64_t first_frame;
    std::optional<int64_t> index;
  };
  void advance(MonotonicTime now);

  Executor& executor_;
  bool is_missing_ = false;
  bool is_stopped_ = false;
  bool is_open_ = false;
  bool is_running_ = false;
  int64_t written_ = 0;
  int64_t played_ = 0;
  int64_t remainder_ = 0;  // time not yet worth a frame, times the rate
  MonotonicTime seen_;
  std::deque<Stretch> stretches_;  // of what is written and not behind
};

}  // namespace playhead::swarm

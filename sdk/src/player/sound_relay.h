// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "playhead/executor.h"
#include "playhead/sinks.h"

namespace playhead {

// One sound device for titles that follow each other. Each title has a lane, a sink of its own; one
// lane leads and has the device, another may wait. What the waiting one was given can be queued
// directly behind what the leading one has written, so that nothing is heard between the two.
// Engine thread; lanes may outlive this.
class SoundRelay {
 public:
  // `device` may be null: there is no sound, and lanes are null.
  SoundRelay(std::shared_ptr<AudioSink> device, Executor& executor);

  // The first lane leads. A later one waits, in the place of one that waited before.
  std::shared_ptr<AudioSink> make_lane();

  // What waits follows what is there. False: there is nothing to follow, or nothing that waits.
  bool join();
  // Takes back what join() has queued, as long as the title that leads is heard.
  void part();
  [[nodiscard]] bool is_joined() const { return device_->is_joined; }
  // The waiting lane leads. What the device still has of the old leader is dropped unless it was
  // joined and `is_cut` is false.
  void advance(bool is_cut);

 private:
  class Lane;
  struct Device {
    Device(std::shared_ptr<AudioSink> device, Executor& its_executor)
        : sink(std::move(device)), executor(its_executor) {}

    void write(const float* samples, int64_t frames);
    void flush();
    void set_running(bool running);
    void keep_recent(const float* samples, int64_t frames);
    void part();

    std::shared_ptr<AudioSink> sink;
    Executor& executor;
    std::optional<AudioFormat> format;  // none: not open
    int64_t written = 0;                // since it was opened or flushed
    bool is_running = false;
    int open_lanes = 0;
    bool is_joined = false;
    Lane* leader = nullptr;
    Lane* next = nullptr;
    std::vector<float> recent;  // the last that the leader wrote, for part()
  };

  std::shared_ptr<Device> device_;
};

}  // namespace playhead

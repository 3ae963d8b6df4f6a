// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "playhead/playhead.h"

namespace playhead::bench {

// Number that is written into the picture as a strip of 16 cells along its top edge: white, black,
// twelve bits, black, white. -1 when there is no such strip.
[[nodiscard]] int strip_number(const playhead_frame_info& picture);

// A display nobody sees: gets every frame when it is shown and reports what a viewer would notice:
// the first picture, standstills, changes of height, the end of a seek. Any thread.
class FrameWatch {
 public:
  // `reads_numbers` false: the pictures themselves are not looked at.
  explicit FrameWatch(bool reads_numbers) : reads_numbers_(reads_numbers) {}

  void on_frame(const playhead_frame_info& picture, int64_t now_us);
  // The next pictures of interest are those around `target_us`.
  void seek(int64_t target_us, int64_t now_us);

  [[nodiscard]] bool has_first() const;
  // Playback runs, or has shown no second picture for 10 s.
  [[nodiscard]] bool is_settled(int64_t now_us) const;
  [[nodiscard]] bool is_seeking() const;

 private:
  [[nodiscard]] bool is_at_target(int number, int64_t time_us) const;

  const bool reads_numbers_;
  mutable std::mutex mutex_;
  // Under mutex_.
  std::optional<int64_t> first_us_, last_us_;
  std::optional<int64_t> target_us_;
  int64_t last_time_us_ = 0;  // of the picture on display, on the title's timeline
  int height_ = 0;
  bool is_rolling_ = false;
};

}  // namespace playhead::bench

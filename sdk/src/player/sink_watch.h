// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "playhead/time.h"

namespace playhead {

// Tells a sound device that stands still from one that plays: the position follows the device, so
// one that was pulled out would freeze it for ever. Pure: time is given.
class SinkWatch {
 public:
  // Begins anew: after a flush, a pause, when there was nothing to play.
  void reset() { is_watching_ = false; }

  // To be asked every turn. `played`: frames heard so far; `should_play`: the device runs and has
  // frames to play; `sample_rate`: Hz. True: it has stopped.
  [[nodiscard]] bool has_stopped(int64_t played, bool should_play, int sample_rate,
                                 MonotonicTime now);

 private:
  bool is_watching_ = false;
  Duration waited_{0};
  int64_t first_ = 0;  // frames heard when the watch began
  MonotonicTime seen_;
};

}  // namespace playhead

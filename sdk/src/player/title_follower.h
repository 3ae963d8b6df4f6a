// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "playhead/time.h"

namespace playhead {

// What is left of a title, for whoever gets ready what comes after it.
struct Remainder {
  bool is_fetched = false;        // all of it
  Duration media{0};              // what is fetched and not played yet
  int64_t bytes = 0;              // the same, and what is kept behind the position
  bool is_sound_written = false;  // of its sound nothing comes any more, and no pictures but a few
};

// What the follower makes of it.
struct Following {
  bool is_sound_queued = false;          // sound of another title is queued behind this one's
  std::optional<Duration> look_again{};  // it wants to hear of the remainder after that
};

// Is told how a title comes to its end. Engine thread, from inside a turn.
class TitleFollower {
 public:
  virtual ~TitleFollower() = default;
  // Every turn of a title that plays.
  virtual Following on_remainder(const Remainder& rest, double speed, MonotonicTime now) = 0;
  // Everything was played. True: another title follows once this turn is over.
  virtual bool on_title_over() = 0;
  // What was prepared cannot be had.
  virtual void on_preparation_failed() = 0;
  // It failed: nothing follows by itself, and nothing is fetched any more.
  virtual void on_title_failed() = 0;
};

}  // namespace playhead

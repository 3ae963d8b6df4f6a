// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "playhead/time.h"

namespace playhead {

// Notices that media is there and nothing comes of it: a decoder that never answers, a segment that
// holds other than it says. Says what to try next, and gives playback up 10 s after the first
// moment that something was owed, whatever came in between; a fetch that takes longer than 2 s
// comes on top. Pure: time is given.
class StuckWatch {
 public:
  enum class Step : uint8_t {
    kNone,
    kNudge,           // read the same samples again
    kRebuildDecoder,  // make new decoders
    kLower,           // fetch another Representation; the same where there is none
    kGiveUp,          // end the play: kStalled
  };

  // A new title.
  void reset() { *this = StuckWatch(); }
  // Playback goes on elsewhere, as somebody wished: what is stuck there is a trouble of its own.
  void on_seek();
  // To be asked every turn. `owed`: counts what comes out, while something should; none: nothing
  // should, at present.
  [[nodiscard]] Step update(std::optional<int64_t> owed, MonotonicTime now);
  // The decoder reported that it failed for good: what to try next, of the same steps.
  [[nodiscard]] Step on_failure(MonotonicTime now);
  // The last step was kGiveUp.
  [[nodiscard]] bool has_given_up() const { return has_given_up_; }
  // How long until asking again makes sense, while something is owed.
  [[nodiscard]] Duration wait(MonotonicTime now) const;

 private:
  [[nodiscard]] bool is_new_trouble(MonotonicTime now) const;
  // What was tried longer ago has helped.
  void forget_steps(MonotonicTime now);

  int64_t output_ = -1;
  int steps_ = 0, failures_ = 0;  // since the last calm
  bool has_given_up_ = false;
  bool is_owed_ = false;
  MonotonicTime since_;  // owed, and nothing has come or was tried
  std::optional<MonotonicTime>
      began_;  // when something was owed for the first time; none: no trouble
  MonotonicTime last_owed_;
  MonotonicTime stepped_;  // when the last step was taken
};

}  // namespace playhead

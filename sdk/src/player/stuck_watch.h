// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "playhead/time.h"

namespace playhead {

// Notices that media is there and nothing comes of it: a decoder that never answers, a segment that
// holds other than it says. Says what to try next, at most 10 s until playback is given up.
// Pure: time is given.
class StuckWatch {
 public:
  enum class Step : uint8_t {
    kNone,
    kNudge,           // read the same samples again
    kRefetch,         // fetch the segment again
    kLower,           // fetch another Representation
    kRebuildDecoder,  // make new decoders
    kGiveUp,          // end the play: kStalled
  };

  // A new title.
  void reset() { *this = StuckWatch(); }
  // To be asked every turn. `owed`: counts what comes out, while something should; none: nothing
  // should, at present.
  [[nodiscard]] Step update(std::optional<int64_t> owed, MonotonicTime now);
  // The decoder reported that it failed for good: what to try next, of the same steps.
  [[nodiscard]] Step on_failure(MonotonicTime now);
  // The last step was kGiveUp.
  [[nodiscard]] bool has_given_up() const { return steps_ == static_cast<int>(Step::kGiveUp); }
  // How long until asking again makes sense, while something is owed.
  [[nodiscard]] Duration wait(MonotonicTime now) const;

 private:
  int64_t output_ = -1;
  int steps_ = 0;  // taken since the last calm
  bool is_owed_ = false;
  MonotonicTime since_;    // owed, and nothing has come
  MonotonicTime stepped_;  // when the last step was taken
};

}  // namespace playhead

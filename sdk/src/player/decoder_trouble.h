// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/error.h"

namespace playhead {

// What decoders reported, until the engine's next turn. Engine thread.
class DecoderTrouble {
 public:
  std::vector<Error> warnings;         // not told yet
  std::optional<Error> failure;        // pictures have to come another way
  std::optional<Error> sound_failure;  // sound has to
  // The Representations left out for the last failures.
  std::string avoided, avoided_sound;

  // Something in that segment of `representation` is damaged; they are counted as they are decoded.
  // True: so many in a row are that it must be the Representation.
  [[nodiscard]] bool on_damage(uint64_t segment, const std::string& representation) {
    constexpr int kMost = 3;  // chosen; less: what a bad disk spoils once costs a switch
    if (segment == damaged_ && in_a_row_ > 0) return false;
    const bool goes_on = segment == damaged_ + 1 && representation == representation_;
    in_a_row_ = goes_on ? in_a_row_ + 1 : 1;
    damaged_ = segment;
    representation_ = representation;
    return in_a_row_ == kMost;
  }

 private:
  uint64_t damaged_ = 0;
  int in_a_row_ = 0;
  std::string representation_;
};

}  // namespace playhead

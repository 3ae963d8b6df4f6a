// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace demo {

enum class Action : uint8_t {
  kPlay,
  kPause,
  kSeek,     // value: seconds
  kSeekBy,   // value: seconds, may be negative
  kSpeed,    // value: 0.5..2
  kVolume,   // value: 0..1
  kQuality,  // value: rung from the lowest, 0…; -1: automatic
  kAudio,    // value: number of the audio track, 0…
  kTrick,    // value: rate, may be negative; 0: none
  kScrub,    // value: seconds
  kHover,    // value: seconds; as if the pointer were there on the seek bar
  kNext,     // the title that comes next
  kQuit,
};

// One thing to do at a moment after the first frame.
struct Step {
  int64_t at_us = 0;
  Action action = Action::kPlay;
  double value = 0;
};

// A number as programs write it, whatever the user's locale; false when `text` is not one.
bool parse_number(const std::string& text, double& number);

// The actions and their values in one line, for --help.
[[nodiscard]] std::string script_actions();

// "5:pause 7:play 8:seek=30 14:quality=auto" in any order; the result is sorted by time. A string
// says what is wrong.
std::variant<std::vector<Step>, std::string> parse_script(const std::string& text);

}  // namespace demo

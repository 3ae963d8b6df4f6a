// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "handle.h"
#include "playhead/cues.h"
#include "playhead/live.h"
#include "playhead/playhead.h"

// Cues of an event, with the texts C callers get pointers to.
struct playhead_cues {
  static constexpr auto kKind = playhead::capi::HandleKind::kCues;
  explicit playhead_cues(std::vector<std::shared_ptr<const playhead::Cue>> from);

  struct Texts {
    std::string plain;
    std::vector<std::string> classes;  // of each span
  };
  std::vector<std::shared_ptr<const playhead::Cue>> cues;
  std::vector<Texts> texts;
};

namespace playhead::capi {

// A timed event with everything its pointers point to.
class TakenMetadata {
 public:
  explicit TakenMetadata(TimedEvent event);
  TakenMetadata(const TakenMetadata&) = delete;
  TakenMetadata& operator=(const TakenMetadata&) = delete;

  [[nodiscard]] const playhead_metadata& c_metadata() const { return c_metadata_; }

 private:
  TimedEvent event_;
  std::vector<const char*> names_, values_;
  playhead_metadata c_metadata_{};
};

}  // namespace playhead::capi

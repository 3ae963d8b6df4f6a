// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "playhead/transport.h"
#include "recorder/redactor.h"
#include "sim/replay/recording.h"

namespace playhead::replay {

// Where a session that is played again is another one than was recorded.
struct Divergence {
  int line = 0;       // of the recording: the step
  Duration after{0};  // since the recording began
  std::string what;
  std::string expected, got;
};

// The recording, step by step: what the library asks for is compared with what it asked for then,
// and answered as it was then. After the first difference nothing is compared any more.
class Script {
 public:
  explicit Script(const Recording& recording) : recording_(recording) {}

  void begin(const RecordedStep& step);
  // What was asked for then and is not now is a difference.
  void end();
  // The library does this, as then.
  void effect(std::string_view token);
  // The library asks this; what was answered then. Nothing after a difference.
  std::optional<std::string> ask(std::string_view question);
  void differ(std::string what, std::string expected, std::string got);

  [[nodiscard]] const std::optional<Divergence>& divergence() const { return divergence_; }
  [[nodiscard]] MonotonicTime now() const { return step_ ? step_->at : recording_.begin; }
  [[nodiscard]] WallTime wall_now() const {
    return {now().us + (step_ ? step_->wall_offset_us : 0)};
  }
  [[nodiscard]] const Recording& recording() const { return recording_; }

  // Counters and names in the order of the recorder's.
  uint64_t next_number() { return ++last_number_; }
  recorder::Namer& urls() { return urls_; }

 private:
  const Recording& recording_;
  const RecordedStep* step_ = nullptr;
  std::size_t next_effect_ = 0;
  std::optional<Divergence> divergence_;
  uint64_t last_number_ = 0;
  recorder::Namer urls_;
  std::map<std::string, std::string> answers_;  // the last one of each question
};

}  // namespace playhead::replay

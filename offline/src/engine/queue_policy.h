// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "playhead/offline/download.h"
#include "playhead/time.h"

// Which downloads run now. Pure.
namespace playhead::offline {

struct QueueItem {
  int priority = 0;
  int64_t order = 0;
  bool wants_to_run = false;  // neither paused, complete, failed nor going away
  // It failed and is tried again then, for that reason.
  std::optional<MonotonicTime> not_before;
  WaitReason waits_for = WaitReason::kNothing;
};

struct QueueInputs {
  std::span<const QueueItem> items;
  DownloadConditions conditions;
  bool only_unmetered = true;
  bool only_charging = false;
  bool has_space = true;  // above the floor and below the quota
  int parallel_titles = 1;
  MonotonicTime now;
};

struct QueueDecision {
  enum class Kind : uint8_t { kLeave, kRun, kQueue, kWait };
  Kind kind = Kind::kLeave;  // kLeave: it does not want to run
  WaitReason waits_for = WaitReason::kNothing;
  friend bool operator==(const QueueDecision&, const QueueDecision&) = default;
};

// One decision for each item, in their order. Higher priorities take the places of lower ones.
[[nodiscard]] std::vector<QueueDecision> decide_queue(const QueueInputs& in);

}  // namespace playhead::offline

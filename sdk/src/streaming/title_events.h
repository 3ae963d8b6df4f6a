// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "manifest/loaded_index.h"
#include "playhead/presentation.h"

namespace playhead {

// Events of a title: those the manifest tells of, and those found in segments. Engine thread.
class TitleEvents {
 public:
  // In a segment. Beyond limits::kEventMessages between two calls of take() they are passed over.
  void add(std::vector<TimedEvent> found);
  // All of `presentation` and `index` (null: none is known) when they may be others than at the
  // last call, and those added since then. Nothing when there is nothing new.
  [[nodiscard]] std::optional<std::vector<TimedEvent>> take(
      const std::shared_ptr<const Presentation>& presentation, const LoadedIndex* index);

 private:
  // What take() was answered from.
  std::shared_ptr<const Presentation> presentation_;
  std::shared_ptr<const SegmentIndex> segments_;
  std::vector<TimedEvent> found_;
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "playhead/error.h"
#include "playhead/executor.h"
#include "playhead/store.h"

namespace playhead {

// Whether why a system was left is about this device and will be so tomorrow: a licence that is
// refused to somebody, a title whose data cannot be read, or sessions another app has, are not.
[[nodiscard]] bool is_about_device(ErrorCode reason);

// Which DRM systems and levels ("name/level") failed on this device, kept in the store beyond the
// process for a month: a system that was mended is tried first again then. Any thread.
class DrmMemory {
 public:
  static constexpr std::size_t kMostRemembered = 32;
  static constexpr Duration kForgotten = 24h * 30;

  // Begins to read what is there; until it is, nothing is remembered. `store` and `executor`
  // outlive this.
  DrmMemory(Store& store, Executor& executor);

  [[nodiscard]] std::vector<std::string> distrusted() const;
  void distrust(const std::string& name);

 private:
  struct State {
    mutable std::mutex mutex;
    std::vector<std::string> names;
  };

  Store& store_;
  Executor& executor_;
  const std::shared_ptr<State> state_;  // shared with the store's answer
};

}  // namespace playhead

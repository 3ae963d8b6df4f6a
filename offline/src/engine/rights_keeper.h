// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "engine/rights_book.h"
#include "engine/title_service.h"

namespace playhead::offline {

// Watches over the rights of all downloads: destroys keys of what has ended, renews what is due.
// Engine thread.
class RightsKeeper {
 public:
  struct Parts {
    DownloadFolder& folder;
    RightsBook& rights;
    TitleService& service;
    Executor& executor;
    std::function<void(const std::string& id)> on_changed;  // its RightsState
    // Its keys are about to be destroyed, its licences with them.
    std::function<void(const std::string& id)> on_ending;
    // What its permission says of licences.
    std::function<void(const std::string& id, const DrmGrant& drm)> on_renewed;
    // Its end is longer ago than `keep_expired`.
    std::function<void(const std::string& id)> on_stale;
    Duration keep_expired{0};
  };
  explicit RightsKeeper(Parts parts);

  // Looks at all, and again when something of them is due.
  void look();
  // Asks the service now, whatever was answered before.
  void renew(const std::string& id);
  void set_online(bool is_online);
  void forget(const std::string& id) { watched_.erase(id); }

 private:
  struct Watched {
    RightsState state = RightsState::kNone;
    bool is_ending_told = false;
    bool are_keys_destroyed = false;
    bool is_stale = false;
    int failures = 0;
    std::optional<MonotonicTime> not_before;
    CancelHandle asking;
  };
  void look_at(const std::string& id, Watched& watched);
  void ask(const std::string& id, TitleRights& rights, Watched& watched);
  void on_answer(const std::string& id, Result<TitlePermission> permission);
  void tell_changes(const std::string& id, Watched& watched);
  [[nodiscard]] Duration until_next_look();

  Parts parts_;
  bool is_online_ = true;
  std::map<std::string, Watched> watched_;
  CancelHandle timer_;
};

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/log.h"
#include "engine/download_folder.h"
#include "engine/licence_desk.h"

namespace playhead::offline {

// Takes downloads away: what they are and their keys at once, their files then. What fails is tried
// again until it is done. Engine thread.
class TitleRemoval {
 public:
  struct Parts {
    DownloadFolder& folder;
    LicenceDesk& licences;
    Executor& executor;
    Logger log;
    std::function<void(const std::string& id)> on_removed;
  };
  explicit TitleRemoval(Parts parts) : parts_(std::move(parts)) {}

  // Without an error it is on its way out, whatever the disk says. Errors: kNotFound, kStoreIo,
  // kStoreFull; it is what it was then.
  Result<void> begin(const std::string& id);
  // One that was on its way out when the process before ended.
  void go_on(const std::string& id) { later(id, Duration{0}); }
  // Its bytes alone: nobody can read them any more. Errors: kStoreIo.
  Result<void> purge(const std::string& id);
  void stop() { pending_.clear(); }

 private:
  void later(const std::string& id, Duration wait);
  void finish(const std::string& id);
  [[nodiscard]] Result<void> try_finish(const std::string& id);

  Parts parts_;
  std::map<std::string, CancelHandle> pending_;
};

}  // namespace playhead::offline

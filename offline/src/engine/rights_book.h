// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/download_folder.h"
#include "trust/title_rights.h"

namespace playhead::offline {

// The rights of all downloads, one TitleRights for each whoever asks: engine, lists and players
// that play it. Any thread.
class RightsBook {
 public:
  // `folder` outlives the book and all rights it gave.
  explicit RightsBook(DownloadFolder& folder) : folder_(folder) {}

  // What is in the journal. Errors: those of the journal; records that cannot be read are no error
  // here, judge() tells.
  Result<void> load();
  // A permission of the service: the first, or a further one. Errors: kStoreIo, kStoreFull.
  Result<void> grant(const std::string& id, const Grant& grant);
  void forget(const std::string& id);
  // It is going away: nothing plays it any more.
  void withdraw(const std::string& id);

  // Null: none was granted, or its record cannot be read.
  [[nodiscard]] std::shared_ptr<TitleRights> find(const std::string& id);
  // The same, with the reason. Errors: kNotFound (none was granted), kOfflineTampered,
  // kOfflineOtherDevice, kStoreNewer.
  [[nodiscard]] Result<std::shared_ptr<TitleRights>> get(const std::string& id);
  [[nodiscard]] Verdict judge(const std::string& id);
  [[nodiscard]] std::vector<std::string> ids();
  [[nodiscard]] TimeReading time() const { return folder_.clock().read(); }
  // The service has told the time; what hangs on it is put right. Errors: kStoreIo, kStoreFull.
  Result<void> hear(const TimeContact& contact);

 private:
  struct Entry {
    std::shared_ptr<TitleRights> rights;
    std::optional<Error> error;  // why there are none
  };
  Result<void> forget_removed();
  [[nodiscard]] TitleRights::Parts parts_of(const std::string& id);

  DownloadFolder& folder_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // under mutex_
};

// Spreads renewals: the same for a download at all times.
[[nodiscard]] uint64_t jitter_of(const std::string& download_id);

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "engine/download_folder.h"
#include "engine/licence_keeper.h"
#include "engine/rights_book.h"
#include "session/api_types.h"

namespace playhead::offline {

// The licences of all downloads: into the journal when they come, with their end into the rights;
// anew when they are renewed; back to the service when they are not needed any more. Engine thread.
class LicenceDesk {
 public:
  struct Parts {
    DownloadFolder& folder;
    RightsBook& rights;
    LicenceKeeper* keeper = nullptr;  // null: protected titles cannot be kept
    Executor& executor;
    Logger log;
    std::function<void(const std::string& id)> on_renewed;  // its licences, and so perhaps its end
  };
  explicit LicenceDesk(Parts parts) : parts_(std::move(parts)) {}

  // What is wished for is in the journal when `done` runs, once, never inside the call. Nothing is
  // asked for that is kept already. Errors: those of LicenceKeeper, kStoreIo, kStoreFull,
  // kDrmNoSystem (there is no keeper).
  CancelHandle acquire(LicenceWish wish, UniqueFunction<void(Result<void>)> done);
  // The same licences anew, in the place of those there are, which are given back then. What fails
  // leaves all as it was. Nothing for titles without. `grant`: of the permission just given.
  void renew(const std::string& id, const DrmGrant& grant);
  // What the service has to be told when the download goes.
  [[nodiscard]] std::vector<PendingRelease> releases_of(const std::string& id);
  // They end with their keys: the service is told once there is a network. What cannot be written
  // down is not told.
  void give_back(const std::string& id);
  void forget(const std::string& id) { renewals_.erase(id); }

  // Tells the service what it has not heard of yet, one after the other; again later what fails.
  void send_releases();
  void set_online(bool is_online);
  void stop();

 private:
  [[nodiscard]] std::vector<LicenceRow> valid_of(const std::string& id);
  [[nodiscard]] bool are_kept(const LicenceWish& wish);
  CancelHandle ask(const LicenceWish& wish, UniqueFunction<void(Result<void>)> done);
  Result<void> take(const std::string& id, const std::vector<LicenceRow>& rows);
  Result<void> write_end(const std::string& id);
  void on_told(const PendingRelease& release, const Result<void>& told);
  void note(const std::string& what, const Result<void>& result);

  Parts parts_;
  bool is_online_ = true;
  std::map<std::string, CancelHandle> renewals_;
  CancelHandle telling_;        // a release is on its way
  CancelHandle timer_;          // until the next one is due
  std::set<int64_t> was_told_;  // rows tried since the network is there
};

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "engine/download_folder.h"
#include "engine/rights_book.h"
#include "licences/licence_keeper.h"
#include "session/api_types.h"
#include "trust/service_time_executor.h"

namespace playhead::offline {

// The licences of all downloads: into the journal when they come, with their end into the rights;
// anew when they are renewed; back to the service when they are not needed any more. Of titles of
// the service all times are the service's: asked, kept and compared. Engine thread.
class LicenceDesk {
 public:
  struct Parts {
    DownloadFolder& folder;
    RightsBook& rights;
    LicenceKeeper* keeper = nullptr;  // null: protected titles cannot be kept
    Executor& executor;
    Logger log;
  };
  explicit LicenceDesk(Parts parts);

  // Ends that a kill kept out of the rights are written into them; what waits is told.
  void start();

  // What is wished for is in the journal when `done` runs, once, never inside the call. Nothing is
  // asked for that is kept already. Errors: those of LicenceKeeper, kStoreIo, kStoreFull,
  // kDrmNoSystem (there is no keeper).
  CancelHandle acquire(LicenceWish wish, UniqueFunction<void(Result<void>)> done);
  // The same licences anew, in the place of those there are, which are given back then. What fails
  // leaves all as it was. Nothing for titles without. `grant`: of the permission just given. `done`
  // and errors as of acquire().
  CancelHandle renew(const std::string& id, const DrmGrant& grant,
                     UniqueFunction<void(Result<void>)> done);
  // What the service has to be told when the download goes.
  [[nodiscard]] std::vector<PendingRelease> releases_of(const std::string& id);
  // They end with their keys: the service is told once there is a network. What cannot be written
  // down is not told.
  void give_back(const std::string& id);

  // Tells the service what it has not heard of yet, one after the other; again later what fails.
  void send_releases();
  void set_online(bool is_online);
  void stop();
  // Something is being told, or will be by then.
  [[nodiscard]] bool is_busy(MonotonicTime until) const;

 private:
  // By which its licences end.
  [[nodiscard]] WallTime time_of(const std::string& id);
  [[nodiscard]] bool is_of_service(const std::string& id);
  [[nodiscard]] std::vector<LicenceRow> valid_of(const std::string& id);
  CancelHandle answer(Result<void> result, UniqueFunction<void(Result<void>)> done);
  [[nodiscard]] bool are_kept(const LicenceWish& wish);
  CancelHandle ask(const LicenceWish& wish, UniqueFunction<void(Result<void>)> done);
  Result<void> take(const std::string& id, const std::vector<LicenceRow>& rows);
  Result<void> write_end(const std::string& id);
  void on_told(const PendingRelease& release, const Result<void>& told);
  void note(const std::string& what, const Result<void>& result);

  Parts parts_;
  ServiceTimeExecutor service_time_;
  bool is_online_ = true;
  CancelHandle telling_;  // a release is on its way
  CancelHandle timer_;    // until the next one is due
  std::optional<MonotonicTime> next_;
  std::set<int64_t> was_told_;  // rows tried since the network is there
};

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/log.h"
#include "engine/licence_desk.h"
#include "engine/rights_book.h"
#include "engine/title_service.h"

namespace playhead::offline {

// Watches over the rights of all downloads: every permission of the service and every renewal,
// licences included, comes through it; what has ended loses its keys. Engine thread.
class RightsKeeper {
 public:
  struct Parts {
    DownloadFolder& folder;
    RightsBook& rights;
    TitleService& service;
    LicenceDesk& licences;
    Executor& executor;
    Logger log;
    std::function<void(const std::string& id)> on_changed;  // its RightsState
    std::function<void(const std::string& id)> on_granted;  // its permission was renewed
    // Its end is longer ago than `keep_expired`.
    std::function<void(const std::string& id)> on_stale;
    Duration keep_expired{0};
  };
  explicit RightsKeeper(Parts parts);

  // Once, at the start: how things stand is no change, and not told. Looks at all then.
  void start();
  // Looks at all, and again when something of them is due.
  void look();
  // A download that is being fetched asks for its permission. `done` once, never inside the call;
  // its rights are on disk by then. Errors: those of TitleService, kStoreIo, kStoreFull.
  CancelHandle permit(const std::string& id, const DownloadQuery& query,
                      const std::string& profile_id,
                      UniqueFunction<void(Result<TitlePermission>)> done);
  // A download by URL, which no service limits. Errors: kStoreIo, kStoreFull.
  Result<void> permit_unlimited(const std::string& id);
  // Asks for permission and licences now, whatever was answered before.
  void renew(const NewDownload& download);
  // The service was heard of, whoever asked it.
  void hear(const TimeContact& contact);
  void set_online(bool is_online);
  // It is going away: what is asked for it is given up, and nothing more is asked or told of it.
  void leave(const std::string& id);
  // It is gone.
  void forget(const std::string& id);
  // Somebody is being asked, or something is due by then.
  [[nodiscard]] bool is_busy(MonotonicTime until) const;

 private:
  struct Watched {
    RightsState state = RightsState::kNone;
    bool is_given_back = false;  // its licences
    bool are_keys_destroyed = false;
    bool is_stale = false;
    bool is_renewal_open = false;  // the one before failed, perhaps for its licences alone
    int failures = 0;
    std::optional<MonotonicTime> not_before;
    CancelHandle asking;  // for its permission, then for its licences
  };
  void look_soon();
  void look_at(const std::string& id, Watched& watched);
  [[nodiscard]] bool is_due(const Verdict& verdict, const Rights& rights, const Watched& watched);
  [[nodiscard]] std::ptrdiff_t asking() const;  // titles
  [[nodiscard]] bool has_keys(const std::string& id) const;
  // Nothing but its not being due keeps the service from being asked. What has to wait for others
  // is looked at again once they are answered.
  [[nodiscard]] bool may_ask(const Watched& watched) const;
  // Its record is not the one that was written.
  [[nodiscard]] bool is_lost(const std::string& id) const;
  // The service grants anew what cannot be read.
  void replace_lost(const std::string& id, const Watched& watched);
  void ask(const std::string& id, const std::string& title_id, const std::string& profile_id);
  void on_answer(const std::string& id, Result<TitlePermission> permission);
  void renew_licences(const std::string& id, const DrmGrant& drm);
  void settle(const std::string& id, const Result<void>& outcome);
  void note_failure(const std::string& id, const Error& error);
  void tell_changes(const std::string& id, Watched& watched);
  void tell_time_events();
  void note(const std::string& id, const std::string& what);
  [[nodiscard]] std::optional<MonotonicTime> next_due();

  Parts parts_;
  bool is_online_ = true;
  std::map<std::string, Watched> watched_;
  std::set<std::string> leaving_;
  std::ptrdiff_t asked_ = 0;  // titles the service is being asked about, as of this look
  std::optional<MonotonicTime> due_;
  CancelHandle timer_;
};

}  // namespace playhead::offline

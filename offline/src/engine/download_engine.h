// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "engine/contact_watch.h"
#include "engine/licence_desk.h"
#include "engine/queue_policy.h"
#include "engine/rate_meter.h"
#include "engine/rights_keeper.h"
#include "engine/title_check.h"
#include "engine/title_download.h"
#include "engine/title_removal.h"
#include "engine/url_desk.h"
#include "playhead/offline/download_manager.h"

namespace playhead::offline {

// The downloads of one folder: which there are, which run, what the app is told. One thread: that
// of its executor; nothing in it waits but for the disk.
class DownloadEngine {
 public:
  // All but the callbacks outlive it.
  struct Parts {
    DownloadFolder& folder;
    RightsBook& rights;
    Transport& transport;
    MediaBackend& backend;
    Executor& executor;
    std::shared_ptr<Executor> app;  // on which it is asked
    ApiAccess* api = nullptr;
    LicenceKeeper* licences = nullptr;
    std::vector<std::shared_ptr<Executor>> disk_lanes;  // see DiskLanes
    std::shared_ptr<HostHealth> health;
    OfflineConfig config;
    Logger log;
    std::function<void(const DownloadStatus&)> on_changed;
    std::function<void(const std::string&)> on_removed;
  };
  explicit DownloadEngine(Parts parts);
  ~DownloadEngine();

  // Reads the journal and goes on with what was under way. Errors: those of the journal.
  Result<void> start();
  // Keeps what has come; to be destroyed then.
  void stop();

  // As of DownloadManager.
  Result<std::string> add(const DownloadRequest& request);
  Result<void> pause(const std::string& id);
  Result<void> resume(const std::string& id);
  Result<void> remove(const std::string& id);
  Result<void> set_priority(const std::string& id, int priority);
  Result<void> renew(const std::string& id);
  Result<void> verify(const std::string& id);
  Result<void> pause_all();
  Result<void> resume_all();
  Result<void> remove_all();
  void set_conditions(const DownloadConditions& conditions);
  void set_limits(const DownloadLimits& limits);
  void set_network(bool is_online);
  // Errors: kStoreIo, kStoreCorrupt.
  [[nodiscard]] Result<std::vector<DownloadStatus>> list();
  [[nodiscard]] Result<DownloadStatus> find(const std::string& id);
  // Resources of a complete download were found damaged and marked: they are fetched again.
  void refetch(const std::string& id);
  // Something is to be done without the app, now or until then.
  [[nodiscard]] bool has_work(MonotonicTime until) const;

 private:
  struct Item {
    std::string id;
    int priority = 0;
    int64_t order = 0;
    DownloadState state = DownloadState::kQueued;
    WaitReason waits_for = WaitReason::kNothing;
    std::optional<DownloadFailure> failure;
    std::optional<MonotonicTime> not_before;
    int failures = 0;  // in a row, without a byte in between
    std::unique_ptr<TitleDownload> job;
    std::unique_ptr<TitleCheck> check;
    RateMeter rate;
    bool has_news = false;
    bool is_unwritten = false;  // the journal does not take this state
    bool wants_check = false;   // once it is complete
  };

  void look_through_soon();
  void look_through();
  void turn_soon();
  void turn();
  [[nodiscard]] bool has_space();
  void apply(Item& item, const QueueDecision& decision);
  void run(Item& item);
  void stop_job(Item& item);
  void share_slots();
  void arm(MonotonicTime now);
  void on_job_bytes(const std::string& id, int64_t bytes);
  void on_job_ended(const std::string& id, const TitleDownload::Ended& ended);
  void on_checked(const std::string& id, Result<int64_t> damaged);
  void wait_or_fail(Item& item, const Diagnosis& diagnosis);
  // Into the journal and to the app. Errors as of DownloadStore.
  Result<void> set_state(Item& item, DownloadState state, WaitReason waits_for = {},
                         const std::optional<DownloadFailure>& failure = {});
  void show(Item& item, DownloadState state, WaitReason waits_for = {},
            const std::optional<DownloadFailure>& failure = {});
  void note(const Result<void>& result);
  void tell(const Item& item);
  void tell_news();
  [[nodiscard]] DownloadStatus status_of(const DownloadRow& row);
  [[nodiscard]] Item* item_of(const std::string& id);
  void on_removed(const std::string& id);
  void on_rights_changed(const std::string& id);
  void on_granted(const std::string& id);
  void purge(const std::string& id);
  template <typename Action>
  auto guarded(Action action);
  // Of every download, whatever becomes of others; the first error.
  template <typename Action>
  Result<void> for_all(Action action);

  Parts parts_;
  DiskLanes lanes_;
  ResourceFetcher fetcher_, documents_;
  TitleService service_;
  CommitGroup commits_;
  LicenceDesk licences_;
  UrlDesk urls_;
  DownloadWorld world_;
  RightsKeeper keeper_;
  TitleRemoval removal_;
  std::optional<ContactWatch> contacts_;  // none: there is no service
  DownloadConditions conditions_;
  bool is_network_there_ = true;
  std::map<std::string, Item> items_;
  bool is_turn_posted_ = false;
  bool is_stopped_ = false;
  bool is_quota_used_ = false;
  CancelHandle looking_;     // through complete downloads
  CancelHandle timer_;       // the next turn
  CancelHandle news_timer_;  // once a second while bytes come
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/commit_group.h"
#include "engine/download_folder.h"
#include "engine/failure_policy.h"
#include "engine/file_versions.h"
#include "engine/licence_desk.h"
#include "engine/preparation.h"
#include "engine/resource_transfer.h"
#include "engine/rights_keeper.h"
#include "engine/url_desk.h"

namespace playhead::offline {

// What all downloads under way share; outlives them.
struct DownloadWorld {
  DownloadFolder& folder;
  RightsKeeper& keeper;
  CommitGroup& commits;
  ResourceFetcher& documents;
  TransferWorld transfers;
  LicenceDesk& licences;
  UrlDesk& urls;
  std::function<TrackDevice()> device;
};

// One title on its way: permission, manifest, choice of tracks, plan, transfers, end. Everything it
// has done is in the journal; destroying it loses what is in flight, suspend() does not. Engine
// thread.
class TitleDownload {
 public:
  struct Ended {
    // Neither: it is complete.
    std::optional<Diagnosis> diagnosis;
  };
  struct Events {
    std::function<void(DownloadState)> on_state;  // kPreparing, kDownloading, kVerifying
    std::function<void(int64_t)> on_bytes;
    std::function<void(Ended)> on_ended;  // once; it does nothing any more
  };

  // `earlier_failures`: in a row, without progress.
  TitleDownload(DownloadWorld& world, std::string id, int earlier_failures, Events events);
  ~TitleDownload();
  void start();
  // Transfers at a time.
  void set_slots(int slots);
  void suspend();

  // Of CommitGroup.
  void on_committed(const std::vector<int64_t>& rows);
  void on_commit_failed(const Error& error);
  // Bytes that came and are not in the journal yet.
  [[nodiscard]] int64_t bytes_ahead() const;
  [[nodiscard]] bool is_ended() const { return is_ended_; }

 private:
  void prepare();
  void ask_service();
  void ask_url();
  void load_manifest(const std::string& url);
  void on_prepared(Result<PreparedTitle> prepared);
  void acquire_licences();
  void take_plan();
  Result<void> need_key();
  void begin_transfers();
  void fill();
  [[nodiscard]] bool has_room() const;
  Result<bool> refill();
  void start_transfer(ResourceRow row);
  void on_finished(int64_t row, FinishedResource finished);
  void on_transfer_failed(int64_t row, const Error& error);
  // What is kept of that file is of another version than what its host has now.
  void fetch_file_anew(const std::string& stable_key);
  void complete_or_go_on();
  void fail(const Error& error, bool is_refreshed);
  void suspend_transfers();
  void stop_work();
  void end(std::optional<Diagnosis> diagnosis);

  DownloadWorld& world_;
  const std::string id_;
  const int earlier_failures_;
  Events events_;
  DownloadRequest request_;
  std::string title_id_, profile_id_;
  std::string url_;              // of a title that was added by URL
  bool is_url_refused_ = false;  // the app is to be asked for another
  bool is_url_asked_ = false;    // it was, and no byte has come since
  int slots_ = 1;
  bool is_transferring_ = false;
  bool is_ended_ = false;

  std::optional<TitlePermission> permission_;
  std::unique_ptr<Preparation> preparation_;
  std::optional<PreparedTitle> prepared_;
  CancelHandle running_;

  std::shared_ptr<const ContentKey> key_;
  std::deque<ResourceRow> wanted_;
  std::map<int64_t, std::unique_ptr<ResourceTransfer>> transfers_;
  std::map<int64_t, int64_t> uncommitted_;  // finished rows: their bytes
  FileVersions versions_;
  // Resources that failed before the service was asked anew; what fails again stays so.
  std::set<std::string> refreshed_;
  CancelHandle step_;
};

}  // namespace playhead::offline

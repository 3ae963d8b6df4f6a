// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/mailbox.h"
#include "engine/disk_lanes.h"
#include "files/file_system.h"
#include "playhead/executor.h"
#include "store/download_store.h"

namespace playhead::offline {

// Makes finished files of all downloads part of the journal, several at once: names first
// (sync_folder), then the rows in one transaction, on a lane. What comes meanwhile is committed
// next. A kill in between loses at most what waits here, and that is found as files without a row.
// Engine thread.
class CommitGroup {
 public:
  // Larger, longer: fewer syncs; more is fetched again after a kill.
  static constexpr std::size_t kMostRows = 8;
  static constexpr Duration kLongestWait = 1s;

  // Run on the engine's thread, never inside add() and flush().
  struct Events {
    // Rows of that download are done, or belong to it no more.
    std::function<void(const std::string& download_id, const std::vector<int64_t>& rows)> on_done;
    // They are not; they wait for another flush().
    std::function<void(const Error&)> on_failed;
    // The folder of that download has gone, and its rows are forgotten; others are none the worse.
    std::function<void(const std::string& download_id, const Error&)> on_lost;
  };

  CommitGroup(FileSystem& files, DownloadStore& store, Executor& executor, DiskLanes& lanes,
              Events events);

  void add(const std::string& download_id, const std::string& file, FinishedResource finished);
  // What waits is committed as soon as can be.
  void flush();
  // The same, and done, or failed, when it returns; the events run inside.
  void flush_now();
  // The download goes away: its rows are forgotten. What is being committed is waited for, its
  // events run inside.
  void drop(const std::string& download_id);
  [[nodiscard]] bool empty() const { return waiting_.empty() && committing_.empty(); }
  // Why the last commit failed; none after one that did not.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  struct Waiting {
    std::string download_id;
    std::string file;
    FinishedResource finished;
  };
  struct Committed {
    DownloadStore::GoneRows gone;
    std::map<std::string, Error> lost;  // by download
  };
  using Outcome = Result<Committed>;
  Outcome commit(const std::vector<Waiting>& batch);
  void begin();
  void tell();

  FileSystem& files_;
  DownloadStore& store_;
  Executor& executor_;
  Events events_;
  std::vector<Waiting> waiting_;
  std::vector<Waiting> committing_;
  bool is_flush_wanted_ = false;
  std::optional<Error> failure_;
  CancelHandle timer_;
  CancelHandle telling_;
  const std::shared_ptr<Mailbox<>> told_;
  std::mutex mutex_;
  std::optional<Outcome> outcome_;  // of what is being committed; under mutex_
  DiskQueue queue_;                 // ends first
};

}  // namespace playhead::offline

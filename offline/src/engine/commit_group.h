// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "files/file_system.h"
#include "playhead/executor.h"
#include "store/download_store.h"

namespace playhead::offline {

// Makes finished files of all downloads part of the journal, several at once: names first
// (sync_folder), then the rows in one transaction. A kill in between loses at most what waits here,
// and that is found as files without a row. Engine thread.
class CommitGroup {
 public:
  // Larger, longer: fewer syncs; more is fetched again after a kill.
  static constexpr std::size_t kMostRows = 8;
  static constexpr Duration kLongestWait = 1s;

  struct Events {
    // Rows of that download are done.
    std::function<void(const std::string& download_id, const std::vector<int64_t>& rows)> on_done;
    // They are not; they wait for another flush().
    std::function<void(const Error&)> on_failed;
  };

  CommitGroup(FileSystem& files, DownloadStore& store, Executor& executor, Events events)
      : files_(files), store_(store), executor_(executor), events_(std::move(events)) {}

  void add(const std::string& download_id, const std::string& file, FinishedResource finished);
  // What waits is committed now.
  void flush();
  // The download goes away: its rows are forgotten.
  void drop(const std::string& download_id);
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  struct Waiting {
    std::string download_id;
    std::string file;
    FinishedResource finished;
  };
  Result<DownloadStore::GoneRows> commit();

  FileSystem& files_;
  DownloadStore& store_;
  Executor& executor_;
  Events events_;
  std::vector<Waiting> waiting_;
  CancelHandle timer_;
};

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "files/file_system.h"
#include "playhead/result.h"
#include "store/download_store.h"

namespace playhead::offline {

// What was found wrong and put right.
struct ReconcileReport {
  int64_t orphans_deleted = 0;       // files and folders no row knows
  int64_t resources_wanted = 0;      // their file is gone
  int64_t resources_bad = 0;         // their file has another length
  int64_t parts_restarted = 0;       // shorter than their checkpoint
  std::vector<std::string> removed;  // downloads whose removal had begun
  int64_t downloads_requeued = 0;    // completed ones of which something is missing
  int64_t left_for_later = 0;        // could not be removed; an event tells why
};

// Makes files and journal agree after whatever ended the process before. One thread at a time.
// Errors: those of DownloadStore and FileSystem; it may be called again.
class Reconciler {
 public:
  // All outlive it.
  Reconciler(FileSystem& files, DownloadStore& store) : files_(files), store_(store) {}

  // Once, before the first download goes on: what was under way is queued again, removals are
  // finished, folders without a download are deleted, files of downloads that are not complete are
  // checked. What cannot be removed keeps nobody from the rest: it stays kRemoving, or nobody's. A
  // list of content/, and a list of each folder of what is not complete.
  Result<void> start(WallTime now);
  // Then, at leisure: looks through the files of one more complete download, unless it is busy by
  // now. False: there is none.
  Result<bool> step(WallTime now, const std::function<bool(const std::string& id)>& is_busy = {});
  // One download, at any time nothing of it is being written.
  Result<void> check(const std::string& id, WallTime now);

  [[nodiscard]] const ReconcileReport& report() const { return report_; }

 private:
  struct Findings;
  Result<void> leave_for_later(const std::string& id, const Error& why, WallTime now);
  Result<void> delete_unknown_folders(const std::vector<DownloadRow>& known, WallTime now);
  Result<Findings> look_through(const std::string& id);
  static void judge(const ResourceRow& row, Findings& findings);
  Result<void> put_right(const std::string& id, const Findings& findings, WallTime now);

  FileSystem& files_;
  DownloadStore& store_;
  std::deque<std::string> unchecked_;
  ReconcileReport report_;
};

// Unlinks what a removal has begun with and finishes it.
Result<void> finish_removal(FileSystem& files, DownloadStore& store, const std::string& id,
                            WallTime now);

}  // namespace playhead::offline

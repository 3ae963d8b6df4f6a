// SPDX-License-Identifier: Apache-2.0
#include "engine/commit_group.h"

#include <algorithm>
#include <map>
#include <utility>

#include "store/layout.h"

namespace playhead::offline {

void CommitGroup::add(const std::string& download_id, const std::string& file,
                      FinishedResource finished) {
  waiting_.push_back({download_id, file, std::move(finished)});
  if (waiting_.size() >= kMostRows) return flush();
  if (timer_) return;
  timer_ = executor_.post_at(executor_.now() + kLongestWait, [this] { flush(); });
}

void CommitGroup::drop(const std::string& download_id) {
  std::erase_if(waiting_, [&](const Waiting& w) { return w.download_id == download_id; });
}

Result<DownloadStore::GoneRows> CommitGroup::commit() {
  std::set<std::string> folders;
  std::vector<FinishedResource> rows;
  for (const Waiting& waiting : waiting_) {
    folders.insert(waiting.download_id);
    rows.push_back(waiting.finished);
  }
  for (const std::string& id : folders) {
    if (auto synced = files_.sync_folder(layout::folder(store_.root(), id)); !synced) {
      return std::move(synced).error();
    }
  }
  return store_.finish(rows);
}

void CommitGroup::flush() {
  timer_.reset();
  if (waiting_.empty()) return;
  auto gone = commit();
  if (!gone) {
    if (events_.on_failed) events_.on_failed(gone.error());
    return;
  }
  std::map<std::string, std::vector<int64_t>> done;
  for (const Waiting& waiting : std::exchange(waiting_, {})) {
    const int64_t row = waiting.finished.row;
    if (std::find(gone->begin(), gone->end(), row) == gone->end()) {
      done[waiting.download_id].push_back(row);
    } else {
      // An orphan that stays is collected at the next start.
      static_cast<void>(
          files_.remove(layout::file(store_.root(), waiting.download_id, waiting.file)));
    }
  }
  for (const auto& [id, rows] : done) {
    if (events_.on_done) events_.on_done(id, rows);
  }
}

}  // namespace playhead::offline

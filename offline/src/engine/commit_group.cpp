// SPDX-License-Identifier: Apache-2.0
#include "engine/commit_group.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "store/layout.h"

namespace playhead::offline {

CommitGroup::CommitGroup(FileSystem& files, DownloadStore& store, Executor& executor,
                         DiskLanes& lanes, Events events)
    : files_(files),
      store_(store),
      executor_(executor),
      events_(std::move(events)),
      told_(Mailbox<>::make(
          executor, [this] { tell(); }, telling_)),
      queue_(lanes) {}

void CommitGroup::add(const std::string& download_id, const std::string& file,
                      FinishedResource finished) {
  waiting_.push_back({download_id, file, std::move(finished)});
  if (waiting_.size() >= kMostRows) return flush();
  if (timer_) return;
  timer_ = executor_.post_at(executor_.now() + kLongestWait, [this] { flush(); });
}

void CommitGroup::drop(const std::string& download_id) {
  queue_.wait();
  tell();
  std::erase_if(waiting_, [&](const Waiting& w) { return w.download_id == download_id; });
}

CommitGroup::Outcome CommitGroup::commit(const std::vector<Waiting>& batch) {
  std::set<std::string> folders;
  for (const Waiting& waiting : batch) folders.insert(waiting.download_id);
  Committed done;
  for (const std::string& id : folders) {
    const std::string folder = layout::folder(store_.root(), id);
    auto synced = files_.sync_folder(folder);
    if (synced) continue;
    // With a folder that is there the disk is to blame, and all are to wait for it.
    if (files_.list(folder)) return std::move(synced).error();
    done.lost.emplace(id, std::move(synced).error());
  }
  std::vector<FinishedResource> rows;
  for (const Waiting& waiting : batch) {
    if (done.lost.count(waiting.download_id) == 0) rows.push_back(waiting.finished);
  }
  PLAYHEAD_TRY(done.gone, store_.finish(rows));
  return done;
}

void CommitGroup::flush() {
  timer_.reset();
  is_flush_wanted_ = !waiting_.empty();
  if (committing_.empty()) begin();
}

void CommitGroup::flush_now() {
  queue_.wait();
  tell();
  flush();
  queue_.wait();
  tell();
}

void CommitGroup::begin() {
  if (!std::exchange(is_flush_wanted_, false)) return;
  committing_ = std::exchange(waiting_, {});
  queue_.post([this, batch = committing_] {
    Outcome outcome = commit(batch);
    {
      const std::lock_guard lock(mutex_);
      outcome_ = std::move(outcome);
    }
    told_->send();
  });
}

void CommitGroup::tell() {
  std::optional<Outcome> outcome;
  {
    const std::lock_guard lock(mutex_);
    outcome = std::exchange(outcome_, std::nullopt);
  }
  if (!outcome) return;  // told already
  std::vector<Waiting> batch = std::exchange(committing_, {});
  if (!*outcome) {
    waiting_.insert(waiting_.begin(), std::make_move_iterator(batch.begin()),
                    std::make_move_iterator(batch.end()));
    is_flush_wanted_ = false;
    failure_ = outcome->error();
    if (events_.on_failed) events_.on_failed(outcome->error());
    return;
  }
  failure_.reset();
  begin();
  const auto& [gone, lost] = **outcome;
  std::map<std::string, std::vector<int64_t>> done;
  for (const Waiting& waiting : batch) {
    if (lost.count(waiting.download_id) > 0) continue;
    const int64_t row = waiting.finished.row;
    done[waiting.download_id].push_back(row);
    if (std::find(gone.begin(), gone.end(), row) == gone.end()) continue;
    // An orphan that stays is collected at the next start.
    static_cast<void>(
        files_.remove(layout::file(store_.root(), waiting.download_id, waiting.file)));
  }
  for (const auto& [id, rows] : done) {
    if (events_.on_done) events_.on_done(id, rows);
  }
  for (const auto& [id, error] : lost) {
    if (events_.on_lost) events_.on_lost(id, error);
  }
}

}  // namespace playhead::offline

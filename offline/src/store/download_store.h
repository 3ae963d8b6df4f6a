// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "files/file_system.h"
#include "playhead/result.h"
#include "store/rows.h"

namespace playhead::offline {

// The resources of a plan, in order, each made when it is written down.
class PlanRows {
 public:
  // `rows` outlives it.
  PlanRows(const std::vector<PlannedResource>& rows)  // NOLINT: they are that
      : size_(rows.size()), at_([&rows](std::size_t position) { return rows[position]; }) {}
  PlanRows(std::size_t size, std::function<PlannedResource(std::size_t position)> at)
      : size_(size), at_(std::move(at)) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] PlannedResource at(std::size_t position) const { return at_(position); }

 private:
  std::size_t size_;
  std::function<PlannedResource(std::size_t)> at_;
};

// The journal of downloads: which there are, which files each needs and has, sealed records. What a
// call has acknowledged survives a kill and a power cut; a call that fails has changed nothing, but
// for begin_removal() and destroy_keys(): they may have, and are to be called again.
//
// Any thread. Calls block for the disk (a commit takes some ms); reading calls do not wait for
// writing ones. Errors of all: kStoreIo, kStoreFull (writing calls only), kStoreCorrupt (nothing is
// deleted), kInvalidArgument (a text or blob over its cap). Calls named "small" can be written on a
// full disk, too, once a reserve is there.
class DownloadStore {
 public:
  // Opens or creates the journal in `root`, a folder of the system's own; the process has it alone
  // while the store lives. `files` outlives the store and handles all but the database. Call
  // Reconciler before anything else is written (reconcile.h). More errors: kOfflineBusy,
  // kStoreNewer; kStoreCorrupt too when the journal is gone but content is there.
  static Result<std::unique_ptr<DownloadStore>> open(FileSystem& files, const std::string& root);
  ~DownloadStore();
  DownloadStore(const DownloadStore&) = delete;
  DownloadStore& operator=(const DownloadStore&) = delete;

  [[nodiscard]] const std::string& root() const;

  // --- downloads. Errors of all that take an id: kNotFound.

  // Queued, with its event. More errors: kInvalidState (id or identity is taken).
  Result<void> add(const NewDownload& download);
  // By priority, highest first, then by order; those being removed included.
  Result<std::vector<DownloadRow>> list();
  Result<DownloadRow> find(const std::string& id);
  // Id of the download of that identity that is not being removed. Errors: kNotFound.
  Result<std::string> find_identity(const std::string& identity);
  // With its event, in one transaction. Small. More errors: kInvalidState (it is being removed,
  // which wins over everything).
  Result<void> set_state(const std::string& id, const StateChange& change, WallTime now);
  Result<void> set_priority(const std::string& id, int priority);  // small
  // What was under way, or waited, when the process before ended: queued. How many there were.
  // Small.
  Result<int64_t> requeue_all(WallTime now);
  // Sum of DownloadRow::bytes_done of all that have a content key: without it nobody can read them.
  Result<int64_t> bytes_of_all();

  // --- removing: begin, unlink the folder, finish. Reconciler goes on after a kill.

  // State, event, content key, rights and licences destroyed (as destroy_keys() does), what
  // services have to be told (download_id is filled in), in one transaction. Small.
  // Again: adds what of `releases` is missing.
  Result<void> begin_removal(const std::string& id, std::span<const PendingRelease> releases,
                             WallTime now);
  // The rows, with an event. More errors: kInvalidState (not begun).
  Result<void> finish_removal(const std::string& id, WallTime now);

  // --- sealed records

  Result<SealedRecords> sealed_records(const std::string& id);
  // Of all downloads that have one: id and sealed rights.
  struct SealedRights {
    std::string download_id;
    Blob rights;
  };
  Result<std::vector<SealedRights>> sealed_rights();
  Result<void> set_content_key(const std::string& id, ByteView sealed);
  // Small. The place of `row` in lists, see RightsRow.
  Result<void> set_rights(const std::string& id, const RightsRow& row, ByteView sealed);
  // Content key and licences: overwritten and out of the write-ahead log when it returns. The
  // rights stay. Small.
  Result<void> destroy_keys(const std::string& id, WallTime now);

  // --- plan and resources

  struct PlanResult {
    int64_t kept = 0;  // resources of the plan before, with what is known of them
    int64_t added = 0;
    // Files (and .part) of resources that are not in the plan any more: to be unlinked.
    std::vector<std::string> dropped_files;
  };
  // Puts a plan in the place of the one before, in one transaction: resources of equal key are
  // kept, with state, bytes and file; the others are dropped. Of those with equal key in `plan`
  // the first counts, with the earliest start and order of all.
  // At most kMaxResources. `facts` are written with it.
  Result<PlanResult> set_plan(const std::string& id, const DownloadFacts& facts,
                              const PlanRows& plan, WallTime now);
  static constexpr std::size_t kMaxResources = 1'000'000;

  // Those not done, in play order, at most `limit`.
  Result<std::vector<ResourceRow>> wanted(const std::string& id, std::size_t limit);
  // All, by row, those after row `after`, at most `limit`.
  Result<std::vector<ResourceRow>> resources(const std::string& id, int64_t after,
                                             std::size_t limit);
  // Errors: kNotFound.
  Result<ResourceRow> resource(int64_t row);
  // Which resources answer that request: the one of exactly that key; or the whole one, of which a
  // range is asked; or those that lie one behind the other from the range's first byte on, such as
  // parts of a plain file, until its end or theirs. Whatever their state. Errors: kNotFound (none
  // has the first byte, or there is a gap).
  Result<std::vector<ResourceRow>> lookup(const std::string& id, const ResourceKey& key);

  // The next three skip rows that are gone, because the plan was another by then, and answer which
  // these were: their files are to be unlinked. One transaction for all.
  using GoneRows = std::vector<int64_t>;
  Result<GoneRows> save_progress(std::span<const ResourceProgress> progress);
  Result<GoneRows> finish(std::span<const FinishedResource> finished);
  // kWanted or kBad: without checkpoint, hash, ETag. Small.
  Result<GoneRows> discard(std::span<const int64_t> rows, ResourceState state);
  // All that is kept of one file, whatever the range: wanted again. Small.
  Result<void> discard_file(const std::string& id, const std::string& stable_key);
  // What the host said with a range of that file which is kept, wholly or in part; none: no range
  // of it is.
  Result<std::optional<Answer>> file_answer(const std::string& id, const std::string& stable_key);

  // --- licences

  // New ones, those that go, and what the service has to be told of them, in one transaction. A new
  // one takes the place of the valid one of the same scheme and kids; what is superseded, by that
  // or by `change`, loses its blob.
  Result<void> change_licences(const std::string& id, const LicenceChange& change);
  // All, oldest first.
  Result<std::vector<LicenceRow>> licences(const std::string& id);
  // Ids of the downloads that have a valid one.
  Result<std::vector<std::string>> licensed();
  // The same one again is one.
  Result<void> add_release(const PendingRelease& release);
  Result<std::vector<PendingRelease>> releases();  // by next_try
  // tries + 1. Errors: kNotFound.
  Result<void> postpone_release(int64_t row, WallTime next_try);
  Result<void> drop_release(int64_t row);

  // --- the rest

  // The latest kMaxEvents, oldest first.
  static constexpr int64_t kMaxEvents = 1'000;
  Result<std::vector<EventRow>> events();
  Result<void> add_event(const EventRow& event);

  class Impl;

 private:
  explicit DownloadStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead::offline

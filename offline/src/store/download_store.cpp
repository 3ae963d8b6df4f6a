// SPDX-License-Identifier: Apache-2.0
#include "store/download_store.h"

#include <mutex>
#include <type_traits>
#include <utility>

#include "store/download_table.h"
#include "store/journal.h"
#include "store/layout.h"
#include "store/licence_table.h"
#include "store/note_table.h"
#include "store/reserve.h"
#include "store/resource_table.h"

namespace playhead::offline {
namespace {

EventRow event_of(const std::string& id, EventKind kind, WallTime now, std::string detail = {}) {
  return EventRow{0, now, id, kind, std::move(detail)};
}

// The journal alone knows what the files are: without it they would all be deleted as strangers.
Result<void> check_not_lost(FileSystem& files, const std::string& root, Journal& journal) {
  PLAYHEAD_TRY(const int64_t downloads,
               journal.database().query_integer("SELECT seq FROM sqlite_sequence"
                                                " WHERE name = 'download'"));
  if (downloads > 0) return {};
  const auto content = files.list(layout::content(root));
  if (!content && content.error().code == ErrorCode::kNotFound) return {};
  if (!content) return content.error();
  if (content->empty()) return {};
  return make_error(ErrorCode::kStoreCorrupt, "the journal is gone, content is there");
}

}  // namespace

class DownloadStore::Impl {
 public:
  // What a writing call may use on a full disk.
  enum class Space : uint8_t { kAny, kReserve };

  Impl(FileSystem& files, std::string folder, std::unique_ptr<FolderLock> lock, Journal writer,
       Journal reader)
      : root(std::move(folder)),
        lock_(std::move(lock)),
        reserve_(files, root),
        writer_(std::move(writer)),
        reader_(std::move(reader)) {
    reserve_.take();
  }

  // `body` of Journal& in one transaction; it is run again where the reserve has to be given up.
  template <typename Body>
  auto write(Space space, const Body& body) -> std::invoke_result_t<Body, Journal&> {
    const std::lock_guard lock(write_mutex_);
    auto result = in_transaction(writer_, "BEGIN IMMEDIATE", body);
    const bool is_full = !result && result.error().code == ErrorCode::kStoreFull;
    if (is_full && space == Space::kReserve && reserve_.give_up()) {
      result = in_transaction(writer_, "BEGIN IMMEDIATE", body);
    } else if (result && space == Space::kAny) {
      reserve_.take();
    }
    return result;
  }

  // The same for a download's row.
  template <typename Body>
  auto write_of(const std::string& id, Space space, const Body& body)
      -> std::invoke_result_t<Body, Journal&, int64_t> {
    using Outcome = std::invoke_result_t<Body, Journal&, int64_t>;
    return write(space, [&](Journal& journal) -> Outcome {
      const auto row = downloads::row_of(journal, id);
      if (!row) return row.error();
      return body(journal, *row);
    });
  }

  template <typename Body>
  auto read(const Body& body) -> std::invoke_result_t<Body, Journal&> {
    const std::lock_guard lock(read_mutex_);
    return in_transaction(reader_, "BEGIN", body);
  }

  template <typename Body>
  auto read_of(const std::string& id, const Body& body)
      -> std::invoke_result_t<Body, Journal&, int64_t> {
    using Outcome = std::invoke_result_t<Body, Journal&, int64_t>;
    return read([&](Journal& journal) -> Outcome {
      const auto row = downloads::row_of(journal, id);
      if (!row) return row.error();
      return body(journal, *row);
    });
  }

  // Those of `changes` whose row is gone; `change` answers whether it was there.
  template <typename Change, typename Body>
  Result<GoneRows> change_rows(Space space, std::span<const Change> changes, const Body& change) {
    return write(space, [&](Journal& journal) -> Result<GoneRows> {
      GoneRows gone;
      for (const Change& one : changes) {
        PLAYHEAD_TRY(const bool was_there, change(journal, one));
        if (was_there) continue;
        if constexpr (std::is_same_v<Change, int64_t>) {
          gone.push_back(one);
        } else {
          gone.push_back(one.row);
        }
      }
      return gone;
    });
  }

  // What was overwritten is overwritten on the disk, too.
  Result<void> empty_log() {
    const std::scoped_lock lock(write_mutex_, read_mutex_);
    auto emptied = writer_.empty_log();
    const bool is_full = !emptied && emptied.error().code == ErrorCode::kStoreFull;
    return is_full && reserve_.give_up() ? writer_.empty_log() : emptied;
  }

  const std::string root;

 private:
  template <typename Body>
  static auto in_transaction(Journal& journal, const char* begin, const Body& body)
      -> std::invoke_result_t<Body, Journal&> {
    SqliteDatabase& database = journal.database();
    if (auto begun = database.execute(begin); !begun) return begun.error();
    auto result = body(journal);
    if (result) {
      if (auto committed = database.commit(); !committed) result = committed.error();
    }
    if (!result) database.rollback();
    return result;
  }

  std::unique_ptr<FolderLock> lock_;  // let go last
  std::mutex write_mutex_;            // taken before read_mutex_
  // Under write_mutex_.
  Reserve reserve_;
  Journal writer_;
  std::mutex read_mutex_;
  // Under read_mutex_. Closed first: the last connection clears the log away, and this one may not
  // write.
  Journal reader_;
};

using Space = DownloadStore::Impl::Space;

namespace {

Result<void> destroy_keys_of(Journal& journal, int64_t row) {
  if (auto erased = downloads::erase_content_key(journal, row); !erased) return erased;
  return licences::erase(journal, row);
}

Result<void> tell_releases(Journal& journal, const std::string& id,
                           std::span<const PendingRelease> releases) {
  for (PendingRelease release : releases) {
    release.download_id = id;
    if (auto added = licences::add_release(journal, release); !added) return added;
  }
  return {};
}

Result<void> change_state(Journal& journal, const std::string& id, const StateChange& change,
                          WallTime now) {
  PLAYHEAD_TRY(const DownloadState before, downloads::set_state(journal, id, change, now));
  std::string detail = downloads::name_of(before);
  detail.append(" > ").append(downloads::name_of(change.state));
  if (!change.detail.empty()) detail.append(": ").append(change.detail);
  return notes::add_event(journal, event_of(id, EventKind::kState, now, std::move(detail)));
}

// State, keys and rights of one that is not being removed yet.
Result<void> take_away(Journal& journal, const std::string& id, WallTime now) {
  PLAYHEAD_TRY(const int64_t row, downloads::row_of(journal, id));
  auto changed = change_state(journal, id, {DownloadState::kRemoving, {}, {}, {}}, now);
  if (!changed) return changed.error().code == ErrorCode::kInvalidState ? Result<void>() : changed;
  if (auto destroyed = destroy_keys_of(journal, row); !destroyed) return destroyed;
  return downloads::erase_rights(journal, row);
}

Result<Journal> open_writer(FileSystem& files, const std::string& root) {
  const std::string path = layout::journal(root);
  // Private to its user; SQLite gives its side files the same mode.
  if (auto made = files.open_for_appending(path); !made) return made.error();
  Result<Journal> writer = Journal::open_for_writing(path);
  const bool is_full = !writer && writer.error().code == ErrorCode::kStoreFull;
  if (!is_full || !Reserve(files, root).give_up()) return writer;
  return Journal::open_for_writing(path);
}

}  // namespace

DownloadStore::DownloadStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DownloadStore::~DownloadStore() = default;

Result<std::unique_ptr<DownloadStore>> DownloadStore::open(FileSystem& files,
                                                           const std::string& root) {
  if (auto made = files.make_folder(root); !made) return made.error();
  PLAYHEAD_TRY(std::unique_ptr<FolderLock> lock, files.lock(layout::lock(root)));
  PLAYHEAD_TRY(Journal writer, open_writer(files, root));
  if (auto whole = check_not_lost(files, root, writer); !whole) return whole.error();
  if (auto synced = files.sync_folder(root); !synced) return synced.error();
  PLAYHEAD_TRY(Journal reader, Journal::open_for_reading(layout::journal(root)));
  return std::unique_ptr<DownloadStore>(new DownloadStore(
      std::make_unique<Impl>(files, root, std::move(lock), std::move(writer), std::move(reader))));
}

const std::string& DownloadStore::root() const { return impl_->root; }

Result<void> DownloadStore::add(const NewDownload& download) {
  return impl_->write(Space::kAny, [&](Journal& journal) -> Result<void> {
    if (auto added = downloads::insert(journal, download); !added) return added;
    return notes::add_event(journal, event_of(download.id, EventKind::kAdded, download.added_at));
  });
}

Result<std::vector<DownloadRow>> DownloadStore::list() { return impl_->read(downloads::list); }

Result<DownloadRow> DownloadStore::find(const std::string& id) {
  return impl_->read([&](Journal& journal) { return downloads::find(journal, id); });
}

Result<std::string> DownloadStore::find_identity(const std::string& identity) {
  return impl_->read([&](Journal& journal) { return downloads::find_identity(journal, identity); });
}

Result<void> DownloadStore::set_state(const std::string& id, const StateChange& change,
                                      WallTime now) {
  if (change.state == DownloadState::kRemoving) {
    return make_error(ErrorCode::kInvalidArgument, "that is begin_removal()");
  }
  return impl_->write(Space::kReserve,
                      [&](Journal& journal) { return change_state(journal, id, change, now); });
}

Result<void> DownloadStore::set_priority(const std::string& id, int priority) {
  return impl_->write(Space::kReserve, [&](Journal& journal) {
    return downloads::set_priority(journal, id, priority);
  });
}

Result<int64_t> DownloadStore::requeue_all(WallTime now) {
  return impl_->write(Space::kReserve, [&](Journal& journal) -> Result<int64_t> {
    PLAYHEAD_TRY(const int64_t count, downloads::requeue_all(journal, now));
    if (count == 0) return count;
    const std::string detail = std::to_string(count) + " queued again after a start";
    auto told = notes::add_event(journal, event_of("", EventKind::kState, now, detail));
    if (!told) return told.error();
    return count;
  });
}

Result<int64_t> DownloadStore::bytes_of_all() { return impl_->read(downloads::bytes_of_all); }

Result<void> DownloadStore::begin_removal(const std::string& id,
                                          std::span<const PendingRelease> releases, WallTime now) {
  auto begun = impl_->write(Space::kReserve, [&](Journal& journal) -> Result<void> {
    if (auto taken = take_away(journal, id, now); !taken) return taken;
    return tell_releases(journal, id, releases);
  });
  return begun ? impl_->empty_log() : begun;
}

Result<void> DownloadStore::finish_removal(const std::string& id, WallTime now) {
  return impl_->write(Space::kReserve, [&](Journal& journal) -> Result<void> {
    PLAYHEAD_TRY(const DownloadRow download, downloads::find(journal, id));
    if (download.state != DownloadState::kRemoving) {
      return make_error(ErrorCode::kInvalidState, "its removal has not begun");
    }
    if (auto erased = downloads::erase(journal, download.order); !erased) return erased;
    return notes::add_event(journal, event_of(id, EventKind::kRemoved, now));
  });
}

Result<SealedRecords> DownloadStore::sealed_records(const std::string& id) {
  return impl_->read_of(id, downloads::sealed_records);
}

Result<std::vector<DownloadStore::SealedRights>> DownloadStore::sealed_rights() {
  return impl_->read(downloads::sealed_rights);
}

Result<void> DownloadStore::set_content_key(const std::string& id, ByteView sealed) {
  return impl_->write_of(id, Space::kAny, [&](Journal& journal, int64_t row) {
    return downloads::set_content_key(journal, row, sealed);
  });
}

Result<void> DownloadStore::set_rights(const std::string& id, const RightsRow& row,
                                       ByteView sealed) {
  return impl_->write_of(id, Space::kReserve, [&](Journal& journal, int64_t download) {
    return downloads::set_rights(journal, download, row, sealed);
  });
}

Result<void> DownloadStore::destroy_keys(const std::string& id, WallTime now) {
  auto destroyed =
      impl_->write_of(id, Space::kReserve, [&](Journal& journal, int64_t row) -> Result<void> {
        if (auto erased = destroy_keys_of(journal, row); !erased) return erased;
        return notes::add_event(journal, event_of(id, EventKind::kRights, now, "keys destroyed"));
      });
  return destroyed ? impl_->empty_log() : destroyed;
}

Result<DownloadStore::PlanResult> DownloadStore::set_plan(const std::string& id,
                                                          const DownloadFacts& facts,
                                                          const PlanRows& plan, WallTime now) {
  return impl_->write_of(id, Space::kAny, [&](Journal& journal, int64_t row) -> Result<PlanResult> {
    if (auto set = downloads::set_facts(journal, row, facts); !set) return set.error();
    PLAYHEAD_TRY(PlanResult result, resources::set_plan(journal, row, plan));
    const std::string detail = std::to_string(result.kept) + " kept, " +
                               std::to_string(result.added) + " added, " +
                               std::to_string(result.dropped_files.size()) + " dropped";
    auto told = notes::add_event(journal, event_of(id, EventKind::kPlanned, now, detail));
    if (!told) return told.error();
    return result;
  });
}

Result<std::vector<ResourceRow>> DownloadStore::wanted(const std::string& id, std::size_t limit) {
  return impl_->read_of(
      id, [&](Journal& journal, int64_t row) { return resources::wanted(journal, row, limit); });
}

Result<std::vector<ResourceRow>> DownloadStore::resources(const std::string& id, int64_t after,
                                                          std::size_t limit) {
  return impl_->read_of(id, [&](Journal& journal, int64_t row) {
    return resources::list(journal, row, after, limit);
  });
}

Result<ResourceRow> DownloadStore::resource(int64_t row) {
  return impl_->read([&](Journal& journal) { return resources::find(journal, row); });
}

Result<std::vector<ResourceRow>> DownloadStore::lookup(const std::string& id,
                                                       const ResourceKey& key) {
  return impl_->read_of(
      id, [&](Journal& journal, int64_t row) { return resources::lookup(journal, row, key); });
}

Result<DownloadStore::GoneRows> DownloadStore::save_progress(
    std::span<const ResourceProgress> progress) {
  return impl_->change_rows(Space::kAny, progress, resources::save_progress);
}

Result<DownloadStore::GoneRows> DownloadStore::finish(std::span<const FinishedResource> finished) {
  return impl_->change_rows(Space::kAny, finished, resources::finish);
}

Result<DownloadStore::GoneRows> DownloadStore::discard(std::span<const int64_t> rows,
                                                       ResourceState state) {
  return impl_->change_rows(Space::kReserve, rows, [&](Journal& journal, int64_t row) {
    return resources::discard(journal, row, state);
  });
}

Result<void> DownloadStore::discard_file(const std::string& id, const std::string& stable_key) {
  return impl_->write_of(id, Space::kReserve, [&](Journal& journal, int64_t row) {
    return resources::discard_file(journal, row, stable_key);
  });
}

Result<std::optional<Answer>> DownloadStore::file_answer(const std::string& id,
                                                         const std::string& stable_key) {
  return impl_->read_of(id, [&](Journal& journal, int64_t row) {
    return resources::file_answer(journal, row, stable_key);
  });
}

Result<void> DownloadStore::change_licences(const std::string& id, const LicenceChange& change) {
  auto changed = impl_->write_of(id, Space::kAny, [&](Journal& journal, int64_t row) {
    for (const LicenceRow& licence : change.taken) {
      if (auto put = licences::put(journal, row, licence); !put) return put;
    }
    for (const int64_t old : change.superseded) {
      if (auto gone = licences::supersede(journal, old); !gone) return gone;
    }
    return tell_releases(journal, id, change.releases);
  });
  // What was overwritten stands in the log as it was. A log that stays is emptied later: the change
  // is made.
  if (changed && !change.taken.empty()) static_cast<void>(impl_->empty_log());
  return changed;
}

Result<std::vector<std::string>> DownloadStore::licensed() {
  return impl_->read(licences::licensed);
}

Result<std::vector<LicenceRow>> DownloadStore::licences(const std::string& id) {
  return impl_->read_of(id, licences::list);
}

Result<void> DownloadStore::add_release(const PendingRelease& release) {
  return impl_->write(Space::kAny,
                      [&](Journal& journal) { return licences::add_release(journal, release); });
}

Result<std::vector<PendingRelease>> DownloadStore::releases() {
  return impl_->read(licences::releases);
}

Result<void> DownloadStore::postpone_release(int64_t row, WallTime next_try) {
  return impl_->write(Space::kReserve, [&](Journal& journal) {
    return licences::postpone_release(journal, row, next_try);
  });
}

Result<void> DownloadStore::drop_release(int64_t row) {
  return impl_->write(Space::kReserve,
                      [&](Journal& journal) { return licences::drop_release(journal, row); });
}

Result<std::vector<EventRow>> DownloadStore::events() { return impl_->read(notes::events); }

Result<void> DownloadStore::add_event(const EventRow& event) {
  return impl_->write(Space::kAny,
                      [&](Journal& journal) { return notes::add_event(journal, event); });
}

}  // namespace playhead::offline

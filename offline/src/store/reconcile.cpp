// SPDX-License-Identifier: Apache-2.0
#include "store/reconcile.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "store/layout.h"
#include "vault/vault_cipher.h"

namespace playhead::offline {
namespace {

// Rows held at a time.
constexpr std::size_t kPage = 1'000;

// Files of one download by their names, of which there may be a hundred thousand.
class Listing {
 public:
  Listing() = default;
  explicit Listing(std::vector<FileSystem::Entry> entries) : entries_(std::move(entries)) {
    std::sort(entries_.begin(), entries_.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    is_taken_.resize(entries_.size());
  }
  // Null: it is not there, or was taken.
  [[nodiscard]] const FileSystem::Entry* find(const std::string& name) const {
    const auto at = position_of(name);
    return at && !is_taken_[*at] ? &entries_[*at] : nullptr;
  }
  void take(const std::string& name) {
    if (const auto at = position_of(name)) is_taken_[*at] = true;
  }
  // Those nobody took.
  [[nodiscard]] std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!is_taken_[i]) names.push_back(entries_[i].name);
    }
    return names;
  }

 private:
  [[nodiscard]] std::optional<std::size_t> position_of(const std::string& name) const {
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), name,
                                        [](const auto& a, const auto& b) { return a.name < b; });
    if (found == entries_.end() || found->name != name) return std::nullopt;
    return static_cast<std::size_t>(found - entries_.begin());
  }

  std::vector<FileSystem::Entry> entries_;
  std::vector<bool> is_taken_;
};

Result<Listing> listing_of(FileSystem& files, const std::string& folder) {
  auto entries = files.list(folder);
  if (!entries && entries.error().code == ErrorCode::kNotFound) return Listing{};
  if (!entries) return entries.error();
  return Listing(*std::move(entries));
}

// Bytes of a file; none: it is not there.
std::optional<int64_t> size_of(const Listing& listing, const std::string& name) {
  const FileSystem::Entry* found = listing.find(name);
  if (found == nullptr || found->is_folder) return std::nullopt;
  return found->size;
}

bool has_checkpoint(std::optional<int64_t> file_bytes, int64_t checkpoint) {
  const int64_t chunks = checkpoint / static_cast<int64_t>(kVaultChunkBytes);
  return file_bytes && *file_bytes >= vault_record_at(chunks);
}

bool is_complete(const DownloadRow& download) {
  return download.state == DownloadState::kCompleted &&
         download.resources_done == download.resources;
}

}  // namespace

// Of one download.
struct Reconciler::Findings {
  std::vector<int64_t> gone;
  std::vector<int64_t> cut;
  std::vector<int64_t> restarted;
  Listing unknown;  // what is left when all rows have taken theirs
};

Result<void> Reconciler::start(WallTime now) {
  if (auto requeued = store_.requeue_all(now); !requeued) return requeued.error();
  PLAYHEAD_TRY(std::vector<DownloadRow> downloads, store_.list());
  for (const DownloadRow& download : downloads) {
    if (download.state != DownloadState::kRemoving) continue;
    const std::string& id = download.added.id;
    if (auto finished = finish_removal(files_, store_, id, now); finished) {
      report_.removed.push_back(id);
    } else if (auto told = leave_for_later(id, finished.error(), now); !told) {
      return told;
    }
  }
  if (auto deleted = delete_unknown_folders(downloads, now); !deleted) return deleted;
  unchecked_.clear();
  for (const DownloadRow& download : downloads) {
    if (download.state == DownloadState::kRemoving) continue;
    if (is_complete(download)) {
      unchecked_.push_back(download.added.id);
    } else if (auto checked = check(download.added.id, now); !checked) {
      return checked;
    }
  }
  return {};
}

Result<bool> Reconciler::step(WallTime now,
                              const std::function<bool(const std::string& id)>& is_busy) {
  if (unchecked_.empty()) return false;
  const bool is_skipped = is_busy && is_busy(unchecked_.front());
  auto checked = is_skipped ? Result<void>() : check(unchecked_.front(), now);
  const bool is_removed = !checked && checked.error().code == ErrorCode::kNotFound;
  if (!checked && !is_removed) return checked.error();
  unchecked_.pop_front();
  return true;
}

Result<void> Reconciler::check(const std::string& id, WallTime now) {
  PLAYHEAD_TRY(const Findings findings, look_through(id));
  // Rows first: a file is deleted only when none promises it.
  if (auto done = put_right(id, findings, now); !done) return done;
  for (const std::string& name : findings.unknown.left()) {
    const std::string path = layout::file(store_.root(), id, name);
    if (auto removed = files_.remove(path); !removed) return removed;
    ++report_.orphans_deleted;
  }
  return {};
}

Result<void> Reconciler::leave_for_later(const std::string& id, const Error& why, WallTime now) {
  ++report_.left_for_later;
  EventRow event;
  event.at = now;
  event.download_id = id;
  event.detail = "cannot be removed yet: " + describe(why);
  return store_.add_event(event);
}

Result<void> Reconciler::delete_unknown_folders(const std::vector<DownloadRow>& known,
                                                WallTime now) {
  std::unordered_set<std::string> names;
  for (const DownloadRow& download : known) names.insert(download.added.id);
  PLAYHEAD_TRY(const Listing listing, listing_of(files_, layout::content(store_.root())));
  for (const std::string& name : listing.left()) {
    if (listing.find(name)->is_folder && names.contains(name)) continue;
    if (auto removed = files_.remove(layout::folder(store_.root(), name)); removed) {
      ++report_.orphans_deleted;
    } else if (auto told = leave_for_later("", removed.error(), now); !told) {
      return told;
    }
  }
  return {};
}

Result<Reconciler::Findings> Reconciler::look_through(const std::string& id) {
  Findings findings;
  PLAYHEAD_TRY(findings.unknown, listing_of(files_, layout::folder(store_.root(), id)));
  int64_t last = 0;
  while (true) {
    PLAYHEAD_TRY(const std::vector<ResourceRow> rows, store_.resources(id, last, kPage));
    if (rows.empty()) return findings;
    for (const ResourceRow& row : rows) {
      last = row.row;
      judge(row, findings);
    }
  }
}

void Reconciler::judge(const ResourceRow& row, Findings& findings) {
  if (row.state == ResourceState::kDone) {
    const auto bytes = size_of(findings.unknown, row.file);
    if (!bytes) {
      findings.gone.push_back(row.row);
    } else if (*bytes != vault_file_bytes(row.planned.size)) {
      findings.cut.push_back(row.row);
    } else {
      findings.unknown.take(row.file);
    }
  } else if (row.state == ResourceState::kPart) {
    const std::string part = row.file + ".part";
    if (has_checkpoint(size_of(findings.unknown, part), row.checkpoint)) {
      findings.unknown.take(part);
    } else {
      findings.restarted.push_back(row.row);
    }
  }
}

Result<void> Reconciler::put_right(const std::string& id, const Findings& findings, WallTime now) {
  const std::pair<const std::vector<int64_t>&, ResourceState> changes[] = {
      {findings.gone, ResourceState::kWanted},
      {findings.cut, ResourceState::kBad},
      {findings.restarted, ResourceState::kWanted}};
  for (const auto& [rows, state] : changes) {
    if (rows.empty()) continue;
    if (auto discarded = store_.discard(rows, state); !discarded) return discarded.error();
  }
  report_.resources_wanted += static_cast<int64_t>(findings.gone.size());
  report_.resources_bad += static_cast<int64_t>(findings.cut.size());
  report_.parts_restarted += static_cast<int64_t>(findings.restarted.size());
  PLAYHEAD_TRY(const DownloadRow download, store_.find(id));
  if (download.state != DownloadState::kCompleted || is_complete(download)) return {};
  ++report_.downloads_requeued;
  StateChange change;
  change.detail = std::to_string(download.resources - download.resources_done) +
                  " files are not what they were";
  return store_.set_state(id, change, now);
}

Result<void> finish_removal(FileSystem& files, DownloadStore& store, const std::string& id,
                            WallTime now) {
  if (auto removed = files.remove(layout::folder(store.root(), id)); !removed) return removed;
  return store.finish_removal(id, now);
}

}  // namespace playhead::offline

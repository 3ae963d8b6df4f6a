// SPDX-License-Identifier: Apache-2.0
#include "engine/download_folder.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "store/layout.h"
#include "vault/device_sealer.h"
#include "vault/file_device_keys.h"

namespace playhead::offline {

namespace {

// The journal's files out of the way, for people who look for what happened; then what it alone
// could say the meaning and the keys of. A kill in between is found as what it was.
Result<void> set_aside(FileSystem& files, const std::string& root) {
  PLAYHEAD_TRY(const auto lock, files.lock(layout::lock(root)));
  const std::string journal = layout::journal(root);
  PLAYHEAD_TRY(const std::vector<FileSystem::Entry> entries, files.list(root));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string from = journal + suffix;
    const bool is_there = std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
      return root + "/" + entry.name == from;
    });
    if (!is_there) continue;
    auto moved = files.rename(from, layout::corrupt_journal(root) + suffix);
    if (!moved) return moved;
  }
  if (auto removed = files.remove(layout::content(root)); !removed) return removed;
  return files.sync_folder(root);
}

Result<std::unique_ptr<DownloadStore>> open_store(const DownloadFolder::Parts& parts) {
  auto store = DownloadStore::open(*parts.files, parts.root);
  const bool is_corrupt = !store && store.error().code == ErrorCode::kStoreCorrupt;
  if (!is_corrupt || !parts.starts_over_when_corrupt) return store;
  if (auto done = set_aside(*parts.files, parts.root); !done) return std::move(done).error();
  return DownloadStore::open(*parts.files, parts.root);
}

}  // namespace

Result<std::unique_ptr<DownloadFolder>> DownloadFolder::open(Parts parts, WallTime now) {
  std::unique_ptr<DownloadFolder> folder(new DownloadFolder(std::move(parts)));
  Parts& own = folder->parts_;
  if (auto made = own.files->make_folder(own.root); !made) return std::move(made).error();
  // Two processes that make the device's key at once would each have their own: the lock first.
  PLAYHEAD_TRY(folder->store_, open_store(own));
  if (!own.keys) own.keys = make_file_device_keys(own.files, own.root);
  PLAYHEAD_TRY(folder->sealer_, make_device_sealer(*own.keys));
  PLAYHEAD_TRY(folder->clock_, TrustedClock::open({*own.files, *folder->sealer_, *own.keys,
                                                   *own.clock, own.root + "/trust"}));
  folder->reconciler_ = std::make_unique<Reconciler>(*own.files, *folder->store_);
  if (auto started = folder->reconciler_->start(now); !started) return std::move(started).error();
  return folder;
}

}  // namespace playhead::offline

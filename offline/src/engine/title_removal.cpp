// SPDX-License-Identifier: Apache-2.0
#include "engine/title_removal.h"

#include <utility>

#include "store/layout.h"

namespace playhead::offline {

namespace {

// Until a disk that refused is asked again (chosen).
constexpr Duration kRetry = 5s;

}  // namespace

Result<void> TitleRemoval::begin(const std::string& id) {
  const auto releases = parts_.licences.releases_of(id);
  DownloadStore& store = parts_.folder.store();
  auto begun = store.begin_removal(id, releases, parts_.executor.wall_now());
  if (!begun) {
    // The row may say so already, though what was overwritten still stands in the log.
    const auto row = store.find(id);
    if (!row || row->state != DownloadState::kRemoving) return begun;
  }
  later(id, begun ? Duration{0} : kRetry);
  return {};
}

void TitleRemoval::later(const std::string& id, Duration wait) {
  pending_[id] = parts_.executor.post_at(parts_.executor.now() + wait, [this, id] { finish(id); });
}

void TitleRemoval::finish(const std::string& id) {
  if (auto done = try_finish(id); !done) {
    parts_.log.error("removing download " + id + ": " + describe(done.error()));
    return later(id, kRetry);
  }
  pending_.erase(id);
  parts_.on_removed(id);
}

Result<void> TitleRemoval::try_finish(const std::string& id) {
  DownloadStore& store = parts_.folder.store();
  const WallTime now = parts_.executor.wall_now();
  if (auto begun = store.begin_removal(id, {}, now); !begun) return begun;
  return finish_removal(parts_.folder.files(), store, id, now);
}

Result<void> TitleRemoval::purge(const std::string& id) {
  const std::string folder = layout::folder(parts_.folder.root(), id);
  if (auto removed = parts_.folder.files().remove(folder); !removed) return removed;
  return parts_.folder.reconciler().check(id, parts_.executor.wall_now());
}

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#include "store/note_table.h"

#include <utility>

#include "store/caps.h"
#include "store/download_store.h"

namespace playhead::offline::notes {

// This number stands in journals.
static_assert(static_cast<int>(EventKind::kNote) == 6);

Result<void> add_event(Journal& journal, const EventRow& event) {
  if (auto allowed = caps::check(event.download_id.size(), caps::kId, "an id"); !allowed) {
    return allowed;
  }
  auto added = Query(journal,
                     "INSERT INTO event(at, download_id, kind, detail)"
                     " VALUES(?1, ?2, ?3, ?4)")
                   .with(event.at)
                   .with(event.download_id)
                   .with(event.kind)
                   .with(caps::cut(event.detail))
                   .run();
  if (!added) return added;
  return Query(journal, "DELETE FROM event WHERE seq <= ?1")
      .with(journal.database().last_row() - DownloadStore::kMaxEvents)
      .run();
}

Result<std::vector<EventRow>> events(Journal& journal) {
  Query query(journal, "SELECT seq, at, download_id, kind, detail FROM event ORDER BY seq");
  std::vector<EventRow> found;
  while (true) {
    PLAYHEAD_TRY(const bool is_there, query.step());
    if (!is_there) break;
    EventRow event;
    event.seq = query.integer();
    event.at = query.time();
    event.download_id = query.text();
    event.kind = query.kind(EventKind::kNote);
    event.detail = query.text();
    found.push_back(std::move(event));
  }
  if (auto sane = query.check(); !sane) return sane.error();
  return found;
}

}  // namespace playhead::offline::notes

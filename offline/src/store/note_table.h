// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "store/journal.h"
#include "store/rows.h"

// The ring of events, in whatever transaction is open. Errors of all: those of DownloadStore.
namespace playhead::offline::notes {

// Drops what is older than the latest DownloadStore::kMaxEvents.
Result<void> add_event(Journal& journal, const EventRow& event);
Result<std::vector<EventRow>> events(Journal& journal);

}  // namespace playhead::offline::notes

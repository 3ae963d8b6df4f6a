// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/journal.h"
#include "store/rows.h"

// Named values and the ring of events, in whatever transaction is open. Errors of all: those of
// DownloadStore.
namespace playhead::offline::notes {

Result<std::optional<Blob>> meta(Journal& journal, const std::string& name);
Result<void> set_meta(Journal& journal, const std::string& name, ByteView value);
Result<void> drop_meta(Journal& journal, const std::string& name);

// Drops what is older than the latest DownloadStore::kMaxEvents.
Result<void> add_event(Journal& journal, const EventRow& event);
Result<std::vector<EventRow>> events(Journal& journal);

}  // namespace playhead::offline::notes

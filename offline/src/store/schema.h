// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "base/sqlite_database.h"
#include "playhead/result.h"

namespace playhead::offline {

// "PHOF": tells our files from those of other programs (SQLite's application_id).
inline constexpr int64_t kJournalApplicationId = 0x50484f46;

// Step n brings a journal of version n to n + 1; the number of steps is the version this library
// writes. A step that has been released is never changed.
[[nodiscard]] std::span<const char* const> journal_migrations();

// The version of a journal, 0 of an empty database; nothing is written. Errors: kStoreNewer (more
// than `steps`; detail: its version), kStoreCorrupt (another program's database).
Result<int64_t> version_of(SqliteDatabase& database, std::span<const char* const> steps);

// Brings it to the version of `steps`; each step is one transaction. Before foreign keys are
// switched on. Errors: those of version_of(), kStoreIo, kStoreFull.
Result<void> migrate(SqliteDatabase& database, std::span<const char* const> steps);

}  // namespace playhead::offline

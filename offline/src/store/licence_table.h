// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/journal.h"
#include "store/rows.h"

// Licences, and what services have to be told, in whatever transaction is open. `download` is a row
// of that table. Errors of all: those of DownloadStore.
namespace playhead::offline::licences {

Result<void> put(Journal& journal, int64_t download, const LicenceRow& licence);
Result<std::vector<LicenceRow>> list(Journal& journal, int64_t download);
// Ids of the downloads that have a valid one.
Result<std::vector<std::string>> licensed(Journal& journal);
// Its blob is overwritten. Errors: kNotFound.
Result<void> supersede(Journal& journal, int64_t row);
// All of a download, zeroed first.
Result<void> erase(Journal& journal, int64_t download);

Result<void> add_release(Journal& journal, const PendingRelease& release);
Result<std::vector<PendingRelease>> releases(Journal& journal);
Result<void> postpone_release(Journal& journal, int64_t row, WallTime next_try);
Result<void> drop_release(Journal& journal, int64_t row);

}  // namespace playhead::offline::licences

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/download_store.h"
#include "store/journal.h"
#include "store/rows.h"

// Downloads and their sealed records, in whatever transaction is open. Errors of all: those of
// DownloadStore.
namespace playhead::offline::downloads {

// Its row, by which the other tables refer to it. Errors: kNotFound.
Result<int64_t> row_of(Journal& journal, const std::string& id);

Result<void> insert(Journal& journal, const NewDownload& download);
Result<std::vector<DownloadRow>> list(Journal& journal);
Result<DownloadRow> find(Journal& journal, const std::string& id);
Result<std::string> find_identity(Journal& journal, const std::string& identity);
// Answers the state before. Errors: kNotFound, kInvalidState (being removed).
Result<DownloadState> set_state(Journal& journal, const std::string& id, const StateChange& change,
                                WallTime now);
Result<void> set_priority(Journal& journal, const std::string& id, int priority);
Result<int64_t> requeue_all(Journal& journal, WallTime now);
Result<void> set_facts(Journal& journal, int64_t row, const DownloadFacts& facts);
Result<int64_t> bytes_of_all(Journal& journal);
// With all that refers to it.
Result<void> erase(Journal& journal, int64_t row);

Result<SealedRecords> sealed_records(Journal& journal, int64_t row);
Result<std::vector<DownloadStore::SealedRights>> sealed_rights(Journal& journal);
Result<void> set_content_key(Journal& journal, int64_t row, ByteView sealed);
Result<void> set_rights(Journal& journal, int64_t row, const RightsRow& listed, ByteView sealed);
Result<void> erase_content_key(Journal& journal, int64_t row);
Result<void> erase_rights(Journal& journal, int64_t row);

// For events: "queued".
[[nodiscard]] const char* name_of(DownloadState state);

}  // namespace playhead::offline::downloads

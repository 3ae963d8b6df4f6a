// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/download_store.h"
#include "store/journal.h"
#include "store/rows.h"

// Plans and resources, in whatever transaction is open. `download` is a row of that table. Errors
// of all: those of DownloadStore.
namespace playhead::offline::resources {

Result<DownloadStore::PlanResult> set_plan(Journal& journal, int64_t download,
                                           const PlanRows& plan);
Result<std::vector<ResourceRow>> wanted(Journal& journal, int64_t download, std::size_t limit);
Result<std::vector<ResourceRow>> list(Journal& journal, int64_t download, int64_t after,
                                      std::size_t limit);
Result<ResourceRow> find(Journal& journal, int64_t row);
Result<std::vector<ResourceRow>> lookup(Journal& journal, int64_t download, const ResourceKey& key);

// False: the row is gone.
Result<bool> save_progress(Journal& journal, const ResourceProgress& progress);
Result<bool> finish(Journal& journal, const FinishedResource& finished);
Result<bool> discard(Journal& journal, int64_t row, ResourceState state);
Result<void> discard_file(Journal& journal, int64_t download, const std::string& stable_key);
Result<std::optional<Answer>> file_answer(Journal& journal, int64_t download,
                                          const std::string& stable_key);

}  // namespace playhead::offline::resources

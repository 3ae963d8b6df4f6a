// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "engine/commit_group.h"
#include "engine/download_folder.h"
#include "engine/file_versions.h"
#include "engine/preparation.h"
#include "engine/resource_transfer.h"
#include "vault/content_key.h"

namespace playhead::offline {

// What the media of a download are encrypted with. Where it has none, a new one is made: what was
// written before is worth nothing then, and wanted again. Errors: those of the journal and of
// Sealer.
[[nodiscard]] Result<std::shared_ptr<const ContentKey>> open_content_key(DownloadFolder& folder,
                                                                         const std::string& id);

// Puts a prepared title in the place of the plan before. Engine thread; used once.
class PlanWriter {
 public:
  // They outlive it.
  struct Parts {
    DownloadFolder& folder;
    TransferWorld& transfers;
    CommitGroup& commits;
    FileVersions& versions;
  };
  PlanWriter(Parts parts, std::string id, const ContentKey& key)
      : parts_(parts), id_(std::move(id)), key_(key) {}

  // No transfer of the download is under way. Answers the rows of manifests that were written and
  // wait to be committed, with their bytes. Errors: those of the journal and of the disk,
  // kResourceChanged.
  Result<std::map<int64_t, int64_t>> write(const PreparedTitle& prepared);

 private:
  Result<void> drop_other_versions(const PreparedTitle& prepared);
  Result<std::map<int64_t, int64_t>> write_documents(const PreparedTitle& prepared);

  const Parts parts_;
  const std::string id_;
  const ContentKey& key_;
};

}  // namespace playhead::offline

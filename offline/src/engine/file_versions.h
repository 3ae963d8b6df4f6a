// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "net/resource_version.h"
#include "store/download_store.h"

namespace playhead::offline {

// Which version of each file the parts are of that a download has of it, so that parts of two never
// come together: what the journal says of those that are kept, and hosts of those under way. Engine
// thread.
class FileVersions {
 public:
  // A host that replaces a file more often than that while it is fetched is given up (chosen: an
  // origin is deployed once; one that answers differently each time never gets anywhere).
  static constexpr int kMostChanges = 3;

  // `store` outlives it.
  FileVersions(DownloadStore& store, std::string download_id)
      : store_(store), id_(std::move(download_id)) {}

  // None: no part is there. Errors: those of the journal.
  Result<std::optional<ResourceVersion>> known(const std::string& stable_key);
  // What a host said with a part. False: not that of the others.
  bool take(const std::string& stable_key, const ResourceVersion& answered);
  // Nothing of the file is kept any more; no transfer may have a part of it. Errors: those of the
  // journal, kResourceChanged (too often).
  Result<void> begin_anew(const std::string& stable_key);

 private:
  DownloadStore& store_;
  const std::string id_;
  std::map<std::string, std::optional<ResourceVersion>> known_;
  std::map<std::string, int> changes_;
};

}  // namespace playhead::offline

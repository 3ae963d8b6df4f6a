// SPDX-License-Identifier: Apache-2.0
#include "engine/file_versions.h"

#include <utility>

#include "base/url.h"

namespace playhead::offline {

Result<std::optional<ResourceVersion>> FileVersions::known(const std::string& stable_key) {
  const auto found = known_.find(stable_key);
  if (found != known_.end()) return found->second;
  PLAYHEAD_TRY(const auto answer, store_.file_answer(id_, stable_key));
  std::optional<ResourceVersion> version;
  if (answer) version = ResourceVersion{answer->etag, answer->last_modified, answer->file_size};
  return known_.emplace(stable_key, std::move(version)).first->second;
}

bool FileVersions::take(const std::string& stable_key, const ResourceVersion& answered) {
  std::optional<ResourceVersion>& version = known_[stable_key];
  if (!version) {
    version = answered;
    return true;
  }
  if (!may_be_same(*version, answered)) return false;
  if (version->etag.empty()) version->etag = answered.etag;
  if (version->last_modified.empty()) version->last_modified = answered.last_modified;
  if (!version->total) version->total = answered.total;
  return true;
}

Result<void> FileVersions::begin_anew(const std::string& stable_key) {
  if (++changes_[stable_key] > kMostChanges) {
    return make_error(ErrorCode::kResourceChanged, redact(stable_key));
  }
  known_.erase(stable_key);
  return store_.discard_file(id_, stable_key);
}

}  // namespace playhead::offline

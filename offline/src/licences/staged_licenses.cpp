// SPDX-License-Identifier: Apache-2.0
#include "licences/staged_licenses.h"

#include "vault/crypto.h"

namespace playhead::offline {

StagedLicenses::~StagedLicenses() {
  for (auto& [id, record] : records_) wipe(record);
}

Result<void> StagedLicenses::put(const std::string& id, ByteView record) {
  std::vector<uint8_t>& kept = records_[id];
  wipe(kept);
  kept = std::vector<uint8_t>(record.begin(), record.end());
  return {};
}

Result<std::vector<uint8_t>> StagedLicenses::get(const std::string& id) {
  const auto found = records_.find(id);
  if (found == records_.end())
    return make_error(ErrorCode::kDrmNoLicense, "no licence of that name is kept");
  return found->second;
}

Result<void> StagedLicenses::remove(const std::string& id) {
  const auto found = records_.find(id);
  if (found == records_.end()) return {};
  wipe(found->second);
  records_.erase(found);
  return {};
}

ByteView StagedLicenses::view(const std::string& id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? ByteView() : ByteView(found->second);
}

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#include "licences/license_stores.h"

#include "licences/licence_json.h"
#include "licences/licence_note.h"
#include "vault/crypto.h"

namespace playhead::offline {
namespace {

Error not_kept() { return make_error(ErrorCode::kDrmNoLicense, "no licence of that name is kept"); }

Error unchangeable() {
  return make_error(ErrorCode::kStoreIo, "playback changes no licence of a download");
}

}  // namespace

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
  if (found == records_.end()) return not_kept();
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

Result<void> SealedLicenses::put(const std::string&, ByteView) { return unchangeable(); }
Result<void> SealedLicenses::remove(const std::string&) { return unchangeable(); }

Result<std::vector<uint8_t>> SealedLicenses::get(const std::string& id) {
  const auto found = sealed_.find(id);
  if (found == sealed_.end()) return not_kept();
  auto record = desk_->use([&](LibraryParts& parts) {
    return open_licence_record(parts.sealer, download_, id, found->second);
  });
  if (record && !has_ends_) drop_clear_key_end(*record);
  return record;
}

}  // namespace playhead::offline

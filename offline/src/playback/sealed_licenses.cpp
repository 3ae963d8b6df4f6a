// SPDX-License-Identifier: Apache-2.0
#include "playback/sealed_licenses.h"

#include "licences/licence_json.h"
#include "licences/licence_note.h"

namespace playhead::offline {
namespace {

Error unchangeable() {
  return make_error(ErrorCode::kStoreIo, "playback changes no licence of a download");
}

}  // namespace

Result<void> SealedLicenses::put(const std::string&, ByteView) { return unchangeable(); }
Result<void> SealedLicenses::remove(const std::string&) { return unchangeable(); }

Result<std::vector<uint8_t>> SealedLicenses::get(const std::string& id) {
  const auto found = sealed_.find(id);
  if (found == sealed_.end()) {
    return make_error(ErrorCode::kDrmNoLicense, "no licence of that name is kept");
  }
  auto record = desk_->use([&](LibraryParts& parts) {
    return open_licence_record(parts.sealer, download_, id, found->second);
  });
  if (record && !has_ends_) drop_clear_key_end(*record);
  return record;
}

}  // namespace playhead::offline

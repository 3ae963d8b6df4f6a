// SPDX-License-Identifier: Apache-2.0
#include "vault/content_key.h"

namespace playhead::offline {
namespace {

constexpr std::string_view kPurpose = "content-key";

}  // namespace

Result<ContentKey> ContentKey::make() {
  SecretKey key;
  if (auto done = fill_random(key.bytes()); !done) return done.error();
  return ContentKey(std::move(key));
}

Result<ContentKey> ContentKey::unwrap(Sealer& sealer, std::string_view download_id,
                                      ByteView wrapped) {
  PLAYHEAD_TRY(std::vector<uint8_t> bytes, sealer.open(kPurpose, download_id, wrapped));
  if (bytes.size() != SecretKey::kBytes) {
    wipe(bytes);
    return make_error(ErrorCode::kOfflineTampered, "this is no key of a download");
  }
  SecretKey key(std::span<const uint8_t, SecretKey::kBytes>(bytes.data(), SecretKey::kBytes));
  wipe(bytes);
  return ContentKey(std::move(key));
}

Result<std::vector<uint8_t>> ContentKey::wrap(Sealer& sealer, std::string_view download_id) const {
  return sealer.seal(kPurpose, download_id, key_.view());
}

}  // namespace playhead::offline

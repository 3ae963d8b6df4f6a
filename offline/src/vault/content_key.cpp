// SPDX-License-Identifier: Apache-2.0
#include "vault/content_key.h"

namespace playhead::offline {
namespace {

constexpr std::string_view kPurpose = "content-key";

// Lengths first, so that no two owners give the same; no id of a download begins like that.
std::string context_of(const KeyOwner& owner) {
  std::string context;
  for (const std::string* part : {&owner.download_id, &owner.title_id, &owner.profile_id}) {
    context += '/' + std::to_string(part->size()) + '/' + *part;
  }
  return context;
}

}  // namespace

Result<ContentKey> ContentKey::make() {
  SecretKey key;
  if (auto done = fill_random(key.bytes()); !done) return done.error();
  return ContentKey(std::move(key));
}

Result<ContentKey> ContentKey::unwrap(Sealer& sealer, const KeyOwner& owner, ByteView wrapped) {
  auto opened = sealer.open(kPurpose, context_of(owner), wrapped);
  // Those of before were bound to the download alone. None that is made today opens that way.
  const bool may_be_older = !opened && opened.error().code == ErrorCode::kOfflineTampered;
  if (may_be_older) opened = sealer.open(kPurpose, owner.download_id, wrapped);
  PLAYHEAD_TRY(std::vector<uint8_t> bytes, std::move(opened));
  if (bytes.size() != SecretKey::kBytes) {
    wipe(bytes);
    return make_error(ErrorCode::kOfflineTampered, "this is no key of a download");
  }
  SecretKey key(std::span<const uint8_t, SecretKey::kBytes>(bytes.data(), SecretKey::kBytes));
  wipe(bytes);
  return ContentKey(std::move(key));
}

Result<std::vector<uint8_t>> ContentKey::wrap(Sealer& sealer, const KeyOwner& owner) const {
  return sealer.seal(kPurpose, context_of(owner), key_.view());
}

}  // namespace playhead::offline

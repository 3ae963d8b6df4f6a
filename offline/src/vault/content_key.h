// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vault/crypto.h"
#include "vault/sealer.h"

namespace playhead::offline {

// Whose key it is, as the journal says, which anybody can edit: a key opens for no other. What a
// download may is decided by its title and profile.
struct KeyOwner {
  std::string download_id;
  std::string title_id;
  std::string profile_id;
};

// The key of all files of one download. It is made at random and exists on disk only sealed: who
// destroys the sealed copy has destroyed the download, however many bytes of it are left.
class ContentKey {
 public:
  // Errors: kInternal.
  static Result<ContentKey> make();
  // Errors: those of Sealer::open().
  static Result<ContentKey> unwrap(Sealer& sealer, const KeyOwner& owner, ByteView wrapped);
  // Errors: those of Sealer::seal().
  [[nodiscard]] Result<std::vector<uint8_t>> wrap(Sealer& sealer, const KeyOwner& owner) const;

  [[nodiscard]] ByteView view() const { return key_.view(); }

 private:
  explicit ContentKey(SecretKey key) : key_(std::move(key)) {}
  SecretKey key_;
};

}  // namespace playhead::offline

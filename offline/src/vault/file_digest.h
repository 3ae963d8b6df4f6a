// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "vault/crypto.h"

namespace playhead::offline {

// What the journal keeps of a finished media file, to tell it from any other that opens as well.
struct FileDigest {
  // These numbers stand in journals.
  enum class Kind : uint8_t {
    kMedia,  // SHA-256 of the media; of files that were finished under version 2 of the journal
    kSeals,  // VaultCipher::digest(): of what seals the chunks
  };
  Kind kind = Kind::kSeals;
  Sha256Digest value{};
  friend bool operator==(const FileDigest&, const FileDigest&) = default;
};

}  // namespace playhead::offline

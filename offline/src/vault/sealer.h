// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead::offline {

// Encrypts and authenticates small records with keys that only this device has (AES-256-GCM, key by
// HKDF-SHA-256 from the device key and `purpose`). What was sealed for one purpose or one context
// opens for no other. Any thread. Errors of both: kInvalidArgument (a record of more than
// kMaxRecordBytes), kInternal.
class Sealer {
 public:
  // Manifests are the largest of them; more would be held in memory twice.
  static constexpr std::size_t kMaxRecordBytes = std::size_t{16} << 20;

  virtual ~Sealer() = default;
  // `context` is authenticated, not kept: the id of what the record belongs to.
  virtual Result<std::vector<uint8_t>> seal(std::string_view purpose, std::string_view context,
                                            ByteView record) = 0;
  // The caller wipes what holds keys. Errors: kOfflineTampered (changed, of another purpose or
  // context), kOfflineOtherDevice (sealed with another device's key: its key id says so).
  virtual Result<std::vector<uint8_t>> open(std::string_view purpose, std::string_view context,
                                            ByteView sealed) = 0;
};

}  // namespace playhead::offline

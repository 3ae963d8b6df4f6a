// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead {

// Where a DRM system of the library keeps persistent licences. The records hold keys in the clear:
// an implementation that writes them anywhere encrypts them (AES-256-GCM with a key of the
// platform's key store) and wipes its copies. Called on the thread of the session's executor only;
// answers within the time of one small local write, never asks a network.
class LicenseStore {
 public:
  virtual ~LicenseStore() = default;
  // Replaces what was there, all or nothing. `record` is borrowed until return.
  // Errors: kStoreIo, kStoreFull.
  virtual Result<void> put(const std::string& id, ByteView record) = 0;
  // The caller wipes the answer. Errors: kDrmNoLicense (nothing is kept under that name), kStoreIo,
  // kStoreCorrupt.
  virtual Result<std::vector<uint8_t>> get(const std::string& id) = 0;
  // Removing what is not there succeeds. Errors: kStoreIo.
  virtual Result<void> remove(const std::string& id) = 0;
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "playhead/result.h"

namespace playhead {

// 32 bytes that never leave the device. The caller wipes its copy.
using DeviceKey = std::array<uint8_t, 32>;

// The platform's key store (Keystore, Keychain, TPM, DPAPI). Called on the thread of
// DownloadManager::open() and on the manager's own: the one that works, or pumps, and the one that
// reads for players, which writes the counter at the start of a play and each minute of it. One
// call at a time; may block for as long as a local key store takes.
class DeviceKeys {
 public:
  virtual ~DeviceKeys() = default;
  // The same key for as long as the app is installed; made at the first call.
  // Errors: kStoreIo (it cannot be had at present), kOfflineOtherDevice (it is lost).
  virtual Result<DeviceKey> get() = 0;
  // A number that outlives the download folder, so that a folder put back from a backup is noticed;
  // none where the platform keeps none, 0 before the first write. write() never lowers it.
  // Errors: kStoreIo (it cannot be had at present; nothing is opened then).
  virtual Result<std::optional<uint64_t>> read_counter() { return std::optional<uint64_t>(); }
  virtual Result<void> write_counter(uint64_t) { return {}; }
};

}  // namespace playhead

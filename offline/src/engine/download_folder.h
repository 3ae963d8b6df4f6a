// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "files/file_system.h"
#include "playhead/offline/device_keys.h"
#include "store/download_store.h"
#include "store/reconcile.h"
#include "trust/clock_source.h"
#include "trust/trusted_clock.h"
#include "vault/sealer.h"

namespace playhead::offline {

// The folder of downloads with everything that reads and writes it: what the engine and playback
// share. Any thread, as its parts are.
class DownloadFolder {
 public:
  struct Parts {
    std::string root;  // absolute
    std::shared_ptr<FileSystem> files;
    std::shared_ptr<DeviceKeys> keys;  // null: a file in the folder
    std::shared_ptr<ClockSource> clock;
    bool starts_over_when_corrupt = false;  // OfflineConfig::start_over_when_corrupt
  };
  // Takes the folder's lock, puts right what a kill left behind. Errors: those of
  // DownloadManager::open().
  static Result<std::unique_ptr<DownloadFolder>> open(Parts parts, WallTime now);

  [[nodiscard]] const std::string& root() const { return parts_.root; }
  [[nodiscard]] FileSystem& files() const { return *parts_.files; }
  [[nodiscard]] DownloadStore& store() const { return *store_; }
  [[nodiscard]] Sealer& sealer() const { return *sealer_; }
  [[nodiscard]] TrustedClock& clock() const { return *clock_; }
  [[nodiscard]] Reconciler& reconciler() const { return *reconciler_; }

 private:
  explicit DownloadFolder(Parts parts) : parts_(std::move(parts)) {}

  Parts parts_;
  std::unique_ptr<DownloadStore> store_;
  std::unique_ptr<Reconciler> reconciler_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<TrustedClock> clock_;
};

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "playback/reading_desk.h"
#include "playhead/drm/license_store.h"

namespace playhead::offline {

// The licences of a download that is played: sealed until a DRM system asks for one. Any thread;
// once the desk is closed nothing is found.
class SealedLicenses final : public LicenseStore {
 public:
  // By persistent id, as in the journal.
  using Sealed = std::map<std::string, std::vector<uint8_t>>;
  // Without `has_ends` they are given without: somebody else knows when they end.
  SealedLicenses(std::shared_ptr<ReadingDesk> desk, std::string download, Sealed sealed,
                 bool has_ends = true)
      : desk_(std::move(desk)),
        download_(std::move(download)),
        sealed_(std::move(sealed)),
        has_ends_(has_ends) {}

  // Both refuse: playback changes no licence.
  Result<void> put(const std::string& id, ByteView record) override;
  Result<void> remove(const std::string& id) override;
  Result<std::vector<uint8_t>> get(const std::string& id) override;

 private:
  const std::shared_ptr<ReadingDesk> desk_;
  const std::string download_;
  const Sealed sealed_;
  const bool has_ends_;
};

}  // namespace playhead::offline

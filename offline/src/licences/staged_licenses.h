// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "playhead/drm/license_store.h"

namespace playhead::offline {

// Holds records while licences are got or given back; into the journal they go, sealed, with the
// rest of what is known of them. One thread.
class StagedLicenses final : public LicenseStore {
 public:
  StagedLicenses() = default;
  ~StagedLicenses() override;
  StagedLicenses(const StagedLicenses&) = delete;
  StagedLicenses& operator=(const StagedLicenses&) = delete;

  Result<void> put(const std::string& id, ByteView record) override;
  Result<std::vector<uint8_t>> get(const std::string& id) override;
  Result<void> remove(const std::string& id) override;
  // Empty: there is none.
  [[nodiscard]] ByteView view(const std::string& id) const;

 private:
  std::map<std::string, std::vector<uint8_t>> records_;  // keys: wiped when they go
};

}  // namespace playhead::offline

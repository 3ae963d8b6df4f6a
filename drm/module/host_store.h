// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/drm/cdm.h"
#include "playhead/drm/license_store.h"

namespace playhead::drm {

// The host's store inside a module.
class HostStore final : public LicenseStore {
 public:
  // `host` has the functions of a store and outlives this object.
  explicit HostStore(const playhead_cdm_host& host) : host_(host) {}

  Result<void> put(const std::string& id, ByteView record) override;
  Result<std::vector<uint8_t>> get(const std::string& id) override;
  Result<void> remove(const std::string& id) override;

 private:
  const playhead_cdm_host& host_;
};

}  // namespace playhead::drm

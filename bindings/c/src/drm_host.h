// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "callback_table.h"
#include "playhead/c/drm.h"
#include "playhead/drm/license_store.h"
#include "playhead/drm/security_level.h"

namespace playhead::capi {

using DrmHost = SharedTable<playhead_drm_host>;

// The app's word, in ours; numbers that are not known are kUnknown. `host` may be null. Any thread.
[[nodiscard]] OutputProtection output_of(const DrmHost& host);

// All functions of the store are there.
[[nodiscard]] bool has_store(const DrmHost& host);

// The app's store, as one of its systems sees it.
class AppLicenseStore final : public LicenseStore {
 public:
  // `host` has_store().
  explicit AppLicenseStore(DrmHost host) : host_(std::move(host)) {}

  // Whose it is: before anything is kept.
  void set_system(std::string name) { system_ = std::move(name); }

  Result<void> put(const std::string& id, ByteView record) override;
  Result<std::vector<uint8_t>> get(const std::string& id) override;
  Result<void> remove(const std::string& id) override;

 private:
  const DrmHost host_;
  std::string system_;
};

}  // namespace playhead::capi

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "playhead/drm/drm_system.h"
#include "support/virtual_executor.h"

namespace playhead::bench {

// A Clear Key system, wherever it comes from, with a licence for the key id of zeros.
class LicensedSystem {
 public:
  // `system` may be null: it could not be made.
  LicensedSystem(std::unique_ptr<DrmSystem> system, const std::vector<uint8_t>& key);
  // Null: there is no system, or it refuses the licence.
  [[nodiscard]] SampleDecryptor* decryptor() const { return decryptor_.get(); }

 private:
  class Deaf final : public DrmSessionListener {
    void on_drm_message(DrmMessage) override {}
    void on_drm_keys(std::vector<KeyInfo>) override {}
    void on_drm_expiration(std::optional<WallTime>) override {}
    void on_drm_failed(Error) override {}
  };

  test::VirtualExecutor executor_;
  Deaf listener_;
  std::unique_ptr<DrmSystem> system_;
  std::unique_ptr<DrmSession> session_;
  std::shared_ptr<SampleDecryptor> decryptor_;
};

}  // namespace playhead::bench

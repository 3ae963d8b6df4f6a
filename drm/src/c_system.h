// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "c_session.h"

namespace playhead::drm {

// A table of C functions as a DrmSystem; made by make_cdm_system().
class CSystem final : public DrmSystem {
 public:
  explicit CSystem(std::shared_ptr<CCore> core);

  [[nodiscard]] std::string name() const override { return core_->name; }
  [[nodiscard]] std::vector<KeyId> system_ids() const override { return core_->system_ids; }
  [[nodiscard]] std::vector<std::string> key_formats() const override { return core_->key_formats; }
  [[nodiscard]] DrmCapabilities query(TrackKind track) const override;
  Result<std::unique_ptr<DrmSession>> open_session(SessionKind kind, Executor& executor,
                                                   DrmSessionListener& listener) override;
  [[nodiscard]] std::shared_ptr<SampleDecryptor> decryptor() override { return decryptor_; }

 private:
  const std::shared_ptr<CCore> core_;
  std::shared_ptr<SampleDecryptor> decryptor_;  // null: path B alone
};

// kDrmModule with that fault.
[[nodiscard]] Error module_error(CdmFault fault, std::string context);

}  // namespace playhead::drm

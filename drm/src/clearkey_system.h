// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "clearkey_session.h"
#include "playhead/drm/clear_key.h"

namespace playhead::drm {

// Clear Key as a DrmSystem; see playhead/drm/clear_key.h.
class ClearKeySystem final : public DrmSystem {
 public:
  explicit ClearKeySystem(const ClearKeyOptions& options);

  [[nodiscard]] std::string name() const override { return "clearkey"; }
  [[nodiscard]] std::vector<KeyId> system_ids() const override;
  [[nodiscard]] std::vector<std::string> key_formats() const override;
  [[nodiscard]] DrmCapabilities query(TrackKind track) const override;
  Result<std::unique_ptr<DrmSession>> open_session(SessionKind kind, Executor& executor,
                                                   DrmSessionListener& listener) override;
  [[nodiscard]] std::shared_ptr<SampleDecryptor> decryptor() override { return shared_->keys; }

 private:
  const std::shared_ptr<ClearKeyShared> shared_;
};

}  // namespace playhead::drm

// SPDX-License-Identifier: Apache-2.0
#include "export_system.h"
#include "playhead/drm/clear_key.h"

// A module as a device with hardware protection has one: Clear Key that calls itself SL3000.
namespace {

class HardwareSystem final : public playhead::DrmSystem {
 public:
  explicit HardwareSystem(playhead::LicenseStore* store)
      : clear_key_(playhead::make_clear_key_system({store})) {}

  std::string name() const override { return clear_key_->name(); }
  std::vector<playhead::KeyId> system_ids() const override { return clear_key_->system_ids(); }
  std::vector<std::string> key_formats() const override { return clear_key_->key_formats(); }
  playhead::DrmCapabilities query(playhead::TrackKind track) const override {
    playhead::DrmCapabilities capabilities = clear_key_->query(track);
    capabilities.level = playhead::SecurityLevel::kSl3000;
    return capabilities;
  }
  playhead::Result<std::unique_ptr<playhead::DrmSession>> open_session(
      playhead::SessionKind kind, playhead::Executor& executor,
      playhead::DrmSessionListener& listener) override {
    return clear_key_->open_session(kind, executor, listener);
  }
  std::shared_ptr<playhead::SampleDecryptor> decryptor() override {
    return clear_key_->decryptor();
  }

 private:
  const std::unique_ptr<playhead::DrmSystem> clear_key_;
};

std::unique_ptr<playhead::DrmSystem> make_system(playhead::LicenseStore* store) {
  return std::make_unique<HardwareSystem>(store);
}

}  // namespace

extern "C" PLAYHEAD_CDM_EXPORT int32_t playhead_cdm_entry(uint32_t min_abi, uint32_t max_abi,
                                                          const playhead_cdm_system** system,
                                                          playhead_cdm_error*) {
  const bool is_known = PLAYHEAD_CDM_ABI_VERSION >= min_abi && PLAYHEAD_CDM_ABI_VERSION <= max_abi;
  if (system == nullptr || !is_known) return -PLAYHEAD_CDM_VERSION_MISMATCH;
  *system = playhead::drm::export_system(make_system);
  return 0;
}

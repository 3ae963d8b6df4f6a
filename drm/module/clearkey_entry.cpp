// SPDX-License-Identifier: Apache-2.0
#include "c_types.h"
#include "export_system.h"
#include "playhead/drm/clear_key.h"

namespace {

constexpr uint32_t kAbi = PLAYHEAD_CDM_ABI_VERSION;

std::unique_ptr<playhead::DrmSystem> make_system(playhead::LicenseStore* store) {
  playhead::ClearKeyOptions options;
  options.store = store;
  return playhead::make_clear_key_system(options);
}

}  // namespace

// The built-in Clear Key system as a module.
extern "C" PLAYHEAD_CDM_EXPORT int32_t playhead_cdm_entry(uint32_t min_abi, uint32_t max_abi,
                                                          const playhead_cdm_system** system,
                                                          playhead_cdm_error* error) {
  if (system == nullptr) return -PLAYHEAD_CDM_INVALID_ARGUMENT;
  if (kAbi < min_abi || kAbi > max_abi) {
    using playhead::ErrorCode;
    playhead::drm::fill_error(make_error(ErrorCode::kVersionMismatch, "", kAbi), error);
    return -PLAYHEAD_CDM_VERSION_MISMATCH;
  }
  *system = playhead::drm::export_system(make_system);
  return 0;
}

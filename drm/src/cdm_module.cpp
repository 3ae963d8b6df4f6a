// SPDX-License-Identifier: Apache-2.0
#include "playhead/drm/cdm_module.h"

#include <utility>

#include "c_system.h"
#include "c_wall.h"
#include "shared_library.h"

namespace playhead {
namespace {

constexpr uint32_t kOldestAbi = PLAYHEAD_CDM_ABI_VERSION;
constexpr uint32_t kNewestAbi = PLAYHEAD_CDM_ABI_VERSION;

Error refused(drm::Status status, const playhead_cdm_error& error) {
  const Error why = drm::error_of(status, &error, PLAYHEAD_CDM_ENTRY "()");
  if (why.code == ErrorCode::kVersionMismatch) {
    return drm::module_error(CdmFault::kVersion, "the module speaks version " +
                                                     std::to_string(why.detail) +
                                                     " of the interface, this player version " +
                                                     std::to_string(kNewestAbi));
  }
  return drm::module_error(CdmFault::kRefused, "the module refuses to serve: " + why.context);
}

}  // namespace

Result<std::unique_ptr<DrmSystem>> load_cdm_module(const std::string& path,
                                                   const CdmHostOptions& options) {
  PLAYHEAD_TRY(std::shared_ptr<const drm::SharedLibrary> library, drm::SharedLibrary::load(path));
  // POSIX promises that a function fits into what dlsym() answers.
  const auto entry =
      reinterpret_cast<playhead_cdm_entry_function>(library->symbol(PLAYHEAD_CDM_ENTRY));
  if (entry == nullptr) {
    return drm::module_error(
        CdmFault::kNoEntry, "the library exports no " PLAYHEAD_CDM_ENTRY "(): it is no DRM module");
  }
  auto error = drm::c_sized<playhead_cdm_error>();
  const playhead_cdm_system* table = nullptr;
  const drm::Status status = drm::call_slot(entry, kOldestAbi, kNewestAbi, &table, &error);
  if (status != 0) return refused(status, error);
  return make_cdm_system(table, options, std::move(library));
}

}  // namespace playhead

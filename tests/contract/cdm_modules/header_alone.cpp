// SPDX-License-Identifier: Apache-2.0
#include "playhead/drm/cdm.h"

extern "C" size_t cdm_header_alone();
extern "C" size_t cdm_header_alone() {
  playhead_cdm_system system = playhead_cdm_system();
  system.abi_version = PLAYHEAD_CDM_ABI_VERSION;
  return sizeof(playhead_cdm_host) + sizeof(system);
}

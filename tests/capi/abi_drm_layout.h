// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of abi_layout.h that is about protected titles.
// clang-format off

#define PLAYHEAD_ABI_DRM_STRUCTS(STRUCT, FIELD) \
  STRUCT(playhead_license_hooks) \
  FIELD(playhead_license_hooks, struct_size) \
  FIELD(playhead_license_hooks, reserved) \
  FIELD(playhead_license_hooks, user) \
  FIELD(playhead_license_hooks, destroy) \
  FIELD(playhead_license_hooks, on_request) \
  FIELD(playhead_license_hooks, on_response) \
  STRUCT(playhead_drm_host) \
  FIELD(playhead_drm_host, struct_size) \
  FIELD(playhead_drm_host, reserved) \
  FIELD(playhead_drm_host, user) \
  FIELD(playhead_drm_host, destroy) \
  FIELD(playhead_drm_host, output_protection) \
  FIELD(playhead_drm_host, store_get) \
  FIELD(playhead_drm_host, store_put) \
  FIELD(playhead_drm_host, store_remove) \
  STRUCT(playhead_drm_config) \
  FIELD(playhead_drm_config, struct_size) \
  FIELD(playhead_drm_config, no_clear_key) \
  FIELD(playhead_drm_config, systems) \
  FIELD(playhead_drm_config, system_count) \
  FIELD(playhead_drm_config, modules) \
  FIELD(playhead_drm_config, module_count) \
  FIELD(playhead_drm_config, preference) \
  FIELD(playhead_drm_config, license_url) \
  FIELD(playhead_drm_config, hooks) \
  FIELD(playhead_drm_config, raw_licenses) \
  FIELD(playhead_drm_config, reserved) \
  FIELD(playhead_drm_config, host)

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of abi_layout.h that is about what there is to watch.
// clang-format off

#define PLAYHEAD_ABI_SERVICE_STRUCTS(STRUCT, FIELD) \
  STRUCT(playhead_request_interceptor) \
  FIELD(playhead_request_interceptor, struct_size) \
  FIELD(playhead_request_interceptor, user) \
  FIELD(playhead_request_interceptor, destroy) \
  FIELD(playhead_request_interceptor, on_request) \
  FIELD(playhead_request_interceptor, on_response) \
  STRUCT(playhead_service_config) \
  FIELD(playhead_service_config, struct_size) \
  FIELD(playhead_service_config, start) \
  FIELD(playhead_service_config, device_id) \
  FIELD(playhead_service_config, formats) \
  FIELD(playhead_service_config, codecs) \
  FIELD(playhead_service_config, drm) \
  FIELD(playhead_service_config, device_type) \
  FIELD(playhead_service_config, reports_events) \
  FIELD(playhead_service_config, heartbeat_us) \
  STRUCT(playhead_answer_info) \
  FIELD(playhead_answer_info, struct_size) \
  FIELD(playhead_answer_info, error_code) \
  FIELD(playhead_answer_info, error_detail) \
  FIELD(playhead_answer_info, row_count) \
  FIELD(playhead_answer_info, profile_count) \
  FIELD(playhead_answer_info, has_title) \
  FIELD(playhead_answer_info, next_cursor) \
  FIELD(playhead_answer_info, error_name) \
  FIELD(playhead_answer_info, error_context) \
  FIELD(playhead_answer_info, message) \
  STRUCT(playhead_row) \
  FIELD(playhead_row, struct_size) \
  FIELD(playhead_row, item_count) \
  FIELD(playhead_row, id) \
  FIELD(playhead_row, name) \
  STRUCT(playhead_item) \
  FIELD(playhead_item, struct_size) \
  FIELD(playhead_item, year) \
  FIELD(playhead_item, title_id) \
  FIELD(playhead_item, name) \
  FIELD(playhead_item, genre) \
  FIELD(playhead_item, duration_us) \
  FIELD(playhead_item, position_us) \
  FIELD(playhead_item, has_position) \
  FIELD(playhead_item, maturity) \
  FIELD(playhead_item, score) \
  FIELD(playhead_item, because) \
  FIELD(playhead_item, reserved) \
  STRUCT(playhead_title) \
  FIELD(playhead_title, struct_size) \
  FIELD(playhead_title, is_protected) \
  FIELD(playhead_title, description) \
  FIELD(playhead_title, genres) \
  FIELD(playhead_title, cast) \
  FIELD(playhead_title, formats) \
  FIELD(playhead_title, thumbnails_url) \
  FIELD(playhead_title, rating_count) \
  FIELD(playhead_title, own_rating) \
  FIELD(playhead_title, rating_average) \
  FIELD(playhead_title, chapter_count) \
  FIELD(playhead_title, has_intro) \
  FIELD(playhead_title, has_credits) \
  FIELD(playhead_title, reserved) \
  FIELD(playhead_title, intro_start_us) \
  FIELD(playhead_title, intro_end_us) \
  FIELD(playhead_title, credits_start_us) \
  FIELD(playhead_title, credits_end_us) \
  STRUCT(playhead_chapter) \
  FIELD(playhead_chapter, struct_size) \
  FIELD(playhead_chapter, reserved) \
  FIELD(playhead_chapter, name) \
  FIELD(playhead_chapter, start_us) \
  FIELD(playhead_chapter, end_us) \
  STRUCT(playhead_profile) \
  FIELD(playhead_profile, struct_size) \
  FIELD(playhead_profile, maturity) \
  FIELD(playhead_profile, profile_id) \
  FIELD(playhead_profile, name) \
  FIELD(playhead_profile, is_protected) \
  FIELD(playhead_profile, is_default) \
  STRUCT(playhead_service_listener) \
  FIELD(playhead_service_listener, struct_size) \
  FIELD(playhead_service_listener, user) \
  FIELD(playhead_service_listener, destroy) \
  FIELD(playhead_service_listener, answered) \
  STRUCT(playhead_profile_change) \
  FIELD(playhead_profile_change, struct_size) \
  FIELD(playhead_profile_change, maturity) \
  FIELD(playhead_profile_change, profile_id) \
  FIELD(playhead_profile_change, name) \
  FIELD(playhead_profile_change, pin) \
  FIELD(playhead_profile_change, default_pin)

#define PLAYHEAD_ABI_SERVICE_CONSTANTS(CONSTANT) \
  CONSTANT(PLAYHEAD_RESOURCE_MANIFEST) \
  CONSTANT(PLAYHEAD_RESOURCE_INIT) \
  CONSTANT(PLAYHEAD_RESOURCE_MEDIA) \
  CONSTANT(PLAYHEAD_RESOURCE_TEXT) \
  CONSTANT(PLAYHEAD_RESOURCE_KEY) \
  CONSTANT(PLAYHEAD_RESOURCE_LICENSE) \
  CONSTANT(PLAYHEAD_RESOURCE_API) \
  CONSTANT(PLAYHEAD_CMCD_OFF) CONSTANT(PLAYHEAD_CMCD_QUERY) CONSTANT(PLAYHEAD_CMCD_HEADERS) \
  CONSTANT(PLAYHEAD_START_STREAM) CONSTANT(PLAYHEAD_START_SESSION) \
  CONSTANT(PLAYHEAD_MATURITY_NOT_RATED) \
  CONSTANT(PLAYHEAD_MATURITY_G) \
  CONSTANT(PLAYHEAD_MATURITY_PG) \
  CONSTANT(PLAYHEAD_MATURITY_PG_13) \
  CONSTANT(PLAYHEAD_MATURITY_R) \
  CONSTANT(PLAYHEAD_MATURITY_TV_MA) \
  CONSTANT(PLAYHEAD_DEVICE_OTHER) \
  CONSTANT(PLAYHEAD_DEVICE_PHONE) \
  CONSTANT(PLAYHEAD_DEVICE_TABLET) \
  CONSTANT(PLAYHEAD_DEVICE_TV) \
  CONSTANT(PLAYHEAD_DEVICE_DESKTOP) \
  CONSTANT(PLAYHEAD_DEVICE_BROWSER) \
  CONSTANT(PLAYHEAD_DEVICE_CONSOLE) \
  CONSTANT(PLAYHEAD_BECAUSE_OF_TASTE) \
  CONSTANT(PLAYHEAD_BECAUSE_OF_TITLES) \
  CONSTANT(PLAYHEAD_BECAUSE_OF_CONTEXT) \
  CONSTANT(PLAYHEAD_BECAUSE_NEW)

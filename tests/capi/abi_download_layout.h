// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of abi_layout.h that is about downloads.
// clang-format off

#define PLAYHEAD_ABI_DOWNLOAD_STRUCTS(STRUCT, FIELD) \
  STRUCT(playhead_device_keys) \
  FIELD(playhead_device_keys, struct_size) \
  FIELD(playhead_device_keys, user) \
  FIELD(playhead_device_keys, destroy) \
  FIELD(playhead_device_keys, get_key) \
  FIELD(playhead_device_keys, read_counter) \
  FIELD(playhead_device_keys, write_counter) \
  STRUCT(playhead_video_offer) \
  FIELD(playhead_video_offer, struct_size) \
  FIELD(playhead_video_offer, can_decode) \
  FIELD(playhead_video_offer, codecs) \
  FIELD(playhead_video_offer, bitrate_bps) \
  FIELD(playhead_video_offer, width) \
  FIELD(playhead_video_offer, height) \
  STRUCT(playhead_video_question) \
  FIELD(playhead_video_question, struct_size) \
  FIELD(playhead_video_question, offer_count) \
  FIELD(playhead_video_question, offers) \
  FIELD(playhead_video_question, free_bytes) \
  FIELD(playhead_video_question, max_bitrate_bps) \
  FIELD(playhead_video_question, video_codecs) \
  FIELD(playhead_video_question, max_height) \
  FIELD(playhead_video_question, reserved) \
  STRUCT(playhead_video_chooser) \
  FIELD(playhead_video_chooser, struct_size) \
  FIELD(playhead_video_chooser, user) \
  FIELD(playhead_video_chooser, destroy) \
  FIELD(playhead_video_chooser, choose) \
  STRUCT(playhead_url_resolver) \
  FIELD(playhead_url_resolver, struct_size) \
  FIELD(playhead_url_resolver, user) \
  FIELD(playhead_url_resolver, destroy) \
  FIELD(playhead_url_resolver, resolve) \
  STRUCT(playhead_download_request) \
  FIELD(playhead_download_request, struct_size) \
  FIELD(playhead_download_request, priority) \
  FIELD(playhead_download_request, title_id) \
  FIELD(playhead_download_request, url) \
  FIELD(playhead_download_request, profile_id) \
  FIELD(playhead_download_request, audio_languages) \
  FIELD(playhead_download_request, text_languages) \
  FIELD(playhead_download_request, video_codecs) \
  FIELD(playhead_download_request, app_data) \
  FIELD(playhead_download_request, max_bitrate_bps) \
  FIELD(playhead_download_request, from_us) \
  FIELD(playhead_download_request, to_us) \
  FIELD(playhead_download_request, max_height) \
  FIELD(playhead_download_request, no_thumbnails) \
  STRUCT(playhead_download) \
  FIELD(playhead_download, struct_size) \
  FIELD(playhead_download, state) \
  FIELD(playhead_download, id) \
  FIELD(playhead_download, request) \
  FIELD(playhead_download, waits_for) \
  FIELD(playhead_download, rights) \
  FIELD(playhead_download, bytes_done) \
  FIELD(playhead_download, bytes_total) \
  FIELD(playhead_download, bytes_per_second) \
  FIELD(playhead_download, time_left_us) \
  FIELD(playhead_download, duration_us) \
  FIELD(playhead_download, playable_until_us) \
  FIELD(playhead_download, is_total_exact) \
  FIELD(playhead_download, has_time_left) \
  FIELD(playhead_download, width) \
  FIELD(playhead_download, height) \
  FIELD(playhead_download, video_codec) \
  FIELD(playhead_download, expires_at_us) \
  FIELD(playhead_download, added_at_us) \
  FIELD(playhead_download, has_expires_at) \
  FIELD(playhead_download, error_code) \
  FIELD(playhead_download, error_severity) \
  FIELD(playhead_download, error_detail) \
  FIELD(playhead_download, is_retryable) \
  FIELD(playhead_download, next_action) \
  FIELD(playhead_download, error_name) \
  FIELD(playhead_download, error_context) \
  FIELD(playhead_download, message) \
  STRUCT(playhead_download_listener) \
  FIELD(playhead_download_listener, struct_size) \
  FIELD(playhead_download_listener, user) \
  FIELD(playhead_download_listener, destroy) \
  FIELD(playhead_download_listener, changed) \
  FIELD(playhead_download_listener, removed) \
  STRUCT(playhead_downloads_config) \
  FIELD(playhead_downloads_config, struct_size) \
  FIELD(playhead_downloads_config, is_pumped) \
  FIELD(playhead_downloads_config, path) \
  FIELD(playhead_downloads_config, device_keys) \
  FIELD(playhead_downloads_config, video_chooser) \
  FIELD(playhead_downloads_config, listener) \
  FIELD(playhead_downloads_config, parallel_titles) \
  FIELD(playhead_downloads_config, parallel_segments) \
  FIELD(playhead_downloads_config, allow_metered) \
  FIELD(playhead_downloads_config, only_charging) \
  FIELD(playhead_downloads_config, quota_bytes) \
  FIELD(playhead_downloads_config, free_space_floor_bytes) \
  FIELD(playhead_downloads_config, keep_expired_us) \
  FIELD(playhead_downloads_config, max_without_contact_us) \
  FIELD(playhead_downloads_config, url_resolver) \
  FIELD(playhead_downloads_config, start_over_when_corrupt) \
  FIELD(playhead_downloads_config, reserved) \
  STRUCT(playhead_download_conditions) \
  FIELD(playhead_download_conditions, struct_size) \
  FIELD(playhead_download_conditions, is_offline) \
  FIELD(playhead_download_conditions, is_metered) \
  FIELD(playhead_download_conditions, is_on_battery) \
  STRUCT(playhead_download_limits) \
  FIELD(playhead_download_limits, struct_size) \
  FIELD(playhead_download_limits, parallel_titles) \
  FIELD(playhead_download_limits, quota_bytes) \
  FIELD(playhead_download_limits, free_space_floor_bytes) \
  FIELD(playhead_download_limits, parallel_segments) \
  FIELD(playhead_download_limits, allow_metered) \
  FIELD(playhead_download_limits, only_charging) \
  FIELD(playhead_download_limits, reserved)

#define PLAYHEAD_ABI_DOWNLOAD_CONSTANTS(CONSTANT) \
  CONSTANT(PLAYHEAD_DOWNLOAD_QUEUED) \
  CONSTANT(PLAYHEAD_DOWNLOAD_PREPARING) \
  CONSTANT(PLAYHEAD_DOWNLOAD_DOWNLOADING) \
  CONSTANT(PLAYHEAD_DOWNLOAD_WAITING) \
  CONSTANT(PLAYHEAD_DOWNLOAD_PAUSED) \
  CONSTANT(PLAYHEAD_DOWNLOAD_VERIFYING) \
  CONSTANT(PLAYHEAD_DOWNLOAD_COMPLETED) \
  CONSTANT(PLAYHEAD_DOWNLOAD_FAILED) \
  CONSTANT(PLAYHEAD_DOWNLOAD_REMOVING) \
  CONSTANT(PLAYHEAD_WAIT_NOTHING) \
  CONSTANT(PLAYHEAD_WAIT_NETWORK) \
  CONSTANT(PLAYHEAD_WAIT_UNMETERED) \
  CONSTANT(PLAYHEAD_WAIT_CHARGING) \
  CONSTANT(PLAYHEAD_WAIT_STORAGE) \
  CONSTANT(PLAYHEAD_WAIT_AUTH) \
  CONSTANT(PLAYHEAD_NEXT_NONE) \
  CONSTANT(PLAYHEAD_NEXT_RETRY) \
  CONSTANT(PLAYHEAD_NEXT_FREE_SPACE) \
  CONSTANT(PLAYHEAD_NEXT_SIGN_IN) \
  CONSTANT(PLAYHEAD_NEXT_RENEW) \
  CONSTANT(PLAYHEAD_NEXT_REMOVE_AND_ADD) \
  CONSTANT(PLAYHEAD_RIGHTS_NONE) \
  CONSTANT(PLAYHEAD_RIGHTS_VALID) \
  CONSTANT(PLAYHEAD_RIGHTS_EXPIRING) \
  CONSTANT(PLAYHEAD_RIGHTS_RENEWING) \
  CONSTANT(PLAYHEAD_RIGHTS_EXPIRED) \
  CONSTANT(PLAYHEAD_RIGHTS_DENIED) \
  CONSTANT(PLAYHEAD_RIGHTS_CONTACT_NEEDED) \
  CONSTANT(PLAYHEAD_RIGHTS_CLOCK_UNTRUSTED) \
  CONSTANT(PLAYHEAD_RIGHTS_TAMPERED) \
  CONSTANT(PLAYHEAD_DOWNLOAD_ID_BYTES) \
  CONSTANT(PLAYHEAD_DEVICE_KEY_BYTES)

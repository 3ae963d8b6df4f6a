// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capi/abi_cue_layout.h"
#include "capi/abi_decoder_layout.h"
#include "capi/abi_download_layout.h"
#include "capi/abi_drm_layout.h"
#include "capi/abi_event_layout.h"
#include "capi/abi_service_layout.h"
#include "capi/abi_world_layout.h"

// Every struct of the C interface with its members in order, and every constant but the errors.
// abi_test compares this list with the text of the headers, so that nothing is missing here.
// clang-format off

#define PLAYHEAD_ABI_STRUCTS(STRUCT, FIELD) \
  STRUCT(playhead_token_provider) \
  FIELD(playhead_token_provider, struct_size) \
  FIELD(playhead_token_provider, user) \
  FIELD(playhead_token_provider, destroy) \
  FIELD(playhead_token_provider, request_token) \
  STRUCT(playhead_log_sink) \
  FIELD(playhead_log_sink, struct_size) \
  FIELD(playhead_log_sink, user) \
  FIELD(playhead_log_sink, destroy) \
  FIELD(playhead_log_sink, log) \
  STRUCT(playhead_client_config) \
  FIELD(playhead_client_config, struct_size) \
  FIELD(playhead_client_config, header_version) \
  FIELD(playhead_client_config, storage_path) \
  FIELD(playhead_client_config, api_url) \
  FIELD(playhead_client_config, user_agent) \
  FIELD(playhead_client_config, token_provider) \
  FIELD(playhead_client_config, log_sink) \
  FIELD(playhead_client_config, proxy) \
  FIELD(playhead_client_config, pins) \
  FIELD(playhead_client_config, recording_path) \
  FIELD(playhead_client_config, recording_max_bytes) \
  FIELD(playhead_client_config, drm) \
  FIELD(playhead_client_config, service) FIELD(playhead_client_config, interceptor) \
  FIELD(playhead_client_config, account_id) \
  FIELD(playhead_client_config, max_media_bytes) \
  FIELD(playhead_client_config, transport) FIELD(playhead_client_config, store) \
  FIELD(playhead_client_config, clock) FIELD(playhead_client_config, decoders) \
  PLAYHEAD_ABI_DECODER_STRUCTS(STRUCT, FIELD) \
  PLAYHEAD_ABI_DRM_STRUCTS(STRUCT, FIELD) \
  PLAYHEAD_ABI_WORLD_STRUCTS(STRUCT, FIELD) \
  STRUCT(playhead_frame_info) \
  FIELD(playhead_frame_info, struct_size) \
  FIELD(playhead_frame_info, format) \
  FIELD(playhead_frame_info, time_us) \
  FIELD(playhead_frame_info, duration_us) \
  FIELD(playhead_frame_info, width) \
  FIELD(playhead_frame_info, height) \
  FIELD(playhead_frame_info, sar_num) \
  FIELD(playhead_frame_info, sar_den) \
  FIELD(playhead_frame_info, planes) \
  FIELD(playhead_frame_info, strides) \
  FIELD(playhead_frame_info, app_frame) \
  STRUCT(playhead_video_sink) \
  FIELD(playhead_video_sink, struct_size) \
  FIELD(playhead_video_sink, user) \
  FIELD(playhead_video_sink, destroy) \
  FIELD(playhead_video_sink, show) \
  FIELD(playhead_video_sink, clear) \
  STRUCT(playhead_audio_format) \
  FIELD(playhead_audio_format, struct_size) \
  FIELD(playhead_audio_format, sample_rate) \
  FIELD(playhead_audio_format, channels) \
  STRUCT(playhead_audio_sink) \
  FIELD(playhead_audio_sink, struct_size) \
  FIELD(playhead_audio_sink, user) \
  FIELD(playhead_audio_sink, destroy) \
  FIELD(playhead_audio_sink, open) \
  FIELD(playhead_audio_sink, close) \
  FIELD(playhead_audio_sink, write) \
  FIELD(playhead_audio_sink, frames_played) \
  FIELD(playhead_audio_sink, pause) \
  FIELD(playhead_audio_sink, resume) \
  FIELD(playhead_audio_sink, flush) \
  FIELD(playhead_audio_sink, set_volume) \
  PLAYHEAD_ABI_CUE_STRUCTS(STRUCT, FIELD) \
  PLAYHEAD_ABI_EVENT_STRUCTS(STRUCT, FIELD) \
  STRUCT(playhead_wakeup) \
  FIELD(playhead_wakeup, struct_size) \
  FIELD(playhead_wakeup, user) \
  FIELD(playhead_wakeup, destroy) \
  FIELD(playhead_wakeup, wake) \
  STRUCT(playhead_player_config) \
  FIELD(playhead_player_config, struct_size) \
  FIELD(playhead_player_config, max_height) \
  FIELD(playhead_player_config, video) \
  FIELD(playhead_player_config, audio) \
  FIELD(playhead_player_config, progress_interval_us) \
  FIELD(playhead_player_config, max_bitrate_bps) \
  FIELD(playhead_player_config, audio_language) \
  FIELD(playhead_player_config, buffer_start_us) \
  FIELD(playhead_player_config, buffer_after_rebuffer_us) \
  FIELD(playhead_player_config, buffer_target_us) \
  FIELD(playhead_player_config, buffer_back_us) \
  FIELD(playhead_player_config, buffer_max_bytes) \
  FIELD(playhead_player_config, preset) \
  FIELD(playhead_player_config, behind_window) \
  FIELD(playhead_player_config, live_offset_us) \
  FIELD(playhead_player_config, live_min_speed) \
  FIELD(playhead_player_config, live_max_speed) \
  FIELD(playhead_player_config, no_low_latency) \
  FIELD(playhead_player_config, audio_channels) \
  FIELD(playhead_player_config, audio_role) \
  FIELD(playhead_player_config, audio_codec) \
  FIELD(playhead_player_config, audio_label) \
  FIELD(playhead_player_config, text_language) \
  FIELD(playhead_player_config, text_off) \
  FIELD(playhead_player_config, reserved) \
  FIELD(playhead_player_config, cmcd) FIELD(playhead_player_config, reserved2) \
  FIELD(playhead_player_config, cmcd_events_url) \
  FIELD(playhead_player_config, cmcd_events_interval_us) \
  FIELD(playhead_player_config, cmcd_tells_responses) FIELD(playhead_player_config, reserved3) \
  STRUCT(playhead_limits) \
  FIELD(playhead_limits, struct_size) \
  FIELD(playhead_limits, max_height) \
  FIELD(playhead_limits, max_bitrate_bps) \
  FIELD(playhead_limits, viewport_width) \
  FIELD(playhead_limits, viewport_height) \
  FIELD(playhead_limits, pixel_ratio) \
  FIELD(playhead_limits, saves_data) \
  FIELD(playhead_limits, hdcp_tenths) \
  FIELD(playhead_limits, data_saver_bitrate_bps) \
  STRUCT(playhead_source) \
  FIELD(playhead_source, struct_size) \
  FIELD(playhead_source, has_start) \
  FIELD(playhead_source, title_id) \
  FIELD(playhead_source, url) \
  FIELD(playhead_source, start_us) \
  FIELD(playhead_source, start_paused) \
  FIELD(playhead_source, reserved) \
  FIELD(playhead_source, download_id) \
  FIELD(playhead_source, profile_id) \
  STRUCT(playhead_player_status) \
  FIELD(playhead_player_status, struct_size) \
  FIELD(playhead_player_status, state) \
  FIELD(playhead_player_status, is_paused) \
  FIELD(playhead_player_status, has_duration) \
  FIELD(playhead_player_status, position_us) \
  FIELD(playhead_player_status, duration_us) \
  FIELD(playhead_player_status, speed) \
  FIELD(playhead_player_status, volume) \
  FIELD(playhead_player_status, video_buffer_us) \
  FIELD(playhead_player_status, audio_buffer_us) \
  FIELD(playhead_player_status, buffered_bytes) \
  FIELD(playhead_player_status, throughput_bps) \
  FIELD(playhead_player_status, shown_bitrate_bps) \
  FIELD(playhead_player_status, shown_width) \
  FIELD(playhead_player_status, shown_height) \
  FIELD(playhead_player_status, shown_id) \
  FIELD(playhead_player_status, is_auto_bitrate) \
  FIELD(playhead_player_status, representation_count) \
  FIELD(playhead_player_status, track_count) \
  FIELD(playhead_player_status, trick_rate) \
  FIELD(playhead_player_status, has_thumbnails) \
  FIELD(playhead_player_status, reserved) \
  STRUCT(playhead_representation) \
  FIELD(playhead_representation, struct_size) \
  FIELD(playhead_representation, is_selected) \
  FIELD(playhead_representation, id) \
  FIELD(playhead_representation, codecs) \
  FIELD(playhead_representation, bitrate_bps) \
  FIELD(playhead_representation, width) \
  FIELD(playhead_representation, height) \
  FIELD(playhead_representation, limit) \
  FIELD(playhead_representation, reserved) \
  STRUCT(playhead_track) \
  FIELD(playhead_track, struct_size) \
  FIELD(playhead_track, kind) \
  FIELD(playhead_track, id) \
  FIELD(playhead_track, language) \
  FIELD(playhead_track, label) \
  FIELD(playhead_track, codecs) \
  FIELD(playhead_track, bitrate_bps) \
  FIELD(playhead_track, channels) \
  FIELD(playhead_track, is_selected) \
  FIELD(playhead_track, is_forced) \
  FIELD(playhead_track, is_caption) \
  STRUCT(playhead_live) \
  FIELD(playhead_live, struct_size) \
  FIELD(playhead_live, is_live) \
  FIELD(playhead_live, window_start_us) \
  FIELD(playhead_live, window_end_us) \
  FIELD(playhead_live, offset_us) \
  FIELD(playhead_live, target_offset_us) \
  FIELD(playhead_live, correction) \
  FIELD(playhead_live, date_us) \
  FIELD(playhead_live, has_date) \
  FIELD(playhead_live, reserved) \
  PLAYHEAD_ABI_DOWNLOAD_STRUCTS(STRUCT, FIELD) \
  PLAYHEAD_ABI_SERVICE_STRUCTS(STRUCT, FIELD)

#define PLAYHEAD_ABI_CONSTANTS(CONSTANT) \
  CONSTANT(PLAYHEAD_TRACK_VIDEO) \
  CONSTANT(PLAYHEAD_TRACK_AUDIO) \
  CONSTANT(PLAYHEAD_TRACK_TEXT) \
  CONSTANT(PLAYHEAD_LOG_ERROR) \
  CONSTANT(PLAYHEAD_LOG_WARNING) \
  CONSTANT(PLAYHEAD_LOG_INFO) \
  CONSTANT(PLAYHEAD_LOG_DEBUG) \
  CONSTANT(PLAYHEAD_PIXEL_FORMAT_I420) \
  CONSTANT(PLAYHEAD_PIXEL_FORMAT_NV12) \
  CONSTANT(PLAYHEAD_PIXEL_FORMAT_OPAQUE) \
  CONSTANT(PLAYHEAD_SOUND_FLOAT) \
  CONSTANT(PLAYHEAD_SOUND_INT16) \
  CONSTANT(PLAYHEAD_STATE_IDLE) \
  CONSTANT(PLAYHEAD_STATE_LOADING) \
  CONSTANT(PLAYHEAD_STATE_BUFFERING) \
  CONSTANT(PLAYHEAD_STATE_PLAYING) \
  CONSTANT(PLAYHEAD_STATE_PAUSED) \
  CONSTANT(PLAYHEAD_STATE_REBUFFERING) \
  CONSTANT(PLAYHEAD_STATE_ENDED) \
  CONSTANT(PLAYHEAD_STATE_FAILED) \
  CONSTANT(PLAYHEAD_STATE_TRICK_PLAY) \
  CONSTANT(PLAYHEAD_STATE_SCRUBBING) \
  CONSTANT(PLAYHEAD_SWITCH_INITIAL) \
  CONSTANT(PLAYHEAD_SWITCH_THROUGHPUT) \
  CONSTANT(PLAYHEAD_SWITCH_BUFFER) \
  CONSTANT(PLAYHEAD_SWITCH_MANUAL) \
  CONSTANT(PLAYHEAD_SWITCH_PERIOD) \
  CONSTANT(PLAYHEAD_SWITCH_FAILURE) \
  CONSTANT(PLAYHEAD_SWITCH_LIMIT) \
  CONSTANT(PLAYHEAD_PRESET_VOD) \
  CONSTANT(PLAYHEAD_PRESET_LIVE) \
  CONSTANT(PLAYHEAD_PRESET_LOW_LATENCY) \
  CONSTANT(PLAYHEAD_PRESET_DATA_SAVER) \
  CONSTANT(PLAYHEAD_PRESET_MAX_QUALITY) \
  CONSTANT(PLAYHEAD_LIMIT_NONE) \
  CONSTANT(PLAYHEAD_LIMIT_CODEC) \
  CONSTANT(PLAYHEAD_LIMIT_SECURITY) \
  CONSTANT(PLAYHEAD_LIMIT_HDCP) \
  CONSTANT(PLAYHEAD_LIMIT_MANUAL) \
  CONSTANT(PLAYHEAD_LIMIT_HARDWARE) \
  CONSTANT(PLAYHEAD_LIMIT_BITRATE) \
  CONSTANT(PLAYHEAD_LIMIT_HEIGHT) \
  CONSTANT(PLAYHEAD_LIMIT_DATA_SAVER) \
  CONSTANT(PLAYHEAD_LIMIT_VIEWPORT) \
  CONSTANT(PLAYHEAD_LIMIT_DROPPED_FRAMES) \
  CONSTANT(PLAYHEAD_LIMIT_MEMORY) \
  CONSTANT(PLAYHEAD_SEVERITY_RECOVERABLE) \
  CONSTANT(PLAYHEAD_SEVERITY_FATAL) \
  CONSTANT(PLAYHEAD_EVENT_NONE) \
  CONSTANT(PLAYHEAD_EVENT_LOAD_STARTED) \
  CONSTANT(PLAYHEAD_EVENT_SESSION_STARTED) \
  CONSTANT(PLAYHEAD_EVENT_MANIFEST_LOADED) \
  CONSTANT(PLAYHEAD_EVENT_FIRST_FRAME) \
  CONSTANT(PLAYHEAD_EVENT_STATE_CHANGED) \
  CONSTANT(PLAYHEAD_EVENT_REPRESENTATION_CHANGED) \
  CONSTANT(PLAYHEAD_EVENT_SEGMENT_LOADED) \
  CONSTANT(PLAYHEAD_EVENT_SEEK_STARTED) \
  CONSTANT(PLAYHEAD_EVENT_SEEK_DONE) \
  CONSTANT(PLAYHEAD_EVENT_PROGRESS_SENT) \
  CONSTANT(PLAYHEAD_EVENT_ENDED) \
  CONSTANT(PLAYHEAD_EVENT_WARNING) \
  CONSTANT(PLAYHEAD_EVENT_FAILED) \
  CONSTANT(PLAYHEAD_EVENT_SUMMARY) \
  CONSTANT(PLAYHEAD_EVENT_EVENTS_DROPPED) \
  CONSTANT(PLAYHEAD_EVENT_POSITION_JUMPED) \
  CONSTANT(PLAYHEAD_EVENT_CUES_CHANGED) \
  CONSTANT(PLAYHEAD_EVENT_TIMED_METADATA) \
  CONSTANT(PLAYHEAD_EVENT_RATE_CHANGED) \
  CONSTANT(PLAYHEAD_EVENT_THUMBNAIL) \
  CONSTANT(PLAYHEAD_EVENT_DRM_FELL_BACK) \
  CONSTANT(PLAYHEAD_EVENT_SECURITY_LEVEL) \
  PLAYHEAD_ABI_CUE_CONSTANTS(CONSTANT) \
  CONSTANT(PLAYHEAD_PICTURE_RULE_LEVEL) CONSTANT(PLAYHEAD_PICTURE_RULE_LICENSE) \
  CONSTANT(PLAYHEAD_PICTURE_RULE_DISPLAY) \
  PLAYHEAD_ABI_DOWNLOAD_CONSTANTS(CONSTANT) \
  PLAYHEAD_ABI_SERVICE_CONSTANTS(CONSTANT) \
  PLAYHEAD_ABI_WORLD_CONSTANTS(CONSTANT) \
  CONSTANT(PLAYHEAD_JUMP_BEHIND_WINDOW) CONSTANT(PLAYHEAD_JUMP_GAP) \
  CONSTANT(PLAYHEAD_BEHIND_JUMP_LIVE) \
  CONSTANT(PLAYHEAD_BEHIND_JUMP_OLDEST) \
  CONSTANT(PLAYHEAD_BEHIND_STOP)

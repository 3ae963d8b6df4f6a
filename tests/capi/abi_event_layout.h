// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of abi_layout.h that is about events.
// clang-format off

#define PLAYHEAD_ABI_EVENT_STRUCTS(STRUCT, FIELD) \
  STRUCT(playhead_qoe) \
  FIELD(playhead_qoe, struct_size) \
  FIELD(playhead_qoe, has_startup) \
  FIELD(playhead_qoe, startup_us) \
  FIELD(playhead_qoe, play_time_us) \
  FIELD(playhead_qoe, rebuffer_time_us) \
  FIELD(playhead_qoe, mean_bitrate_bps) \
  FIELD(playhead_qoe, rebuffer_count) \
  FIELD(playhead_qoe, switches) \
  FIELD(playhead_qoe, dropped_frames) \
  FIELD(playhead_qoe, shown_frames) \
  FIELD(playhead_qoe, bytes) \
  FIELD(playhead_qoe, start_wait_us) \
  FIELD(playhead_qoe, session_us) \
  FIELD(playhead_qoe, manifest_us) \
  FIELD(playhead_qoe, license_us) \
  FIELD(playhead_qoe, first_byte_us) \
  FIELD(playhead_qoe, startup_bytes) \
  FIELD(playhead_qoe, wasted_bytes) \
  FIELD(playhead_qoe, is_offline) \
  FIELD(playhead_qoe, errors) \
  FIELD(playhead_qoe, rebuffer_ratio) \
  STRUCT(playhead_event) \
  FIELD(playhead_event, struct_size) \
  FIELD(playhead_event, type) \
  FIELD(playhead_event, time_us) \
  FIELD(playhead_event, position_us) \
  FIELD(playhead_event, title_id) \
  FIELD(playhead_event, url) \
  FIELD(playhead_event, id) \
  FIELD(playhead_event, target_us) \
  FIELD(playhead_event, elapsed_us) \
  FIELD(playhead_event, duration_us) \
  FIELD(playhead_event, bitrate_bps) \
  FIELD(playhead_event, bytes) \
  FIELD(playhead_event, count) \
  FIELD(playhead_event, number) \
  FIELD(playhead_event, user_tag) \
  FIELD(playhead_event, has_duration) \
  FIELD(playhead_event, video_representations) \
  FIELD(playhead_event, audio_tracks) \
  FIELD(playhead_event, text_tracks) \
  FIELD(playhead_event, width) \
  FIELD(playhead_event, height) \
  FIELD(playhead_event, from_state) \
  FIELD(playhead_event, to_state) \
  FIELD(playhead_event, reason) \
  FIELD(playhead_event, track) \
  FIELD(playhead_event, error_code) \
  FIELD(playhead_event, error_severity) \
  FIELD(playhead_event, error_detail) \
  FIELD(playhead_event, reserved) \
  FIELD(playhead_event, error_name) \
  FIELD(playhead_event, error_context) \
  FIELD(playhead_event, message) \
  FIELD(playhead_event, qoe) \
  FIELD(playhead_event, from_us) \
  FIELD(playhead_event, cues) \
  FIELD(playhead_event, metadata) \
  FIELD(playhead_event, from_rate) \
  FIELD(playhead_event, to_rate) \
  FIELD(playhead_event, thumbnail) \
  FIELD(playhead_event, is_next) \
  FIELD(playhead_event, goes_on)

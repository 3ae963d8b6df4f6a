// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of abi_layout.h that is about events.
// clang-format off

#define PLAYHEAD_ABI_EVENT_STRUCTS(STRUCT, FIELD) \
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

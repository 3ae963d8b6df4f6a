// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of abi_layout.h that is about decoders of the app.
// clang-format off

#define PLAYHEAD_ABI_DECODER_STRUCTS(STRUCT, FIELD) \
  STRUCT(playhead_stream_info) \
  FIELD(playhead_stream_info, struct_size) \
  FIELD(playhead_stream_info, kind) \
  FIELD(playhead_stream_info, codec) \
  FIELD(playhead_stream_info, codec_config) \
  FIELD(playhead_stream_info, codec_config_bytes) \
  FIELD(playhead_stream_info, width) \
  FIELD(playhead_stream_info, height) \
  FIELD(playhead_stream_info, sample_rate) \
  FIELD(playhead_stream_info, channels) \
  STRUCT(playhead_sample_info) \
  FIELD(playhead_sample_info, struct_size) \
  FIELD(playhead_sample_info, is_key_frame) \
  FIELD(playhead_sample_info, data) \
  FIELD(playhead_sample_info, bytes) \
  FIELD(playhead_sample_info, time_us) \
  FIELD(playhead_sample_info, decode_time_us) \
  FIELD(playhead_sample_info, duration_us) \
  FIELD(playhead_sample_info, is_shown) \
  FIELD(playhead_sample_info, reserved) \
  FIELD(playhead_sample_info, crypto) \
  STRUCT(playhead_decoded_frame) \
  FIELD(playhead_decoded_frame, struct_size) \
  FIELD(playhead_decoded_frame, format) \
  FIELD(playhead_decoded_frame, time_us) \
  FIELD(playhead_decoded_frame, width) \
  FIELD(playhead_decoded_frame, height) \
  FIELD(playhead_decoded_frame, sar_num) \
  FIELD(playhead_decoded_frame, sar_den) \
  FIELD(playhead_decoded_frame, planes) \
  FIELD(playhead_decoded_frame, strides) \
  FIELD(playhead_decoded_frame, reserved) \
  FIELD(playhead_decoded_frame, app_frame) \
  STRUCT(playhead_decoded_sound) \
  FIELD(playhead_decoded_sound, struct_size) \
  FIELD(playhead_decoded_sound, format) \
  FIELD(playhead_decoded_sound, time_us) \
  FIELD(playhead_decoded_sound, sample_rate) \
  FIELD(playhead_decoded_sound, channels) \
  FIELD(playhead_decoded_sound, samples) \
  FIELD(playhead_decoded_sound, frames) \
  STRUCT(playhead_decoders) \
  FIELD(playhead_decoders, struct_size) \
  FIELD(playhead_decoders, samples_at_once) \
  FIELD(playhead_decoders, user) \
  FIELD(playhead_decoders, destroy) \
  FIELD(playhead_decoders, secure_tracks) \
  FIELD(playhead_decoders, reserved) \
  FIELD(playhead_decoders, open) \
  FIELD(playhead_decoders, decode) \
  FIELD(playhead_decoders, drain) \
  FIELD(playhead_decoders, flush) \
  FIELD(playhead_decoders, close) \
  FIELD(playhead_decoders, release_frame) \
  FIELD(playhead_decoders, supports)

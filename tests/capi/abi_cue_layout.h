// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of abi_layout.h that is about cues, timed metadata and thumbnails.
// clang-format off

#define PLAYHEAD_ABI_CUE_STRUCTS(STRUCT, FIELD) \
  STRUCT(playhead_cue) \
  FIELD(playhead_cue, struct_size) \
  FIELD(playhead_cue, span_count) \
  FIELD(playhead_cue, id) \
  FIELD(playhead_cue, text) \
  FIELD(playhead_cue, language) \
  FIELD(playhead_cue, start_us) \
  FIELD(playhead_cue, end_us) \
  FIELD(playhead_cue, is_forced) \
  FIELD(playhead_cue, writing) \
  FIELD(playhead_cue, text_align) \
  FIELD(playhead_cue, has_line_number) \
  FIELD(playhead_cue, line_number) \
  FIELD(playhead_cue, has_line) \
  FIELD(playhead_cue, line) \
  FIELD(playhead_cue, position) \
  FIELD(playhead_cue, size) \
  FIELD(playhead_cue, line_align) \
  FIELD(playhead_cue, position_align) \
  FIELD(playhead_cue, has_position) \
  FIELD(playhead_cue, has_region) \
  FIELD(playhead_cue, region_x) \
  FIELD(playhead_cue, region_y) \
  FIELD(playhead_cue, region_width) \
  FIELD(playhead_cue, region_height) \
  FIELD(playhead_cue, region_align) \
  FIELD(playhead_cue, region_scrolls_up) \
  FIELD(playhead_cue, has_region_background) \
  FIELD(playhead_cue, region_background) \
  FIELD(playhead_cue, region_id) \
  STRUCT(playhead_cue_span) \
  FIELD(playhead_cue_span, struct_size) \
  FIELD(playhead_cue_span, ruby) \
  FIELD(playhead_cue_span, text) \
  FIELD(playhead_cue_span, voice) \
  FIELD(playhead_cue_span, language) \
  FIELD(playhead_cue_span, classes) \
  FIELD(playhead_cue_span, is_bold) \
  FIELD(playhead_cue_span, is_italic) \
  FIELD(playhead_cue_span, is_underlined) \
  FIELD(playhead_cue_span, is_struck_through) \
  FIELD(playhead_cue_span, has_color) \
  FIELD(playhead_cue_span, has_background) \
  FIELD(playhead_cue_span, color) \
  FIELD(playhead_cue_span, background) \
  FIELD(playhead_cue_span, font) \
  FIELD(playhead_cue_span, font_size_percent) \
  FIELD(playhead_cue_span, has_active_from) \
  FIELD(playhead_cue_span, reserved) \
  FIELD(playhead_cue_span, active_from_us) \
  STRUCT(playhead_metadata) \
  FIELD(playhead_metadata, struct_size) \
  FIELD(playhead_metadata, attribute_count) \
  FIELD(playhead_metadata, scheme) \
  FIELD(playhead_metadata, value) \
  FIELD(playhead_metadata, id) \
  FIELD(playhead_metadata, start_us) \
  FIELD(playhead_metadata, duration_us) \
  FIELD(playhead_metadata, date_us) \
  FIELD(playhead_metadata, has_duration) \
  FIELD(playhead_metadata, has_date) \
  FIELD(playhead_metadata, message) \
  FIELD(playhead_metadata, message_bytes) \
  FIELD(playhead_metadata, attribute_names) \
  FIELD(playhead_metadata, attribute_values) \
  STRUCT(playhead_thumbnail) \
  FIELD(playhead_thumbnail, struct_size) \
  FIELD(playhead_thumbnail, reserved) \
  FIELD(playhead_thumbnail, image) \
  FIELD(playhead_thumbnail, image_bytes) \
  FIELD(playhead_thumbnail, image_id) \
  FIELD(playhead_thumbnail, x) \
  FIELD(playhead_thumbnail, y) \
  FIELD(playhead_thumbnail, width) \
  FIELD(playhead_thumbnail, height) \
  FIELD(playhead_thumbnail, column) \
  FIELD(playhead_thumbnail, row) \
  FIELD(playhead_thumbnail, columns) \
  FIELD(playhead_thumbnail, rows) \
  FIELD(playhead_thumbnail, start_us) \
  FIELD(playhead_thumbnail, duration_us)

#define PLAYHEAD_ABI_CUE_CONSTANTS(CONSTANT) \
  CONSTANT(PLAYHEAD_FONT_DEFAULT) \
  CONSTANT(PLAYHEAD_FONT_SANS_SERIF) \
  CONSTANT(PLAYHEAD_FONT_SERIF) \
  CONSTANT(PLAYHEAD_FONT_MONOSPACE) \
  CONSTANT(PLAYHEAD_RUBY_NONE) \
  CONSTANT(PLAYHEAD_RUBY_BASE) \
  CONSTANT(PLAYHEAD_RUBY_TEXT) \
  CONSTANT(PLAYHEAD_WRITING_HORIZONTAL) \
  CONSTANT(PLAYHEAD_WRITING_VERTICAL_RIGHT_TO_LEFT) \
  CONSTANT(PLAYHEAD_WRITING_VERTICAL_LEFT_TO_RIGHT) \
  CONSTANT(PLAYHEAD_TEXT_ALIGN_START) \
  CONSTANT(PLAYHEAD_TEXT_ALIGN_CENTER) \
  CONSTANT(PLAYHEAD_TEXT_ALIGN_END) \
  CONSTANT(PLAYHEAD_TEXT_ALIGN_LEFT) \
  CONSTANT(PLAYHEAD_TEXT_ALIGN_RIGHT) \
  CONSTANT(PLAYHEAD_ANCHOR_START) \
  CONSTANT(PLAYHEAD_ANCHOR_CENTER) \
  CONSTANT(PLAYHEAD_ANCHOR_END)

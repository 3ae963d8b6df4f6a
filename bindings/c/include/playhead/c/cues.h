/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Subtitles, captions and timed metadata; include <playhead/playhead.h>. */

#include "playhead/c/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Places are fractions of the picture: 0 is its left or top edge, 1 its right or bottom one. They
 * are finite, but may lie outside 0..1 when a document says so. Colours are 0xRRGGBBAA. */

/* Which face, PLAYHEAD_FONT_…: */
enum {
  PLAYHEAD_FONT_DEFAULT = 0,
  PLAYHEAD_FONT_SANS_SERIF = 1,
  PLAYHEAD_FONT_SERIF = 2,
  PLAYHEAD_FONT_MONOSPACE = 3
};

/* Small text beside other text, PLAYHEAD_RUBY_…: */
enum {
  PLAYHEAD_RUBY_NONE = 0,
  PLAYHEAD_RUBY_BASE = 1,
  PLAYHEAD_RUBY_TEXT = 2 /* annotates the BASE span before it */
};

enum {
  PLAYHEAD_WRITING_HORIZONTAL = 0,
  PLAYHEAD_WRITING_VERTICAL_RIGHT_TO_LEFT = 1, /* columns grow to the left */
  PLAYHEAD_WRITING_VERTICAL_LEFT_TO_RIGHT = 2
};

/* START and END follow the text's direction; LEFT and RIGHT do not. */
enum {
  PLAYHEAD_TEXT_ALIGN_START = 0,
  PLAYHEAD_TEXT_ALIGN_CENTER = 1,
  PLAYHEAD_TEXT_ALIGN_END = 2,
  PLAYHEAD_TEXT_ALIGN_LEFT = 3,
  PLAYHEAD_TEXT_ALIGN_RIGHT = 4
};

/* Which part of a box stands at the coordinate given, PLAYHEAD_ANCHOR_…: */
enum { PLAYHEAD_ANCHOR_START = 0, PLAYHEAD_ANCHOR_CENTER = 1, PLAYHEAD_ANCHOR_END = 2 };

/* Cues of one event; borrowed as long as the event is. */
typedef struct playhead_cues playhead_cues;

/* One cue. `line` is across the lines of text, `position` along them; for vertical writing they
 * swap axes. With all has_… 0: at the bottom, in the middle. */
typedef struct playhead_cue {
  uint32_t struct_size;
  int32_t span_count; /* at least 1 */
  const char* id;     /* of the document; may be empty, and need not be unique */
  const char* text;   /* all letters without their looks; lines end in \n */
  const char* language;
  int64_t start_us;
  int64_t end_us;    /* exclusive; INT64_MAX as long as nobody knows */
  int32_t is_forced; /* 1: shown even when the viewer wants no subtitles */
  int32_t writing;   /* PLAYHEAD_WRITING_… */
  int32_t text_align;
  /* Counted in lines of text: 0 the first at the top, -1 the last at the bottom. */
  int32_t has_line_number, line_number;
  int32_t has_line; /* 1: `line` is a fraction; used when there is no line_number */
  double line;
  double position; /* a fraction; see has_position */
  double size;     /* along the lines, a fraction */
  int32_t line_align, position_align; /* PLAYHEAD_ANCHOR_… */
  int32_t has_position;               /* 0: the position follows text_align */
  /* 1: fractions are of the rectangle region_… of the picture, where lines stack up at
   * region_align. */
  int32_t has_region;
  double region_x, region_y, region_width, region_height;
  int32_t region_align;          /* PLAYHEAD_ANCHOR_… */
  int32_t region_scrolls_up;     /* 1: a new cue pushes older ones upwards */
  int32_t has_region_background; /* 1: region_background fills the whole rectangle */
  uint32_t region_background;
  const char* region_id;
} playhead_cue;
#define PLAYHEAD_CUE_INIT PLAYHEAD_SIZED(playhead_cue)

/* A run of letters of one look within a cue. */
typedef struct playhead_cue_span {
  uint32_t struct_size;
  int32_t ruby;         /* PLAYHEAD_RUBY_… */
  const char* text;     /* UTF-8; lines end in \n */
  const char* voice;    /* who speaks; may be empty */
  const char* language; /* BCP 47; empty: the cue's */
  const char* classes;  /* WebVTT classes, outermost first, a space between them */
  int32_t is_bold, is_italic, is_underlined, is_struck_through;
  int32_t has_color, has_background; /* 0: the viewer's */
  uint32_t color, background;
  int32_t font;              /* PLAYHEAD_FONT_… */
  int32_t font_size_percent; /* of the viewer's letter size, 10..1000 */
  int32_t has_active_from;   /* 1: before active_from_us the text is yet to come (karaoke) */
  int32_t reserved;          /* 0 */
  int64_t active_from_us;
} playhead_cue_span;
#define PLAYHEAD_CUE_SPAN_INIT PLAYHEAD_SIZED(playhead_cue_span)

/* Read cues. Strings are borrowed as long as the event is. Thread: any, one at a time. Blocks: no.
 * cues  borrowed until return; NULL counts as empty.
 * The out-struct is filled as far as its struct_size says.
 * Return 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT (also for an index that is not there). */
PLAYHEAD_API int32_t playhead_cues_count(const playhead_cues* cues) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_cues_get(const playhead_cues* cues, int32_t index,
                                               playhead_cue* out_cue) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_cues_get_span(const playhead_cues* cues, int32_t cue,
                                                    int32_t span,
                                                    playhead_cue_span* out_span) PLAYHEAD_NOEXCEPT;

/* An event of the title: DASH EventStream, HLS EXT-X-DATERANGE, emsg. Strings and bytes are
 * borrowed as long as the event is. */
typedef struct playhead_metadata {
  uint32_t struct_size;
  int32_t attribute_count;
  const char* scheme; /* "hls:daterange" with `value` the CLASS; or a URN */
  const char* value;
  const char* id;      /* unique within scheme and value */
  int64_t start_us;    /* presentation time */
  int64_t duration_us; /* see has_duration */
  int64_t date_us;     /* microseconds since 1970; see has_date */
  int32_t has_duration;
  int32_t has_date;
  const void* message; /* NULL when there is none */
  uint64_t message_bytes;
  /* attribute_count names and as many values, of HLS and ID3. */
  const char* const* attribute_names;
  const char* const* attribute_values;
} playhead_metadata;
#define PLAYHEAD_METADATA_INIT PLAYHEAD_SIZED(playhead_metadata)

#ifdef __cplusplus
} /* extern "C" */
#endif

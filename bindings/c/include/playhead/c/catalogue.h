/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a service answers to playhead_service_…; include <playhead/playhead.h>. */

#include "playhead/c/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* For whom a title is, in ascending order, PLAYHEAD_MATURITY_…: */
enum {
  PLAYHEAD_MATURITY_NOT_RATED = 0,
  PLAYHEAD_MATURITY_G = 1,
  PLAYHEAD_MATURITY_PG = 2,
  PLAYHEAD_MATURITY_PG_13 = 3,
  PLAYHEAD_MATURITY_R = 4,
  PLAYHEAD_MATURITY_TV_MA = 5
};

/* PLAYHEAD_DEVICE_…: */
enum {
  PLAYHEAD_DEVICE_OTHER = 0,
  PLAYHEAD_DEVICE_PHONE = 1,
  PLAYHEAD_DEVICE_TABLET = 2,
  PLAYHEAD_DEVICE_TV = 3,
  PLAYHEAD_DEVICE_DESKTOP = 4,
  PLAYHEAD_DEVICE_BROWSER = 5,
  PLAYHEAD_DEVICE_CONSOLE = 6
};

/* Why something is recommended, PLAYHEAD_BECAUSE_…: */
enum {
  PLAYHEAD_BECAUSE_OF_TASTE = 0,   /* people with the same taste liked it */
  PLAYHEAD_BECAUSE_OF_TITLES = 1,  /* it is like what was liked */
  PLAYHEAD_BECAUSE_OF_CONTEXT = 2, /* it fits the time and the device */
  PLAYHEAD_BECAUSE_NEW = 3
};

/* One answer; never changes, needs nothing of the service it came from. */
typedef struct playhead_answer playhead_answer;

typedef struct playhead_answer_info {
  uint32_t struct_size;
  int32_t error_code;      /* PLAYHEAD_ERROR_…; 0: it is what was asked for */
  int32_t error_detail;    /* HTTP status and the like, by error_code's range */
  int32_t row_count;       /* of home; of other lists of titles, and of a title, one */
  int32_t profile_count;   /* of profiles; of a profile that was put, one */
  int32_t has_title;       /* 1: playhead_answer_title */
  const char* next_cursor; /* of home: for the next page; "": this is the last */
  const char* error_name;  /* "PIN_WRONG"; "" without an error, as the next two */
  const char* error_context;
  const char* message; /* the error as one sentence for a person */
} playhead_answer_info;
#define PLAYHEAD_ANSWER_INFO_INIT PLAYHEAD_SIZED(playhead_answer_info)

typedef struct playhead_row {
  uint32_t struct_size;
  int32_t item_count;
  const char* id; /* "" where there is but one row, as name */
  const char* name;
} playhead_row;
#define PLAYHEAD_ROW_INIT PLAYHEAD_SIZED(playhead_row)

typedef struct playhead_item {
  uint32_t struct_size;
  int32_t year; /* 0: nobody says */
  const char* title_id;
  const char* name;
  const char* genre;
  int64_t duration_us;
  int64_t position_us;  /* where the profile is in it; see has_position */
  int32_t has_position; /* 0: it has not begun */
  int32_t maturity;     /* PLAYHEAD_MATURITY_… */
  double score;         /* of a recommendation, 0..1 */
  int32_t because;      /* of a recommendation: PLAYHEAD_BECAUSE_… */
  int32_t reserved;     /* 0 */
} playhead_item;
#define PLAYHEAD_ITEM_INIT PLAYHEAD_SIZED(playhead_item)

/* What is known of a title beside its item, which is the only one of row 0. */
typedef struct playhead_title {
  uint32_t struct_size;
  int32_t is_protected;
  const char* description;
  const char* genres; /* a line each, as cast */
  const char* cast;
  const char* formats;        /* words with spaces between them: "hls", "hls-ts", "dash" */
  const char* thumbnails_url; /* WebVTT; signed: not for logs; "": none */
  int32_t rating_count;
  int32_t own_rating;    /* 1..5; 0: none */
  double rating_average; /* 1..5; 0: none */
  int32_t chapter_count;
  int32_t has_intro, has_credits;
  int32_t reserved; /* 0 */
  int64_t intro_start_us, intro_end_us;
  int64_t credits_start_us, credits_end_us;
} playhead_title;
#define PLAYHEAD_TITLE_INIT PLAYHEAD_SIZED(playhead_title)

typedef struct playhead_chapter {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  const char* name;
  int64_t start_us, end_us;
} playhead_chapter;
#define PLAYHEAD_CHAPTER_INIT PLAYHEAD_SIZED(playhead_chapter)

typedef struct playhead_profile {
  uint32_t struct_size;
  int32_t maturity; /* PLAYHEAD_MATURITY_… */
  const char* profile_id;
  const char* name;
  int32_t is_protected; /* by a PIN */
  int32_t is_default;
} playhead_profile;
#define PLAYHEAD_PROFILE_INIT PLAYHEAD_SIZED(playhead_profile)

/* Read an answer. Thread: any, also from callbacks. Block: no.
 * answer  borrowed until return. Strings in the structs are never NULL and live as long as it.
 * out_…   filled as far as its struct_size says.
 * Return 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT (also for what is not there). */
PLAYHEAD_API playhead_status playhead_answer_get(const playhead_answer* answer,
                                                 playhead_answer_info* out_info) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_answer_row(const playhead_answer* answer, int32_t row,
                                                 playhead_row* out_row) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_answer_item(const playhead_answer* answer, int32_t row,
                                                  int32_t index,
                                                  playhead_item* out_item) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_answer_title(const playhead_answer* answer,
                                                   playhead_title* out_title) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_answer_chapter(
    const playhead_answer* answer, int32_t index, playhead_chapter* out_chapter) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_answer_profile(
    const playhead_answer* answer, int32_t index, playhead_profile* out_profile) PLAYHEAD_NOEXCEPT;
/* answer: transferred; NULL does nothing. Thread: any, also from callbacks. */
PLAYHEAD_API void playhead_answer_release(playhead_answer* answer) PLAYHEAD_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What every part of the C interface stands on; include <playhead/playhead.h>. */

#include <stddef.h>
#include <stdint.h>

#include "playhead/c/error_codes.h"
#include "playhead/export.h"
#include "playhead/version.h"

#ifdef __cplusplus
#define PLAYHEAD_NOEXCEPT noexcept
/* A zeroed struct with its size filled in: an expression in C++, an initialiser in C. */
template <typename Struct>
inline Struct playhead_sized() noexcept {
  Struct value = Struct();
  value.struct_size = static_cast<uint32_t>(sizeof(Struct));
  return value;
}
#define PLAYHEAD_SIZED(type) playhead_sized<type>()
extern "C" {
#else
#define PLAYHEAD_NOEXCEPT
#define PLAYHEAD_SIZED(type) \
  { .struct_size = (uint32_t)sizeof(type) }
#endif

/* 0, or a negated PLAYHEAD_ERROR_… number. */
typedef int32_t playhead_status;
#define PLAYHEAD_OK 0

/* The version of the library that runs, as PLAYHEAD_VERSION; the header's may differ.
 * Thread: any, also from callbacks. */
PLAYHEAD_API uint32_t playhead_version(void) PLAYHEAD_NOEXCEPT;
/* The same as text, "0.1.0". Never NULL; lives for ever. Thread: any, also from callbacks. */
PLAYHEAD_API const char* playhead_version_string(void) PLAYHEAD_NOEXCEPT;

/* "HTTP_STATUS" for PLAYHEAD_ERROR_HTTP_STATUS or its negation, "OK" for 0, "UNKNOWN" for numbers
 * not known. Never NULL; lives for ever. Thread: any, also from callbacks. */
PLAYHEAD_API const char* playhead_error_name(int32_t code) PLAYHEAD_NOEXCEPT;
/* One line that says what the code means. Never NULL; lives for ever. Thread: any, also from
 * callbacks. */
PLAYHEAD_API const char* playhead_error_meaning(int32_t code) PLAYHEAD_NOEXCEPT;

/* Kinds of track, PLAYHEAD_TRACK_…: */
enum { PLAYHEAD_TRACK_VIDEO = 0, PLAYHEAD_TRACK_AUDIO = 1, PLAYHEAD_TRACK_TEXT = 2 };

#ifdef __cplusplus
} /* extern "C" */
#endif

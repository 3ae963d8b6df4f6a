/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Protected titles: DRM systems of the app, where licences are asked for, and hooks for their
 * messages; include <playhead/playhead.h>. What becomes of it comes as events:
 * PLAYHEAD_EVENT_DRM_FELL_BACK, PLAYHEAD_EVENT_SECURITY_LEVEL, PLAYHEAD_EVENT_ERROR. */

#include "playhead/c/base.h"
#include "playhead/drm/cdm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A message on its way to or from a licence service. Lives during the callback it is given to; what
 * it answers is borrowed until the next call with the same message. */
typedef struct playhead_license_message playhead_license_message;

/* "clearkey", "widevine" … Thread: in the callback, like all of these. NULL for NULL. */
PLAYHEAD_API const char* playhead_license_message_scheme(const playhead_license_message* message)
    PLAYHEAD_NOEXCEPT;
/* Where it is going to be sent; "" of an answer. NULL for NULL. */
PLAYHEAD_API const char* playhead_license_message_url(const playhead_license_message* message)
    PLAYHEAD_NOEXCEPT;
/* The body; out_bytes (may be NULL) gets its size. An answer may hold keys: wipe copies. */
PLAYHEAD_API const void* playhead_license_message_body(const playhead_license_message* message,
                                                       uint64_t* out_bytes) PLAYHEAD_NOEXCEPT;
/* The next three change it; texts and bytes are copied. Returns 0 or
 * -PLAYHEAD_ERROR_INVALID_ARGUMENT: NULL, an answer that has no URL and headers, a name or value of
 * a header that cannot be one, more than 1 MiB. */
PLAYHEAD_API playhead_status playhead_license_message_set_url(playhead_license_message* message,
                                                              const char* url) PLAYHEAD_NOEXCEPT;
/* In the place of a header of that name, whatever its case; value NULL: takes it away. */
PLAYHEAD_API playhead_status playhead_license_message_set_header(
    playhead_license_message* message, const char* name, const char* value) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_license_message_set_body(playhead_license_message* message,
                                                               const void* body,
                                                               uint64_t bytes) PLAYHEAD_NOEXCEPT;

/* Looks at licence messages, and may change them. Engine thread, also for up to 2 s after its player
 * is gone, while licences are given back, and the client's thread, for proofs of earlier plays that no
 * service confirmed, but not after the client is gone; must not block, and call nothing of the library but
 * the functions above: those of downloads are -PLAYHEAD_ERROR_INVALID_STATE here, and in the callbacks of
 * playhead_drm_host. Returns 0, or a negated PLAYHEAD_ERROR_… with which the request ends (numbers that
 * are not known: PLAYHEAD_ERROR_DRM_LICENSE). */
typedef struct playhead_license_hooks {
  uint32_t struct_size;
  int32_t reserved;            /* 0 */
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* What is going to be sent, with its headers. May be NULL. */
  playhead_status (*on_request)(void* user, playhead_license_message* message);
  /* The body of an answer; what set_body() leaves there is the licence. May be NULL. */
  playhead_status (*on_response)(void* user, playhead_license_message* message);
} playhead_license_hooks;
#define PLAYHEAD_LICENSE_HOOKS_INIT PLAYHEAD_SIZED(playhead_license_hooks)

/* What systems of the app may ask of it: see playhead_cdm_host, which they see it through. */
typedef struct playhead_drm_host {
  uint32_t struct_size;
  int32_t reserved;            /* 0 */
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* What the display's connection protects: PLAYHEAD_CDM_OUTPUT_…; others count as UNKNOWN. Never
   * guess. Any thread. May be NULL: unknown. */
  uint32_t (*output_protection)(void* user);
  /* Where they keep persistent licences, each system under names of its own; records may hold keys:
   * keep them encrypted, and wipe copies. NULL together: licences of these systems cannot be kept.
   * Within the time of one small local write; on the engine thread of a player or of downloads, of
   * several at once. Return 0, -PLAYHEAD_ERROR_STORE_IO or -PLAYHEAD_ERROR_STORE_FULL.
   * store_get: `bytes` holds the room of `buffer` and then the size of the record;
   * -PLAYHEAD_ERROR_BUFFER_TOO_SMALL where that is more, -PLAYHEAD_ERROR_DRM_NO_LICENSE where there
   * is none. store_put: replaces what was there, all or nothing. store_remove: what is not there is
   * removed. */
  playhead_status (*store_get)(void* user, const char* system, const char* name, void* buffer,
                               uint64_t* bytes);
  playhead_status (*store_put)(void* user, const char* system, const char* name, const void* record,
                               uint64_t bytes);
  playhead_status (*store_remove)(void* user, const char* system, const char* name);
} playhead_drm_host;
#define PLAYHEAD_DRM_HOST_INIT PLAYHEAD_SIZED(playhead_drm_host)

typedef struct playhead_drm_config {
  uint32_t struct_size;
  int32_t no_clear_key; /* 1: without the Clear Key system that is built in */
  /* Systems of the app, best first among those of one name: one for each level. Each function makes
   * a system of its own whenever it is called: once to see whether it works, then for each title,
   * on the player's engine thread. The list is copied. One that is for secure decoders alone
   * (PLAYHEAD_CDM_SECURE_DECODER without _DECRYPTS) is asked for the tracks that the client has such
   * decoders for: playhead_decoders::secure_tracks. */
  const playhead_cdm_entry_function* systems;
  uint64_t system_count; /* at most 64 */
  /* Absolute paths of shared libraries with a system each, after `systems`; copied. Their code runs
   * with all rights of the process: never take a path from a title or a network. */
  const char* const* modules;
  uint64_t module_count; /* at most 64 */
  /* Which systems are asked first where several fit: names separated by spaces or commas, best
   * first; copied. NULL or empty: as the service says, else as they stand above. */
  const char* preference;
  /* Takes the place of what service, manifest and system say: https, or http on this machine;
   * copied. NULL or empty: none. */
  const char* license_url;
  const playhead_license_hooks* hooks; /* copied; NULL: none */
  /* 1: licences of the service's titles, too, are asked for at the licence URL itself, by the plain
   * message, in place of POST /v1/license. */
  int32_t raw_licenses;
  int32_t reserved;              /* 0 */
  const playhead_drm_host* host; /* copied; NULL: output unknown, nothing can be kept */
} playhead_drm_config;
#define PLAYHEAD_DRM_CONFIG_INIT PLAYHEAD_SIZED(playhead_drm_config)

#ifdef __cplusplus
} /* extern "C" */
#endif

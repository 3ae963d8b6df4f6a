/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What there is to watch, and for whom; include <playhead/playhead.h>. Playing, saved positions and
 * downloads need none of it. */

#include "playhead/c/base.h"
#include "playhead/c/catalogue.h"
#include "playhead/c/client.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct playhead_service playhead_service;

/* Hears the answers. */
typedef struct playhead_service_listener {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. On the client's thread; must not block; may ask on, not close the service.
   * answer  yours: free with playhead_answer_release, at once or later. */
  void (*answered)(void* user, uint64_t user_tag, playhead_answer* answer);
} playhead_service_listener;
#define PLAYHEAD_SERVICE_LISTENER_INIT PLAYHEAD_SIZED(playhead_service_listener)

/* A profile to make or to change. */
typedef struct playhead_profile_change {
  uint32_t struct_size;
  int32_t maturity;       /* PLAYHEAD_MATURITY_…, 0: TV-MA */
  const char* profile_id; /* copied; NULL or empty: a new one */
  const char* name;       /* 1..64 characters; copied */
  /* 4..8 digits; copied. NULL: a new profile has none, an old one keeps its own. "": taken away. */
  const char* pin;
  /* Of the default profile; copied; NULL or empty where it has none. */
  const char* default_pin;
} playhead_profile_change;
#define PLAYHEAD_PROFILE_CHANGE_INIT PLAYHEAD_SIZED(playhead_profile_change)

/* Begins to ask the client's service. Thread: any. Blocks: no.
 * client       borrowed until return; the service keeps what it needs of it alive.
 * listener     copied.
 * out_service  yours: free with playhead_service_close; NULL after a failure.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT or -PLAYHEAD_ERROR_INVALID_STATE (the client has no
 * api_url). */
PLAYHEAD_API playhead_status
playhead_service_open(playhead_client* client, const playhead_service_listener* listener,
                      playhead_service** out_service) PLAYHEAD_NOEXCEPT;
/* Thread: any, not from a callback. Blocks: until a running callback has returned; none comes
 * afterwards. What is on its way to the service arrives there all the same.
 * service  transferred; NULL does nothing. */
PLAYHEAD_API void playhead_service_close(playhead_service* service) PLAYHEAD_NOEXCEPT;

/* The questions. Thread: any, also from `answered`. Block: no. Pointers are copied.
 * Return 0, then the listener hears one answer with user_tag; or -PLAYHEAD_ERROR_INVALID_ARGUMENT
 * (no service), then none. An argument out of its range is an answer with that error.
 * Answers are for the profile chosen last. limit: 1..50; 0: the usual. */

/* A page of rows. cursor: next_cursor of the page before; NULL or empty: from the beginning. */
PLAYHEAD_API playhead_status playhead_service_home(playhead_service* service, const char* cursor,
                                                   int32_t limit,
                                                   uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* text: words of name, cast, genre, year and rating, 1..200 bytes. */
PLAYHEAD_API playhead_status playhead_service_search(playhead_service* service, const char* text,
                                                     int32_t limit,
                                                     uint64_t user_tag) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_service_title(playhead_service* service, const char* title_id,
                                                    uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* What was begun and not finished, the last one first. */
PLAYHEAD_API playhead_status playhead_service_continue_watching(
    playhead_service* service, int32_t limit, uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* device: PLAYHEAD_DEVICE_…. utc_offset_minutes: of the viewer's time, -720..840. */
PLAYHEAD_API playhead_status playhead_service_recommendations(playhead_service* service,
                                                              int32_t limit, int32_t device,
                                                              int32_t utc_offset_minutes,
                                                              uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* stars: 1..5; the last word counts. */
PLAYHEAD_API playhead_status playhead_service_rate(playhead_service* service, const char* title_id,
                                                   int32_t stars,
                                                   uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* The account's profiles, the default one first. */
PLAYHEAD_API playhead_status playhead_service_profiles(playhead_service* service,
                                                       uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* A new profile is asked for once only: after a network error look at the profiles before another
 * try. Returns -PLAYHEAD_ERROR_INVALID_ARGUMENT also without a change of a size that can be. */
PLAYHEAD_API playhead_status playhead_service_put_profile(playhead_service* service,
                                                          const playhead_profile_change* change,
                                                          uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* From the answer without an error on, questions, plays and positions of the client are that
 * profile's; plays that have begun stay what they are. profile_id NULL or empty: the default one.
 * pin: NULL or empty where there is none; kept in memory alone, until the service says that it is
 * wrong: then it was changed elsewhere, and the profile is to be chosen again. */
PLAYHEAD_API playhead_status playhead_service_choose_profile(playhead_service* service,
                                                             const char* profile_id,
                                                             const char* pin,
                                                             uint64_t user_tag) PLAYHEAD_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif

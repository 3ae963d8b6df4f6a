/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* An app's way into every request of a client; include <playhead/playhead.h>. */

#include "playhead/c/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a request is for, PLAYHEAD_RESOURCE_…: */
enum {
  PLAYHEAD_RESOURCE_MANIFEST = 0,
  PLAYHEAD_RESOURCE_INIT = 1,
  PLAYHEAD_RESOURCE_MEDIA = 2,
  PLAYHEAD_RESOURCE_TEXT = 3,
  PLAYHEAD_RESOURCE_KEY = 4,
  PLAYHEAD_RESOURCE_LICENSE = 5,
  PLAYHEAD_RESOURCE_API = 6 /* a call of the service */
};

/* A request that is about to be sent; there only during a callback. */
typedef struct playhead_request playhead_request;

/* Called by any thread, several at once, before every attempt: must not block, and not call the
 * library but for playhead_request_…; functions of downloads are -PLAYHEAD_ERROR_INVALID_STATE here. */
typedef struct playhead_request_interceptor {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. `request` is borrowed until return. */
  void (*on_request)(void* user, playhead_request* request);
  /* May be NULL. Of every answer: its HTTP status. `request` as it was sent. */
  void (*on_response)(void* user, const playhead_request* request, int32_t status);
} playhead_request_interceptor;
#define PLAYHEAD_REQUEST_INTERCEPTOR_INIT PLAYHEAD_SIZED(playhead_request_interceptor)

/* PLAYHEAD_RESOURCE_…; -1 for NULL. Thread: the callback's. */
PLAYHEAD_API int32_t playhead_request_kind(const playhead_request* request) PLAYHEAD_NOEXCEPT;
/* With its secrets; never NULL, "" for NULL. Borrowed until the URL is set, or the callback's end.
 * Thread: the callback's. */
PLAYHEAD_API const char* playhead_request_url(const playhead_request* request) PLAYHEAD_NOEXCEPT;
/* Leads the request elsewhere, by http or https. To another origin the library's token does not go
 * along. Thread: the callback's, in on_request. url: copied.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_request_set_url(playhead_request* request,
                                                      const char* url) PLAYHEAD_NOEXCEPT;
/* Adds a header. Thread: the callback's, in on_request.
 * name, value  copied; what HTTP does not allow is left out.
 * is_secret    1: a redirect to another origin leaves it behind.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_request_add_header(playhead_request* request,
                                                         const char* name, const char* value,
                                                         int32_t is_secret) PLAYHEAD_NOEXCEPT;
/* Of the answer: its first header `name`, whose case does not matter. Never NULL; "" when there is
 * none, for NULL and in on_request. Borrowed until the callback's end. Thread: the callback's. */
PLAYHEAD_API const char* playhead_request_response_header(const playhead_request* request,
                                                          const char* name) PLAYHEAD_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif

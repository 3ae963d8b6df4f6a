/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* An app's own HTTP in the place of the library's (libcurl): the platform's (NSURLSession, OkHttp,
 * Cronet), one that a company requires, or another way to bytes altogether; include
 * <playhead/playhead.h>.
 *
 * The app makes one request at a time and hands over what comes. Everything else is the library's,
 * whatever the app does: redirects and what may go along with them, retries, other hosts, ranges,
 * limits, time-outs, order.
 *
 *   start ── sent? ── head ── body … ── finish      told by playhead_transfer_…, from any thread
 *     └──────── cancel                              called by the library, until finish
 *
 * What comes after the end, twice or out of order does nothing: it is answered with
 * -PLAYHEAD_ERROR_INVALID_HANDLE. */

#include "playhead/c/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One request that was started, until it is finished or cancelled. */
typedef struct playhead_transfer playhead_transfer;

/* Answer of playhead_transfer_head and _body: taken, but there is no room for more until resume. */
enum { PLAYHEAD_TRANSFER_WAIT = 1 };

/* One request as it goes over the wire; all of it is borrowed until start returns. */
typedef struct playhead_transfer_request {
  uint32_t struct_size;
  int32_t kind;       /* PLAYHEAD_RESOURCE_… */
  const char* url;    /* absolute, http or https, with its secrets; never NULL */
  const char* method; /* "GET", "HEAD", "POST" …; never NULL */
  /* Name, value, name, value …, NULL after the last: all that is to be sent besides what HTTP
   * itself needs (Host, Content-Length) and the app's User-Agent. Secrets and Range are among them,
   * and "Accept-Encoding: identity" where bytes have to come as they are; where it is not,
   * compression may be asked for, and what comes is handed over decoded. */
  const char* const* headers;
  const void* body; /* NULL: none */
  uint64_t body_bytes;
  /* As in Range, for what is no HTTP: first and last byte, both included. -1 and -1: all of it;
   * last alone -1: to the end. */
  int64_t range_first, range_last;
  /* When the library gives up by itself: until it is sent, until the head, without news in the
   * body. */
  int64_t connect_timeout_us, first_byte_timeout_us, stall_timeout_us;
} playhead_transfer_request;
#define PLAYHEAD_TRANSFER_REQUEST_INIT PLAYHEAD_SIZED(playhead_transfer_request)

/* The app's HTTP. All callbacks run on one thread that the client has for them, one at a time; they
 * must not block, and may call the library, playhead_transfer_… above all. */
typedef struct playhead_transport {
  uint32_t struct_size;
  int32_t reserved;            /* 0 */
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL; every transfer has ended by then */
  /* Required. Makes the request, elsewhere; must not follow redirects, retry, nor answer from a
   * cache of its own what the headers of HTTP do not allow. `transfer` names it until its end. */
  void (*start)(void* user, playhead_transfer* transfer, const playhead_transfer_request* request);
  /* Required. Nothing of the transfer is wanted any more; it has ended. Runs once for each that
   * playhead_transfer_finish has not ended, whoever ends it: the viewer, a time-out, an answer that
   * is too large, a redirect with a long body, the client's end. Must not wait for a thread that is
   * in a call of the library. */
  void (*cancel)(void* user, playhead_transfer* transfer);
  /* There is room again after PLAYHEAD_TRANSFER_WAIT. May come before the call that answered so has
   * returned: who waits by a mark clears it before that call. May also come just after
   * playhead_transfer_finish on another thread: look whether the transfer is still known. NULL: the
   * transport cannot stop reading, and what comes is held in memory. */
  void (*resume)(void* user, playhead_transfer* transfer);
  /* A connection to the URL's host is going to be needed. url: borrowed until return. May be NULL.
   */
  void (*preconnect)(void* user, const char* url);
  /* The device is on another network: connections of before are not to be used again. Their
   * transfers have been cancelled. May be NULL. */
  void (*network_changed)(void* user);
} playhead_transport;
#define PLAYHEAD_TRANSPORT_INIT PLAYHEAD_SIZED(playhead_transport)

/* What the app knows of a transfer that succeeded. */
typedef struct playhead_transfer_facts {
  uint32_t struct_size;
  int32_t connection_reused; /* 1: over one that was there */
  int32_t http_major;        /* 1, 2, 3; 0: not known, or no HTTP */
  int32_t reserved;          /* 0 */
  int64_t wire_bytes;        /* of the body before decoding; 0: as many as came */
} playhead_transfer_facts;
#define PLAYHEAD_TRANSFER_FACTS_INIT PLAYHEAD_SIZED(playhead_transfer_facts)

/* The request is on its way: from here on the head has first_byte_timeout_us. Without this call it
 * has connect_timeout_us more, from the start. Thread: any, one call with a transfer at a time,
 * also from the callbacks; so for all of these. Blocks: no. Returns 0,
 * -PLAYHEAD_ERROR_INVALID_HANDLE. */
PLAYHEAD_API playhead_status playhead_transfer_sent(playhead_transfer* transfer) PLAYHEAD_NOEXCEPT;
/* The head of the answer, redirects and errors too.
 * status   200..599.
 * headers  name, value …, NULL after the last; copied. NULL: none. Of a body that was decoded,
 *          Content-Encoding as it was.
 * Returns 0, PLAYHEAD_TRANSFER_WAIT, -PLAYHEAD_ERROR_INVALID_HANDLE (nothing more is wanted),
 * -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_transfer_head(playhead_transfer* transfer, int32_t status,
                                                    const char* const* headers) PLAYHEAD_NOEXCEPT;
/* The next bytes of the body; copied. Returns as playhead_transfer_head. */
PLAYHEAD_API playhead_status playhead_transfer_body(playhead_transfer* transfer, const void* bytes,
                                                    uint64_t size) PLAYHEAD_NOEXCEPT;
/* It is over; the transfer ends with this call.
 * status  0: the answer is complete, which the library holds against its Content-Length. Else why
 *         it is not: -PLAYHEAD_ERROR_NETWORK_UNREACHABLE, NETWORK_TIMEOUT, CONNECTION_LOST,
 *         TLS_FAILURE, PIN_MISMATCH, PROXY_FAILURE, BAD_RESPONSE, TOO_LARGE, FORBIDDEN_SCHEME,
 *         INVALID_URL; others count as CONNECTION_LOST.
 * facts   borrowed until return; NULL: not known.
 * detail  the platform's number for it, which errors and logs show; 0: none.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_HANDLE, -PLAYHEAD_ERROR_INVALID_ARGUMENT (facts that cannot
 * be; it goes on). */
PLAYHEAD_API playhead_status playhead_transfer_finish(playhead_transfer* transfer,
                                                      playhead_status status,
                                                      const playhead_transfer_facts* facts,
                                                      int32_t detail) PLAYHEAD_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The client: what the players of one app share; include <playhead/playhead.h>. */

#include "playhead/c/base.h"
#include "playhead/c/decoders.h"
#include "playhead/c/drm.h"
#include "playhead/c/interceptor.h"
#include "playhead/c/storage.h"
#include "playhead/c/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct playhead_client playhead_client;

/* One question for the service's bearer token; to be answered exactly once. */
typedef struct playhead_token_request playhead_token_request;

/* Supplies the bearer token of the service. */
typedef struct playhead_token_provider {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. `refresh` is 1 when the last token was refused: get a new one. Called on the client's
   * thread; must not block. `request` is yours: end it, at once or later and from any thread, with
   * playhead_token_request_answer. */
  void (*request_token)(void* user, int32_t refresh, playhead_token_request* request);
} playhead_token_provider;
#define PLAYHEAD_TOKEN_PROVIDER_INIT PLAYHEAD_SIZED(playhead_token_provider)

/* Answers and frees the request. Thread: any, also from within request_token.
 * request  transferred; NULL does nothing.
 * token    borrowed until return; NULL or empty says that there is none: the call that needed it
 *          fails with PLAYHEAD_ERROR_UNAUTHORIZED. */
PLAYHEAD_API void playhead_token_request_answer(playhead_token_request* request,
                                                const char* token) PLAYHEAD_NOEXCEPT;

/* How much a log line matters, PLAYHEAD_LOG_…: */
enum {
  PLAYHEAD_LOG_ERROR = 0,
  PLAYHEAD_LOG_WARNING = 1,
  PLAYHEAD_LOG_INFO = 2,
  PLAYHEAD_LOG_DEBUG = 3
};

/* Receives what the library has to say; it never prints by itself. */
typedef struct playhead_log_sink {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. Any thread, possibly several at once, and whatever is being done there waits: must not
   * call the library, but for what says "any, also from callbacks". Calls that return a status are
   * -PLAYHEAD_ERROR_INVALID_STATE, and what should end an object leaves it. The strings are
   * borrowed until return, English, URLs in them without secrets. */
  void (*log)(void* user, int32_t level, const char* module, const char* message);
} playhead_log_sink;
#define PLAYHEAD_LOG_SINK_INIT PLAYHEAD_SIZED(playhead_log_sink)

/* By which call a play starts, PLAYHEAD_START_…: */
enum {
  PLAYHEAD_START_STREAM = 0, /* GET /api/v1/stream: a URL and the position */
  /* POST /v1/playback/start: the service looks at the device and at where else the profile plays
   * this title, names several places of the media, and a session that reports are about. */
  PLAYHEAD_START_SESSION = 1
};

/* How the players of a client deal with the service. */
typedef struct playhead_service_config {
  uint32_t struct_size;
  int32_t start; /* PLAYHEAD_START_… */
  /* Of this installation, at most 256 bytes; copied. NULL or empty: sessions do not go on. */
  const char* device_id;
  /* What the device can do, words with spaces between them, at most 64; copied. NULL or empty: not
   * known, everything is tried. */
  const char* formats; /* "hls hls-ts dash" */
  const char* codecs;  /* "avc1 hvc1 av01" */
  const char* drm;     /* names of DRM systems */
  int32_t device_type; /* PLAYHEAD_DEVICE_… */
  /* 1: starts, pauses, stalls, changes of the picture, seeks, errors and ends are told, in batches
   * that are kept through crashes and outages: at most 1,000 or 4 MiB, the oldest goes. */
  int32_t reports_events;
  /* Between reports on how a play goes, 1 s..10 min; 0: none. Kept as events are. */
  int64_t heartbeat_us;
} playhead_service_config;
#define PLAYHEAD_SERVICE_CONFIG_INIT PLAYHEAD_SIZED(playhead_service_config)

typedef struct playhead_client_config {
  uint32_t struct_size;
  uint32_t header_version; /* PLAYHEAD_VERSION of the header compiled against; set by _INIT */
  /* Folder for unsent positions and remembered facts; created when absent. copied. NULL or empty:
   * nothing is remembered, and positions not yet sent are lost with the process. */
  const char* storage_path;
  /* Origin of the service, "https://api.example.com"; copied. NULL: only URLs can be played. */
  const char* api_url;
  const char* user_agent;                        /* copied; NULL: "playhead" */
  const playhead_token_provider* token_provider; /* copied; NULL: calls carry no token */
  const playhead_log_sink* log_sink;             /* copied; NULL: silence */
  /* "http://host:port", all requests go through it; copied. NULL: none. */
  const char* proxy;
  /* Public keys that hosts may have; copied, NULL: any key with a valid certificate. A line for
   * each host: its name, then two or more keys (one is the backup), separated by spaces:
   * "cdn.example.com sha256//<44 characters of base64> sha256//<...>\n". A host with another key is
   * refused with PLAYHEAD_ERROR_PIN_MISMATCH. */
  const char* pins;
  /* The flight recorder: a file that is written while the client lives and replaces what is there;
   * copied. It holds what the library was told and did, without media, keys, names, hosts and
   * tokens, and playhead-sim --replay plays it again. All players of the client then share one
   * thread. NULL or empty: nothing is recorded. */
  const char* recording_path;
  /* Recording ends before the file is larger, 65536 or more; 0: 64 MiB, hours of playback. */
  int64_t recording_max_bytes;
  const playhead_drm_config* drm;         /* copied; NULL: protected titles by Clear Key alone */
  const playhead_service_config* service; /* copied; NULL: as zeroes say */
  /* Sees, and may change, every request; copied; NULL: nobody does. */
  const playhead_request_interceptor* interceptor;
  /* Whose positions and reports wait in storage_path: any stable name of the account the tokens are
   * for, at most 256 bytes; copied. What another account could not deliver waits until a client has
   * that name again. A change of account is a new client. NULL or empty: one nameless account, whose
   * reports go out with whatever token there is. */
  const char* account_id;
  /* Encoded bytes that all players together hold, 1048576 or more; 0: 256 MiB. Where the
   * buffer_max_bytes of the players come to more, each has what it wants up to an even part. */
  int64_t max_media_bytes;
  /* The app's own HTTP; copied. NULL: libcurl. With it user_agent is not used, and proxy and pins, which
   * are then the app's to keep, must be NULL. */
  const playhead_transport* transport;
  /* The app's own place for what storage_path is for, which must then be NULL; copied. */
  const playhead_store* store;
  const playhead_clock* clock; /* copied; NULL: the system's */
  const playhead_decoders* decoders; /* copied; NULL: the built-in ones alone */
} playhead_client_config;

#ifdef __cplusplus
static inline playhead_client_config playhead_client_config_init() noexcept {
  playhead_client_config config = playhead_sized<playhead_client_config>();
  config.header_version = PLAYHEAD_VERSION;
  return config;
}
#define PLAYHEAD_CLIENT_CONFIG_INIT playhead_client_config_init()
#else
#define PLAYHEAD_CLIENT_CONFIG_INIT \
  { .struct_size = (uint32_t)sizeof(playhead_client_config), .header_version = PLAYHEAD_VERSION }
#endif

/* Makes a client. A child made by fork() must not use, or destroy, what its parent made: it may
 * exec, or make a client of its own with a storage_path of its own. Thread: any. Blocks: while the
 * store is opened.
 * config      borrowed until return.
 * out_client  yours: free with playhead_client_destroy; NULL after a failure.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT (no config, a struct_size that cannot be, a table
 * without its required callback, a URL or path that cannot be used, what excludes each other),
 * -PLAYHEAD_ERROR_VERSION_MISMATCH, -PLAYHEAD_ERROR_DRM_MODULE (a DRM system or module cannot be
 * used), -PLAYHEAD_ERROR_STORE_IO or -PLAYHEAD_ERROR_STORE_CORRUPT. The
 * log sink hears the reason as a sentence. */
PLAYHEAD_API playhead_status playhead_client_create(const playhead_client_config* config,
                                                    playhead_client** out_client) PLAYHEAD_NOEXCEPT;

/* Ends the client. Destroy its players first: a client destroyed before them, and its callbacks
 * with it, lives until the last of them is gone. Thread: any, also from callbacks (but log's): from
 * one on the client's thread it returns at once, and the client goes when that callback has
 * returned. Blocks: until its threads have ended, and for up to 2 s while licences are given back to
 * a service that does not answer; what is unsent stays in the store.
 * client  transferred; NULL does nothing. */
PLAYHEAD_API void playhead_client_destroy(playhead_client* client) PLAYHEAD_NOEXCEPT;

/* Saves where the client's players are and tries to deliver all positions that the service has not
 * confirmed. To be called when the app goes to the background, where the system may freeze or end it:
 * otherwise what is played is saved every few seconds only. Thread: any, not from a callback. Blocks:
 * until all are delivered, at most timeout_ms; with 0 what is saved is delivered without being waited
 * for.
 * client      borrowed until return.
 * timeout_ms  0..60000; larger is taken as 60000, negative as 0.
 * Returns 0 when nothing is left, -PLAYHEAD_ERROR_TIMED_OUT, -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_client_flush(playhead_client* client,
                                                   int32_t timeout_ms) PLAYHEAD_NOEXCEPT;

/* Tells that the device is on another network, has lost all of them, or has one again. Connections
 * of the old network are replaced at once; without a network playback waits instead of failing.
 * Thread: any. Blocks: no.
 * client     borrowed until return.
 * is_online  1: there is a network, another one than before; 0: there is none.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_client_network_changed(playhead_client* client,
                                                             int32_t is_online) PLAYHEAD_NOEXCEPT;
/* Names the network the device is on, "wifi:home" or whatever tells networks apart; what is
 * measured is remembered for each, in the store, for a week. Until the first call, and with NULL or
 * an empty name, all networks are one. Thread: any. Blocks: no. client  borrowed until return. id
 * copied; at most 256 bytes. Returns 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_client_set_network(playhead_client* client,
                                                         const char* id) PLAYHEAD_NOEXCEPT;

/* Tells that the system runs out of memory. Players keep about one segment ahead of the position and
 * nothing behind it, and for a minute fetch little more; what is kept for speed alone goes. Done
 * within 100 ms. Thread: any. Blocks: no.
 * client  borrowed until return.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_client_low_memory(playhead_client* client) PLAYHEAD_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif

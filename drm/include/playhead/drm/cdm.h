/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A DRM system behind a table of C functions: what drm_system.h and drm_session.h say, as a binary
 * promise. C99 or C++. The system stands in an app, or in a shared library that the player loads by
 * path (cdm_module.h) and that exports playhead_cdm_entry().
 *
 * Structs begin with struct_size; members are only ever appended. Whoever reads one takes no more
 *   than its struct_size says, the rest counts as zero. Who is handed one to fill writes no more.
 *   Elements of arrays never grow. Required functions stand first; NULL, or behind struct_size:
 *   the optional function is not supported. Reserved members are 0.
 * Numbers. Values and bits that a reader does not know are passed over, as each list says.
 * Errors. 0, or a negated number: PLAYHEAD_CDM_… below or any other of the table in
 *   playhead/error.h. `error` is zeroed but for struct_size; filling it is optional. No exception
 *   may leave a function of either side.
 * Buffers are borrowed until return, in both directions; strings are UTF-8 and end with a zero.
 * Threads. Sessions belong to the thread they were opened on, one at a time; sessions of one system
 *   may be opened on several threads. decrypt(): any thread, several at once. Functions of the
 * host: any thread, also inside a call, unless they say otherwise; none blocks, and none calls back
 * into the module before it returns. Functions of the system do not block either, but for
 * destroy(). After close() nothing of a session is called. What the module says about it then is
 * refused with PLAYHEAD_CDM_CLOSED and does no harm. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised only for what struct_size cannot tell. */
#define PLAYHEAD_CDM_ABI_VERSION 1u

/* Most bytes of what crosses; longer things are refused. */
#define PLAYHEAD_CDM_MAX_NAME 255u /* of a system, a key format, a licence; no zero counted */
#define PLAYHEAD_CDM_MAX_URL 8191u /* the same */
#define PLAYHEAD_CDM_MAX_MESSAGE 1048576u /* challenges, licences, records of the store */
#define PLAYHEAD_CDM_MAX_KEYS 1024u       /* keys of a session */
#define PLAYHEAD_CDM_MAX_IDS 16u          /* system ids, key formats */
#define PLAYHEAD_CDM_MAX_WAITING 1024u    /* things said for a session and not yet handled */
#define PLAYHEAD_CDM_MAX_TIMERS 64u       /* of a session */

/* Errors modules and hosts commonly answer, negated; numbers of playhead/error.h. */
enum {
  PLAYHEAD_CDM_INVALID_ARGUMENT = 1001,
  PLAYHEAD_CDM_INVALID_STATE = 1002,
  PLAYHEAD_CDM_CLOSED = 1003,
  PLAYHEAD_CDM_VERSION_MISMATCH = 1004,
  PLAYHEAD_CDM_INTERNAL = 1006,
  PLAYHEAD_CDM_BUFFER_TOO_SMALL = 1008,
  PLAYHEAD_CDM_NO_SYSTEM = 6001, /* not for that kind of session or track */
  PLAYHEAD_CDM_INIT_DATA = 6002, /* it cannot be read, or names no key */
  PLAYHEAD_CDM_LICENSE = 6003,   /* the licence cannot be used */
  PLAYHEAD_CDM_NO_KEY = 6006,    /* no session has the key of the sample */
  PLAYHEAD_CDM_EXPIRED = 6007,
  PLAYHEAD_CDM_OUTPUT_RESTRICTED = 6008,
  PLAYHEAD_CDM_SAMPLE = 6009,     /* the sample contradicts its description */
  PLAYHEAD_CDM_BUSY = 6010,       /* all sessions are open */
  PLAYHEAD_CDM_NO_LICENSE = 6011, /* none is kept under that name */
  PLAYHEAD_CDM_MODULE = 6013,
  PLAYHEAD_CDM_PROVISIONING = 6014,
  PLAYHEAD_CDM_REVOKED = 6015,
  PLAYHEAD_CDM_STORE_IO = 7001
};

enum { /* tracks */
       PLAYHEAD_CDM_TRACK_VIDEO = 0,
       PLAYHEAD_CDM_TRACK_AUDIO = 1,
       PLAYHEAD_CDM_TRACK_TEXT = 2
};
enum { /* kinds of session; others: refuse with PLAYHEAD_CDM_NO_SYSTEM */
       PLAYHEAD_CDM_TEMPORARY = 0,
       PLAYHEAD_CDM_PERSISTENT = 1
};
enum { /* initialisation data; others: refuse with PLAYHEAD_CDM_INIT_DATA */
       PLAYHEAD_CDM_INIT_PSSH = 0,      /* one or more whole pssh boxes */
       PLAYHEAD_CDM_INIT_KEY_IDS = 1,   /* {"kids":["base64url" ...]} */
       PLAYHEAD_CDM_INIT_PLAYREADY = 2, /* PlayReady Object */
       PLAYHEAD_CDM_INIT_KEY_URI = 3    /* URI of HLS's EXT-X-KEY */
};
enum { /* messages; others are dropped */
       PLAYHEAD_CDM_LICENSE_REQUEST = 0,
       PLAYHEAD_CDM_RENEWAL = 1,
       PLAYHEAD_CDM_RELEASE = 2,
       PLAYHEAD_CDM_INDIVIDUALISATION = 3
};
enum { /* statuses of keys, see KeyStatus; others count as KEY_ERROR */
       PLAYHEAD_CDM_KEY_PENDING = 0,
       PLAYHEAD_CDM_KEY_USABLE = 1,
       PLAYHEAD_CDM_KEY_USABLE_IN_FUTURE = 2,
       PLAYHEAD_CDM_KEY_EXPIRED = 3,
       PLAYHEAD_CDM_KEY_OUTPUT_RESTRICTED = 4,
       PLAYHEAD_CDM_KEY_OUTPUT_DOWNSCALED = 5,
       PLAYHEAD_CDM_KEY_RELEASED = 6,
       PLAYHEAD_CDM_KEY_ERROR = 7
};
enum { /* bits of capabilities and, one of them, of a sample; see SampleScheme */
       PLAYHEAD_CDM_CENC = 1,
       PLAYHEAD_CDM_CENS = 2,
       PLAYHEAD_CDM_CBC1 = 4,
       PLAYHEAD_CDM_CBCS = 8,
       PLAYHEAD_CDM_HLS_AVC = 16,
       PLAYHEAD_CDM_HLS_AAC = 32,
       PLAYHEAD_CDM_HLS_AC3 = 64
};
enum {                                  /* bits of what a system can do */
       PLAYHEAD_CDM_DECRYPTS = 1,       /* path A: decrypt() */
       PLAYHEAD_CDM_SECURE_DECODER = 2, /* path B: to a decoder of the app */
       PLAYHEAD_CDM_KEEPS_LICENSES = 4  /* PLAYHEAD_CDM_PERSISTENT */
};
enum { /* what the display's connection protects, see OutputProtection; others count as UNKNOWN */
       PLAYHEAD_CDM_OUTPUT_UNKNOWN = 0,
       PLAYHEAD_CDM_OUTPUT_NONE = 1,
       PLAYHEAD_CDM_OUTPUT_HDCP1 = 2,
       PLAYHEAD_CDM_OUTPUT_HDCP2_2 = 3,
       PLAYHEAD_CDM_OUTPUT_INTERNAL = 4
};
enum { /* log levels; others count as LOG_DEBUG */
       PLAYHEAD_CDM_LOG_ERROR = 0,
       PLAYHEAD_CDM_LOG_WARNING = 1,
       PLAYHEAD_CDM_LOG_INFO = 2,
       PLAYHEAD_CDM_LOG_DEBUG = 3
};

#define PLAYHEAD_CDM_NEVER INT64_MAX /* of times */

typedef struct playhead_cdm_error {
  uint32_t struct_size;
  int32_t detail;    /* a number of the module's own; 0: none */
  char message[256]; /* short, English, no keys, no tokens; "" when there is nothing to say */
} playhead_cdm_error;

typedef struct playhead_cdm_capabilities {
  uint32_t struct_size;
  uint32_t level;        /* 0: nothing for this track; 1000, 2000, 3000, others are rounded down */
  uint32_t schemes;      /* bits */
  uint32_t can;          /* bits: PLAYHEAD_CDM_DECRYPTS ... */
  uint32_t max_sessions; /* at a time, >= 1 */
  uint32_t reserved;
} playhead_cdm_capabilities;

typedef struct playhead_cdm_message {
  uint32_t struct_size;
  uint32_t type;            /* PLAYHEAD_CDM_LICENSE_REQUEST ... */
  const uint8_t* challenge; /* opaque; goes to the licence service */
  size_t challenge_size;
  const char* url; /* where the system wants it sent; NULL or "": it does not say */
} playhead_cdm_message;

typedef struct playhead_cdm_key { /* an element: never grows */
  uint8_t id[16];
  uint32_t status; /* PLAYHEAD_CDM_KEY_... */
} playhead_cdm_key;

typedef struct playhead_cdm_subsample { /* an element: never grows */
  uint32_t clear_bytes, encrypted_bytes;
} playhead_cdm_subsample;

/* How a sample is encrypted; see CryptoInfo in encryption.h. */
typedef struct playhead_cdm_crypto_info {
  uint32_t struct_size;
  uint32_t scheme; /* one bit */
  uint8_t kid[16];
  uint8_t iv[16];
  uint32_t crypt_blocks, skip_blocks;
  const playhead_cdm_subsample* subsamples; /* their lengths add up to the sample's; none: all of
                                             * the sample is encrypted */
  size_t subsample_count;
} playhead_cdm_crypto_info;

/* A session as the module knows it; only ever handed back to it. */
typedef struct playhead_cdm_session playhead_cdm_session;

/* What the player does for a system. `session` is the number open_session() was given. The table
 * is valid until destroy() has returned. All functions are there but for those of the store, which
 * are NULL together where licences cannot be kept. */
typedef struct playhead_cdm_host {
  uint32_t struct_size;
  uint32_t abi_version; /* the layout that both have agreed on */
  void* user;           /* first argument of every function */

  /* What a session tells; copied, handed on in this order on the session's thread, later. */
  int32_t (*message)(void* user, uint64_t session, const playhead_cdm_message* message);
  /* All keys of the session, whenever a status changes. */
  int32_t (*keys)(void* user, uint64_t session, const playhead_cdm_key* keys, size_t count);
  /* When the keys run out, microseconds since 1970; PLAYHEAD_CDM_NEVER. */
  int32_t (*expiration)(void* user, uint64_t session, int64_t wall_us);
  /* The session is over though nobody closed it. `status` as functions answer it, not 0. */
  int32_t (*failed)(void* user, uint64_t session, int32_t status, const playhead_cdm_error* error);
  /* Ends an update() that was given `token`, once. `error` may be NULL. */
  int32_t (*updated)(void* user, uint64_t session, uint64_t token, int32_t status,
                     const playhead_cdm_error* error);

  /* Have wake(token) called on the session's thread: soon, in this order; or not before a time of
   * now_us(). One timer for each token: a second one takes the place of the first. A wake that is
   * on its way when it is cancelled may still come. */
  int32_t (*post)(void* user, uint64_t session, uint64_t token);
  int32_t (*post_at)(void* user, uint64_t session, int64_t at_us, uint64_t token);
  int32_t (*cancel)(void* user, uint64_t session, uint64_t token);

  /* 0 for sessions that are closed. Microseconds; the first never goes back, the second is the time
   * since 1970 and may jump. random(), on the session's thread: 64 bits for ids, not for keys. */
  int64_t (*now_us)(void* user, uint64_t session);
  int64_t (*wall_now_us)(void* user, uint64_t session);
  uint64_t (*random)(void* user, uint64_t session);
  int32_t (*is_current)(void* user, uint64_t session); /* 1 on the session's thread */

  /* PLAYHEAD_CDM_OUTPUT_...: what the app knows of the display; never guessed. */
  uint32_t (*output_protection)(void* user);
  /* One line for the app's log. No keys, no tokens, no URLs with a query. */
  void (*log)(void* user, uint32_t level, const char* line);

  /* Where persistent licences are kept; on a session's thread only. Replaced all or nothing.
   * get: `size` holds the room of `buffer` and then the size of the record;
   * PLAYHEAD_CDM_BUFFER_TOO_SMALL where that is more, PLAYHEAD_CDM_NO_LICENSE where there is none.
   * Removing what is not there succeeds. */
  int32_t (*store_get)(void* user, const char* name, uint8_t* buffer, size_t* size);
  int32_t (*store_put)(void* user, const char* name, const uint8_t* record, size_t size);
  int32_t (*store_remove)(void* user, const char* name);
} playhead_cdm_host;

/* A DRM system. The player copies the table; what it points to is read while it is copied. */
typedef struct playhead_cdm_system {
  uint32_t struct_size;
  uint32_t abi_version; /* PLAYHEAD_CDM_ABI_VERSION, or an older one the host speaks, too */
  void* user;           /* transferred; first argument where there is no session */

  const char* name;          /* "clearkey", "widevine" ...: what the service calls it */
  const uint8_t* system_ids; /* 16 bytes for each; what manifests and pssh boxes call it */
  size_t system_id_count;
  const char* const* key_formats; /* HLS KEYFORMAT */
  size_t key_format_count;

  /* Once, last, any thread: all sessions are closed, nothing runs. Also when start() fails or
   * another function is missing; never for a table whose version or size is refused. Ends what
   * threads the module has: nothing of the host may be called any more. Wipes keys. */
  void (*destroy)(void* user);
  /* Once, first. `host` is valid until destroy() returns. */
  int32_t (*start)(void* user, const playhead_cdm_host* host, playhead_cdm_error* error);
  /* What it can do for one kind of track; asked again when outputs change. Any thread. */
  int32_t (*query)(void* user, uint32_t track, playhead_cdm_capabilities* capabilities);
  /* PLAYHEAD_CDM_BUSY, PLAYHEAD_CDM_NO_SYSTEM (not of that kind). `session` is never used twice. */
  int32_t (*open_session)(void* user, uint64_t session, uint32_t kind,
                          playhead_cdm_session** opened, playhead_cdm_error* error);
  /* Once for each session that was opened; wipes its keys. Never inside a function of the host. */
  void (*close)(playhead_cdm_session* session);
  /* Once, first: asks for a licence; host->message() follows. */
  int32_t (*request)(playhead_cdm_session* session, uint32_t init_type, const uint8_t* init,
                     size_t size, playhead_cdm_error* error);
  /* The licence service's answer. Ends by host->updated(token), after host->keys(). */
  void (*update)(playhead_cdm_session* session, const uint8_t* response, size_t size,
                 uint64_t token);

  /* Optional from here on. */

  /* What post() and post_at() asked for. Tokens not known are passed over. */
  void (*wake)(playhead_cdm_session* session, uint64_t token);
  /* Path A, in place; any session's keys serve. `size` holds the length of the sample and then of
   * what it became: the same, or less for PLAYHEAD_CDM_HLS_AVC and the like. The host wipes the
   * sample after an error. */
  int32_t (*decrypt)(void* user, const playhead_cdm_crypto_info* info, uint8_t* sample,
                     size_t* size, playhead_cdm_error* error);
  /* In place of request(): a licence that was kept. PLAYHEAD_CDM_NO_LICENSE. */
  int32_t (*restore)(playhead_cdm_session* session, const char* persistent_id,
                     playhead_cdm_error* error);
  /* Asks anew while the old licence serves; host->message() follows. */
  int32_t (*renew)(playhead_cdm_session* session, playhead_cdm_error* error);
  /* Gives a persistent licence back; host->message() follows with the proof. */
  int32_t (*release)(playhead_cdm_session* session, playhead_cdm_error* error);
  /* What restore() is to be given, once there is a persistent licence; "" otherwise. `buffer` has
   * room for PLAYHEAD_CDM_MAX_NAME bytes and a zero. */
  int32_t (*persistent_id)(playhead_cdm_session* session, char* buffer, size_t capacity);
} playhead_cdm_system;

/* The one symbol a module exports under this name. The host speaks the versions min_abi ...
 * max_abi; the module takes the newest of them it knows itself. It knows none: the answer is
 * -PLAYHEAD_CDM_VERSION_MISMATCH, and the error's detail its own newest version. Each call makes a
 * system of its own; `*system` has to stand until the host has copied it, at once after return. */
#define PLAYHEAD_CDM_ENTRY "playhead_cdm_entry"
typedef int32_t (*playhead_cdm_entry_function)(uint32_t min_abi, uint32_t max_abi,
                                               const playhead_cdm_system** system,
                                               playhead_cdm_error* error);
#if defined(_WIN32)
#define PLAYHEAD_CDM_EXPORT __declspec(dllexport)
#else
#define PLAYHEAD_CDM_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
} /* extern "C" */
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Downloads: titles kept on the device; include <playhead/playhead.h>.
 *
 * Order. Open the folder with the client whose players will play what is in it, say by
 *   playhead_downloads_set_conditions() what the device allows, now and whenever it changes, and
 *   add titles. They come by themselves, or, with is_pumped, while playhead_downloads_pump() runs.
 *   Close when the app ends: what was under way goes on at the next open, also after a kill.
 * Durable. What a call asks for (added, paused, removed …) is on disk when it returns 0.
 * Knowing. The listener hears of changes. Lists are copies of how things stand, taken at any time
 *   and without a network; they never change.
 * Failures. A call answers a status, and the client's log sink hears the reason as a sentence. What
 *   fails later is in playhead_download: error_code, message, and what helps: next_action.
 * Protection. Everything on disk is encrypted. What may be played is decided by the service's time;
 *   setting the device's clock changes nothing. See PLAYHEAD_RIGHTS_….
 * Threads. Commands and queries: any thread, callbacks of listener and URL resolver included, where
 *   opening, closing and pumping are -PLAYHEAD_ERROR_INVALID_STATE. In those of key store and chooser
 *   all is, but for what says "also from". */

#include "playhead/c/base.h"
#include "playhead/c/client.h"
#include "playhead/c/download.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The downloads of one folder. */
typedef struct playhead_downloads playhead_downloads;

enum { PLAYHEAD_DEVICE_KEY_BYTES = 32 };

/* The platform's key store (Keystore, Keychain, TPM, DPAPI). Called on the thread of
 * playhead_downloads_open and on the downloads' own, that which reads for players included (with
 * is_pumped the pumping one); one call at a time; may block as long as a local key store takes. */
typedef struct playhead_device_keys {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. Writes PLAYHEAD_DEVICE_KEY_BYTES bytes to `key`, which is borrowed until return: the
   * same for as long as the app is installed, random ones at the first call. Wipe other copies.
   * Returns 0, -PLAYHEAD_ERROR_OFFLINE_OTHER_DEVICE when the key is lost, anything else when it
   * cannot be had at present; a key of zeros alone counts as that. */
  playhead_status (*get_key)(void* user, uint8_t* key);
  /* Both or neither. A number that outlives the folder, so that a folder put back from a backup is
   * noticed. read_counter: 0 and the number last written, 0 when none ever was; anything else: it
   * cannot be had at present, and playhead_downloads_open fails with PLAYHEAD_ERROR_STORE_IO
   * rather than to believe a folder from before. write_counter: keeps the larger of the numbers
   * written; returns 0 when it is kept. */
  playhead_status (*read_counter)(void* user, uint64_t* out_counter);
  playhead_status (*write_counter)(void* user, uint64_t counter);
} playhead_device_keys;
#define PLAYHEAD_DEVICE_KEYS_INIT PLAYHEAD_SIZED(playhead_device_keys)

/* A picture that a title offers. */
typedef struct playhead_video_offer {
  uint32_t struct_size;
  int32_t can_decode;  /* 1: something here decodes it */
  const char* codecs;  /* RFC 6381 */
  int64_t bitrate_bps; /* 0: not known */
  int32_t width, height;
} playhead_video_offer;
#define PLAYHEAD_VIDEO_OFFER_INIT PLAYHEAD_SIZED(playhead_video_offer)

/* Which of the offers is downloaded? All of it is borrowed until return of the callback. */
typedef struct playhead_video_question {
  uint32_t struct_size;
  int32_t offer_count;
  const playhead_video_offer* const* offers;
  int64_t free_bytes; /* on the disk of the downloads */
  /* As the request has them: */
  int64_t max_bitrate_bps;
  const char* video_codecs;
  int32_t max_height;
  int32_t reserved; /* 0 */
} playhead_video_question;
#define PLAYHEAD_VIDEO_QUESTION_INIT PLAYHEAD_SIZED(playhead_video_question)

/* The app's own choice of the picture. */
typedef struct playhead_video_chooser {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. The index of one of the offers; any other number: none, the download fails. Called on
   * the downloads' thread; must not block. */
  int32_t (*choose)(void* user, const playhead_video_question* question);
} playhead_video_chooser;
#define PLAYHEAD_VIDEO_CHOOSER_INIT PLAYHEAD_SIZED(playhead_video_chooser)

/* What is chosen without a chooser of the app's own: the index of one of the offers; -1: none, or a
 * question that cannot be read. `question` is borrowed until return. Thread: any, also from within
 * choose. Blocks: no. */
PLAYHEAD_API int32_t playhead_choose_download_video(const playhead_video_question* question)
    PLAYHEAD_NOEXCEPT;

/* One question for the URL of a download; to be answered exactly once. */
typedef struct playhead_url_request playhead_url_request;

/* Knows where downloads that were added by URL are to be had by now. */
typedef struct playhead_url_resolver {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. The host of that download refuses the URL it has, or does not know it: HTTP 401, 403,
   * 404, 410. `id` and `url`, as it was added, are borrowed until return. Called on the client's
   * thread; must not block. `request` is yours: end it, at once or later and from any thread, with
   * playhead_url_request_answer. Without an answer for 60 s the download waits
   * (PLAYHEAD_WAIT_AUTH), and asks again. */
  void (*resolve)(void* user, const char* id, const char* url, playhead_url_request* request);
} playhead_url_resolver;
#define PLAYHEAD_URL_RESOLVER_INIT PLAYHEAD_SIZED(playhead_url_resolver)

/* The download as it was added, with its profile and app_data; borrowed until the request is
 * answered. NULL for NULL. Thread: any, also from within resolve. */
PLAYHEAD_API const playhead_download_request* playhead_url_request_get(
    const playhead_url_request* request) PLAYHEAD_NOEXCEPT;

/* Answers and frees the request. Thread: any, also from within resolve.
 * request  transferred; NULL does nothing.
 * url      borrowed until return: of the same manifest or file, with another signature maybe; what
 *          has the same path goes on where it was. NULL or empty says that there is none: the
 *          download fails with PLAYHEAD_ERROR_FORBIDDEN. */
PLAYHEAD_API void playhead_url_request_answer(playhead_url_request* request,
                                              const char* url) PLAYHEAD_NOEXCEPT;

/* Hears of changes, on the client's thread, in their order. Its callbacks may call the functions
 * below; playhead_downloads_open, _close and _pump are -PLAYHEAD_ERROR_INVALID_STATE there. */
typedef struct playhead_download_listener {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. State, failure, rights or tracks are others; and once a second while bytes come.
   * `download` is borrowed until return. */
  void (*changed)(void* user, const playhead_download* download);
  /* May be NULL. It is gone, and everything of it; `id` is borrowed until return. */
  void (*removed)(void* user, const char* id);
} playhead_download_listener;
#define PLAYHEAD_DOWNLOAD_LISTENER_INIT PLAYHEAD_SIZED(playhead_download_listener)

typedef struct playhead_downloads_config {
  uint32_t struct_size;
  int32_t is_pumped; /* 1: nothing runs by itself; the app calls playhead_downloads_pump */
  /* Required. Folder of the downloads; created when absent, used by one process at a time; copied.
   */
  const char* path;
  /* copied. NULL: the key is a file of mode 0600 in the folder, and whoever can read the folder can
   * read the downloads. */
  const playhead_device_keys* device_keys;
  /* copied. NULL: above 3000 MB of free storage 720p in AV1, above 2000 MB 480p in HEVC, else 480p
   * in H.264, or what comes nearest and is decoded here; what the request says wins. */
  const playhead_video_chooser* video_chooser;
  const playhead_download_listener* listener; /* copied; NULL: nobody is told */
  int32_t parallel_titles;                    /* 1..8; 0: 2 */
  int32_t parallel_segments;                  /* of all titles together, 1..16; 0: 4 */
  int32_t allow_metered;                      /* 1: networks that cost are used as well */
  int32_t only_charging;                      /* 1: nothing comes while on battery */
  int64_t quota_bytes;                        /* of all downloads; 0: none */
  int64_t free_space_floor_bytes; /* left on the disk for others; 0: 512 MiB; negative: none */
  /* How long what an expired title consists of stays on the disk. Its keys are destroyed at once
   * and its bytes nobody can read: the quota does not count them, and a renewal fetches it anew. 0:
   * 7 days; negative: they go at once. */
  int64_t keep_expired_us;
  /* Titles with an end are not played when the service was not heard of for that long. 0: 30 days.
   */
  int64_t max_without_contact_us;
  const playhead_url_resolver* url_resolver; /* copied; NULL: a URL that is refused stays so */
  /* 1: instead of PLAYHEAD_ERROR_STORE_CORRUPT the journal is put aside (corrupt.db in `path`),
   * what was downloaded goes, and the folder is empty. Better asked of the user than always set. */
  int32_t start_over_when_corrupt;
  int32_t reserved; /* 0 */
} playhead_downloads_config;
#define PLAYHEAD_DOWNLOADS_CONFIG_INIT PLAYHEAD_SIZED(playhead_downloads_config)

/* What the user allows; members as of playhead_downloads_config, which says it at first. */
typedef struct playhead_download_limits {
  uint32_t struct_size;
  int32_t parallel_titles;        /* 1..8; 0: 2 */
  int64_t quota_bytes;            /* of all downloads; 0: none */
  int64_t free_space_floor_bytes; /* left on the disk for others; 0: 512 MiB; negative: none */
  int32_t parallel_segments;      /* of all titles together, 1..16; 0: 4 */
  int32_t allow_metered;          /* 1: networks that cost are used as well */
  int32_t only_charging;          /* 1: nothing comes while on battery */
  int32_t reserved;               /* 0 */
} playhead_download_limits;
#define PLAYHEAD_DOWNLOAD_LIMITS_INIT PLAYHEAD_SIZED(playhead_download_limits)

/* What the app knows of the device; until it says otherwise, all zero. */
typedef struct playhead_download_conditions {
  uint32_t struct_size;
  int32_t is_offline;    /* 1: there is no network */
  int32_t is_metered;    /* 1: the network costs */
  int32_t is_on_battery; /* 1: the device is not charging */
} playhead_download_conditions;
#define PLAYHEAD_DOWNLOAD_CONDITIONS_INIT PLAYHEAD_SIZED(playhead_download_conditions)

/* Opens the folder; what was under way goes on. Thread: any, not from a callback. Blocks: while the
 * folder is opened and made to agree with itself.
 * client         borrowed until return; the downloads keep what they need of it alive.
 * config         borrowed until return.
 * out_downloads  yours: free with playhead_downloads_close; NULL after a failure.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT (no path, a struct_size that cannot be, a table
 * without its required callback, a number out of its range), -PLAYHEAD_ERROR_OFFLINE_BUSY (another
 * process or playhead_downloads has the folder), -PLAYHEAD_ERROR_INVALID_STATE (the client has
 * another open; from a callback), -PLAYHEAD_ERROR_STORE_IO, -PLAYHEAD_ERROR_STORE_FULL,
 * -PLAYHEAD_ERROR_STORE_NEWER, -PLAYHEAD_ERROR_STORE_CORRUPT (nothing was deleted) or
 * -PLAYHEAD_ERROR_OFFLINE_OTHER_DEVICE. */
PLAYHEAD_API playhead_status
playhead_downloads_open(playhead_client* client, const playhead_downloads_config* config,
                        playhead_downloads** out_downloads) PLAYHEAD_NOEXCEPT;

/* Stops; nothing is lost. Thread: any, not from a callback. Blocks: until what it does, callbacks
 * and calls of other threads are at rest. Returns 0 or -PLAYHEAD_ERROR_INVALID_STATE (called from one
 * of downloads or the log: they stay open). downloads: transferred; NULL does nothing. */
PLAYHEAD_API playhead_status playhead_downloads_close(playhead_downloads* downloads) PLAYHEAD_NOEXCEPT;

/* Adds a download. The same title, profile, tracks and range again: the download that is there.
 * Thread: any. Blocks: while it is written down.
 * downloads   borrowed until return.
 * request     borrowed until return.
 * buffer      borrowed until return; takes the id when all of it fits (PLAYHEAD_DOWNLOAD_ID_BYTES
 *             are enough), else it is made empty. NULL when capacity is 0.
 * out_needed  bytes of the id with its zero byte, 0 after a failure; may be NULL.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT (neither title nor URL, another scheme, a list that
 * is too long, negative numbers, an empty range), -PLAYHEAD_ERROR_STORE_FULL,
 * -PLAYHEAD_ERROR_STORE_IO, -PLAYHEAD_ERROR_STORE_CORRUPT. */
PLAYHEAD_API playhead_status playhead_downloads_add(playhead_downloads* downloads,
                                                    const playhead_download_request* request,
                                                    char* buffer, uint64_t capacity,
                                                    uint64_t* out_needed) PLAYHEAD_NOEXCEPT;

/* The commands. Thread: any. Block: while they are written down. Pointers are borrowed until
 * return. Those of all downloads do what they can and return the first failure. Return 0,
 * -PLAYHEAD_ERROR_INVALID_ARGUMENT, -PLAYHEAD_ERROR_NOT_FOUND (those that name an id),
 * -PLAYHEAD_ERROR_STORE_IO, -PLAYHEAD_ERROR_STORE_FULL or -PLAYHEAD_ERROR_STORE_CORRUPT. */

PLAYHEAD_API playhead_status playhead_downloads_pause(playhead_downloads* downloads,
                                                      const char* id) PLAYHEAD_NOEXCEPT;
/* What was paused goes on, what failed is tried again. */
PLAYHEAD_API playhead_status playhead_downloads_resume(playhead_downloads* downloads,
                                                       const char* id) PLAYHEAD_NOEXCEPT;
/* Bytes and keys, without a network; wins over everything else. The listener hears when it is gone.
 */
PLAYHEAD_API playhead_status playhead_downloads_remove(playhead_downloads* downloads,
                                                       const char* id) PLAYHEAD_NOEXCEPT;
/* Higher first. */
PLAYHEAD_API playhead_status playhead_downloads_set_priority(playhead_downloads* downloads,
                                                             const char* id,
                                                             int32_t priority) PLAYHEAD_NOEXCEPT;
/* Asks the service for the permission anew; its bytes come again only where their key is gone. */
PLAYHEAD_API playhead_status playhead_downloads_renew(playhead_downloads* downloads,
                                                      const char* id) PLAYHEAD_NOEXCEPT;
/* Reads every byte again; what is damaged is fetched anew. */
PLAYHEAD_API playhead_status playhead_downloads_verify(playhead_downloads* downloads,
                                                       const char* id) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_downloads_pause_all(playhead_downloads* downloads)
    PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_downloads_resume_all(playhead_downloads* downloads)
    PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_downloads_remove_all(playhead_downloads* downloads)
    PLAYHEAD_NOEXCEPT;
/* Replaces all conditions: what they forbid waits, what they allow goes on. */
PLAYHEAD_API playhead_status
playhead_downloads_set_conditions(playhead_downloads* downloads,
                                  const playhead_download_conditions* conditions) PLAYHEAD_NOEXCEPT;

/* Replaces all limits, until the downloads are closed: what they forbid waits, what they allow goes
 * on. Nothing that is there goes for a smaller quota. Thread: any. Blocks: briefly.
 * Returns 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT (NULL, a number out of its range). */
PLAYHEAD_API playhead_status playhead_downloads_set_limits(
    playhead_downloads* downloads, const playhead_download_limits* limits) PLAYHEAD_NOEXCEPT;

/* All downloads, by priority and order; or the one of that id. Thread: any. Block: while the lists
 * are made; no network is asked.
 * downloads  borrowed until return.
 * out_list   yours: free with playhead_download_list_release; outlives the downloads; NULL after a
 *            failure.
 * Return 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT, -PLAYHEAD_ERROR_STORE_IO,
 * -PLAYHEAD_ERROR_STORE_CORRUPT or, of that id, -PLAYHEAD_ERROR_NOT_FOUND. */
PLAYHEAD_API playhead_status playhead_downloads_list(
    playhead_downloads* downloads, playhead_download_list** out_list) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_downloads_find(playhead_downloads* downloads, const char* id,
                                                     playhead_download_list** out_list)
    PLAYHEAD_NOEXCEPT;

/* Works on the calling thread, for apps whose background time is limited. Only with is_pumped.
 * Thread: any, one at a time, not from a callback. Blocks: for about slice_us, less when there is
 * nothing more to do.
 * downloads     borrowed until return.
 * slice_us      0..600000000 (10 minutes); larger is taken as that, negative as 0.
 * out_has_more  1: there is more to do at once; 0: what is left is done, paused, has failed or
 * waits for something that is not there. May be NULL. Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT
 * or -PLAYHEAD_ERROR_INVALID_STATE (not is_pumped; called from a callback). */
PLAYHEAD_API playhead_status playhead_downloads_pump(playhead_downloads* downloads,
                                                     int64_t slice_us,
                                                     int32_t* out_has_more) PLAYHEAD_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif

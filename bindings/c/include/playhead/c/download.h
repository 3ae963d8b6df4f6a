/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One download: what is asked for, and how it stands; include <playhead/playhead.h>. */

#include "playhead/c/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* States of a download, PLAYHEAD_DOWNLOAD_…: */
enum {
  PLAYHEAD_DOWNLOAD_QUEUED = 0,    /* its turn has not come */
  PLAYHEAD_DOWNLOAD_PREPARING = 1, /* manifest, choice of tracks, licence */
  PLAYHEAD_DOWNLOAD_DOWNLOADING = 2,
  PLAYHEAD_DOWNLOAD_WAITING = 3,   /* for what waits_for says; goes on by itself */
  PLAYHEAD_DOWNLOAD_PAUSED = 4,    /* by the app; goes on by playhead_downloads_resume */
  PLAYHEAD_DOWNLOAD_VERIFYING = 5, /* all bytes are there and are checked */
  PLAYHEAD_DOWNLOAD_COMPLETED = 6,
  PLAYHEAD_DOWNLOAD_FAILED = 7,  /* see error_code and next_action */
  PLAYHEAD_DOWNLOAD_REMOVING = 8 /* going away */
};

/* What a WAITING download waits for, PLAYHEAD_WAIT_…: */
enum {
  PLAYHEAD_WAIT_NOTHING = 0,
  PLAYHEAD_WAIT_NETWORK = 1,   /* there is none, or nobody answers */
  PLAYHEAD_WAIT_UNMETERED = 2, /* there is one, but it costs */
  PLAYHEAD_WAIT_CHARGING = 3,
  PLAYHEAD_WAIT_STORAGE = 4, /* disk full, below the floor, or over the quota */
  PLAYHEAD_WAIT_AUTH = 5     /* the service wants a token, and the app has none */
};

/* What helps against a failure, PLAYHEAD_NEXT_…: */
enum {
  PLAYHEAD_NEXT_NONE = 0,          /* nothing: the title is gone, or nothing here plays it */
  PLAYHEAD_NEXT_RETRY = 1,         /* playhead_downloads_resume, now or later */
  PLAYHEAD_NEXT_FREE_SPACE = 2,    /* and it goes on by itself */
  PLAYHEAD_NEXT_SIGN_IN = 3,       /* the account's permission is missing or ended */
  PLAYHEAD_NEXT_RENEW = 4,         /* playhead_downloads_renew: the permission ended */
  PLAYHEAD_NEXT_REMOVE_AND_ADD = 5 /* what is on disk cannot be used any more */
};

/* May it be played? PLAYHEAD_RIGHTS_…, apart from the state: a complete title may have expired. */
enum {
  PLAYHEAD_RIGHTS_NONE = 0, /* not known yet */
  PLAYHEAD_RIGHTS_VALID = 1,
  PLAYHEAD_RIGHTS_EXPIRING = 2,        /* ends within a day, or its licence is due for renewal */
  PLAYHEAD_RIGHTS_RENEWING = 3,        /* asked for; what was valid still is */
  PLAYHEAD_RIGHTS_EXPIRED = 4,         /* unplayable, its keys destroyed; see _renew */
  PLAYHEAD_RIGHTS_DENIED = 5,          /* not renewed; what was valid still is until it ends */
  PLAYHEAD_RIGHTS_CONTACT_NEEDED = 6,  /* the service was not heard of for too long */
  PLAYHEAD_RIGHTS_CLOCK_UNTRUSTED = 7, /* the clock was set back: the service has to be asked */
  PLAYHEAD_RIGHTS_TAMPERED = 8         /* not what was written, or another device's */
};

enum { PLAYHEAD_DOWNLOAD_ID_BYTES = 32 }; /* the id of any download fits, with its zero byte */

/* What to download. Lists are words with spaces between them, at most 64. */
typedef struct playhead_download_request {
  uint32_t struct_size;
  int32_t priority;       /* higher first; among equals in the order they were added */
  const char* title_id;   /* of the service; copied. NULL or empty: url is downloaded */
  const char* url;        /* http or https: any HLS or DASH manifest, or a media file; copied */
  const char* profile_id; /* of the service; copied; NULL: none */
  /* BCP 47; copied. NULL or empty: what a player would choose. "*": all there are. */
  const char* audio_languages;
  const char* text_languages;
  /* "av1", "hevc", "vp9", "h264", best first; copied. NULL or empty: by device and free storage. */
  const char* video_codecs;
  const char* app_data;    /* given back as it is; at most 4 KiB; copied; NULL: none */
  int64_t max_bitrate_bps; /* of the picture; 0: no limit */
  int64_t from_us, to_us;  /* only that part of the title; 0: from its beginning, to its end */
  int32_t max_height;      /* of the picture; 0: by free storage */
  int32_t no_thumbnails;   /* 1: without them */
} playhead_download_request;
#define PLAYHEAD_DOWNLOAD_REQUEST_INIT PLAYHEAD_SIZED(playhead_download_request)

/* How one download stands. Strings are never NULL, and live as long as the list, or as the call of
 * the listener. */
typedef struct playhead_download {
  uint32_t struct_size;
  int32_t state; /* PLAYHEAD_DOWNLOAD_… */
  const char* id;
  const playhead_download_request* request; /* as it was added; never NULL */
  int32_t waits_for;                        /* PLAYHEAD_WAIT_… */
  int32_t rights;                           /* PLAYHEAD_RIGHTS_… */
  int64_t bytes_done;                       /* on disk */
  /* Estimated by declared bitrates until all sizes are known; 0: not known. */
  int64_t bytes_total;
  int64_t bytes_per_second;  /* over the last seconds; 0 while nothing comes */
  int64_t time_left_us;      /* see has_time_left */
  int64_t duration_us;       /* of the title; 0: not known */
  int64_t playable_until_us; /* from its beginning, without a network */
  int32_t is_total_exact;
  int32_t has_time_left;
  int32_t width, height; /* of the picture chosen; 0: not known yet */
  const char* video_codec;
  /* Microseconds since 1970 by the service's clock, the earliest of all rules; see has_expires_at.
   */
  int64_t expires_at_us;
  int64_t added_at_us; /* microseconds since 1970 */
  int32_t has_expires_at;
  /* Why it FAILED, or the last reason of a WAITING one; error_code 0: nothing went wrong. */
  int32_t error_code;     /* PLAYHEAD_ERROR_… */
  int32_t error_severity; /* PLAYHEAD_SEVERITY_… */
  int32_t error_detail;   /* HTTP status, errno, libcurl or FFmpeg code, by error_code's range */
  int32_t is_retryable;   /* 1: the same may succeed later */
  int32_t next_action;    /* PLAYHEAD_NEXT_… */
  const char* error_name; /* "HTTP_STATUS"; "" without an error, as the next two */
  const char* error_context;
  const char* message; /* the error as one sentence for a person */
} playhead_download;
#define PLAYHEAD_DOWNLOAD_INIT PLAYHEAD_SIZED(playhead_download)

/* How downloads stood at one moment; never changes. */
typedef struct playhead_download_list playhead_download_list;

/* Read a list. Thread: any. Block: no.
 * list          borrowed until return; NULL counts as empty.
 * out_download  filled as far as its struct_size says.
 * _get returns 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT (also for an index that is not there). */
PLAYHEAD_API int32_t playhead_download_list_count(const playhead_download_list* list)
    PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status
playhead_download_list_get(const playhead_download_list* list, int32_t index,
                           playhead_download* out_download) PLAYHEAD_NOEXCEPT;
/* list: transferred; NULL does nothing. Thread: any, also from callbacks. */
PLAYHEAD_API void playhead_download_list_release(playhead_download_list* list) PLAYHEAD_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif

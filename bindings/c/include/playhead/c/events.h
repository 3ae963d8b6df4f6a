/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a player reports; include <playhead/playhead.h>. */

#include "playhead/c/base.h"
#include "playhead/c/cues.h"

#ifdef __cplusplus
extern "C" {
#endif

/* States of a player, PLAYHEAD_STATE_…: */
enum {
  PLAYHEAD_STATE_IDLE = 0,      /* nothing loaded */
  PLAYHEAD_STATE_LOADING = 1,   /* control plane and manifest */
  PLAYHEAD_STATE_BUFFERING = 2, /* before the first play, and after a seek that left the buffer */
  PLAYHEAD_STATE_PLAYING = 3,
  PLAYHEAD_STATE_PAUSED = 4,
  PLAYHEAD_STATE_REBUFFERING = 5, /* the buffer ran empty while playing */
  PLAYHEAD_STATE_ENDED = 6,
  PLAYHEAD_STATE_FAILED = 7, /* see the FAILED event; loading works again */
  /* Key frames pass quickly, without sound: playhead_player_trick_play. Neither play time nor a
   * stall. */
  PLAYHEAD_STATE_TRICK_PLAY = 8,
  PLAYHEAD_STATE_SCRUBBING = 9 /* playhead_player_scrub; playback stands where it was */
};

/* Why the picture's Representation is what it is, PLAYHEAD_SWITCH_…: */
enum {
  PLAYHEAD_SWITCH_INITIAL = 0,
  PLAYHEAD_SWITCH_THROUGHPUT = 1,
  PLAYHEAD_SWITCH_BUFFER = 2,
  PLAYHEAD_SWITCH_MANUAL = 3,
  PLAYHEAD_SWITCH_PERIOD = 4, /* a new Period of the title; not counted as a switch */
  PLAYHEAD_SWITCH_FAILURE = 5,
  PLAYHEAD_SWITCH_LIMIT = 6 /* the one before may not be chosen any more, see PLAYHEAD_LIMIT_… */
};

/* How bad an error is, PLAYHEAD_SEVERITY_…: */
enum {
  PLAYHEAD_SEVERITY_RECOVERABLE = 0, /* retried, or another Representation is tried */
  PLAYHEAD_SEVERITY_FATAL = 1        /* ends the operation it is reported for */
};

/* Quality of experience of one play, from load to now or its end. */
typedef struct playhead_qoe {
  uint32_t struct_size;
  int32_t has_startup;      /* 1 when a first frame was shown */
  int64_t startup_us;       /* load to first frame */
  int64_t play_time_us;     /* time spent in the state PLAYING */
  int64_t rebuffer_time_us; /* time spent in the state REBUFFERING */
  /* Declared bitrate of the video shown, weighted by play time; 0 when none is declared. */
  int64_t mean_bitrate_bps;
  int32_t rebuffer_count;
  int32_t switches;       /* changes of the Representation shown, within a Period */
  int64_t dropped_frames; /* decoded too late to be shown */
  int64_t shown_frames;
  int64_t bytes;         /* body bytes received, manifests included */
  int64_t start_wait_us; /* first frame to the moment playback first ran */
  /* When the steps before the first frame were done, since load. -1: not done (yet), or not needed;
   * 0: playhead_player_prepare had done it before. */
  int64_t session_us;    /* the service has answered; a plain URL needs none */
  int64_t manifest_us;   /* the manifest is read */
  int64_t license_us;    /* the first DRM licence is there */
  int64_t first_byte_us; /* of an init segment or segment */
  int64_t startup_bytes; /* body bytes received up to the first frame */
  /* Of `bytes`, those of pictures and sound that were never played and never will be: transfers
   * given up, segments replaced, thrown away by seeks; in the summary of a play also what was
   * still buffered. */
  int64_t wasted_bytes;
  int32_t is_offline; /* 1: a download was played, and `bytes` came from the disk */
  int32_t errors;     /* WARNING and FAILED events */
  /* Of the time playback was wanted once it had begun, what was spent in the state REBUFFERING;
   * 0 to 1. */
  double rebuffer_ratio;
} playhead_qoe;
#define PLAYHEAD_QOE_INIT PLAYHEAD_SIZED(playhead_qoe)

/* Kinds of event, PLAYHEAD_EVENT_…, each with the members of playhead_event it sets: */
enum {
  PLAYHEAD_EVENT_NONE = 0,
  PLAYHEAD_EVENT_LOAD_STARTED = 1, /* title_id, url, is_next */
  /* url; target_us: the saved position; with PLAYHEAD_START_SESSION: goes_on: 1 with a session the
   * service knew of this device, id: the device where the title plays as well ("" none) */
  PLAYHEAD_EVENT_SESSION_STARTED = 2,
  /* The title's length and Representations are known. url, elapsed_us since load, has_duration,
   * duration_us, video_representations, audio_tracks, text_tracks; position_us: where playback
   * begins, which is 0 for a title whose saved position is at its end */
  PLAYHEAD_EVENT_MANIFEST_LOADED = 3,
  PLAYHEAD_EVENT_FIRST_FRAME = 4,   /* elapsed_us since load, width, height; qoe: of the start */
  PLAYHEAD_EVENT_STATE_CHANGED = 5, /* from_state, to_state */
  /* bitrate_bps (0 when no manifest declares it), width, height, id, reason */
  PLAYHEAD_EVENT_REPRESENTATION_CHANGED = 6,
  /* track, url, bytes, elapsed_us from request to last byte, number, target_us: media start */
  PLAYHEAD_EVENT_SEGMENT_LOADED = 7,
  PLAYHEAD_EVENT_SEEK_STARTED = 8, /* target_us, user_tag */
  PLAYHEAD_EVENT_SEEK_DONE = 9,    /* target_us: where it landed, user_tag, elapsed_us */
  /* title_id, target_us: the position saved. That of a stop may come after the SUMMARY. */
  PLAYHEAD_EVENT_PROGRESS_SENT = 10,
  PLAYHEAD_EVENT_ENDED = 11, /* goes_on */
  /* A WARNING was recovered from or is being retried; FAILED ends the play. Both: error_code,
   * error_severity, error_detail, error_name, error_context, message */
  PLAYHEAD_EVENT_WARNING = 12,
  PLAYHEAD_EVENT_FAILED = 13,
  PLAYHEAD_EVENT_SUMMARY = 14, /* qoe */
  /* count: so many were lost, because 1024 were left unread. From then on SEGMENT_LOADED,
   * PROGRESS_SENT, WARNING and TIMED_METADATA are not kept; of every other type the oldest goes
   * when one more comes, and changes of a state or rate become one; ENDED, FAILED and SUMMARY
   * always stay. Of THUMBNAIL 16 wait at most. */
  PLAYHEAD_EVENT_EVENTS_DROPPED = 15,
  /* Playback went on elsewhere without being told to: from_us, target_us, reason: PLAYHEAD_JUMP_…
   */
  PLAYHEAD_EVENT_POSITION_JUMPED = 16,
  /* cues: the text on screen from position_us on, all of it; none when it is empty */
  PLAYHEAD_EVENT_CUES_CHANGED = 17,
  /* metadata: playback has reached the start of an event of the title, or begins within one */
  PLAYHEAD_EVENT_TIMED_METADATA = 18,
  /* Trick play has begun, goes at another rate, or is over: from_rate, to_rate; 0: none */
  PLAYHEAD_EVENT_RATE_CHANGED = 19,
  /* Answers playhead_player_request_thumbnail: user_tag, thumbnail; without one: error_code,
   * error_severity, error_detail, error_name, error_context, message */
  PLAYHEAD_EVENT_THUMBNAIL = 20,
  /* A DRM system, or one of its levels, failed, and another is tried. id: which, as "name/level"
   * ("" none is left); error_code and the other error members: why */
  PLAYHEAD_EVENT_DRM_FELL_BACK = 21,
  /* Which pictures the DRM of the title lets through. count: the level, 1000, 2000 or 3000; number:
   * the one before; height: of the tallest pictures that are shown, 0: all; reason: what that comes
   * from, PLAYHEAD_PICTURE_RULE_… */
  PLAYHEAD_EVENT_SECURITY_LEVEL = 22
};

/* One picture of an image of thumbnails. */
typedef struct playhead_thumbnail {
  uint32_t struct_size;
  int32_t reserved;  /* 0 */
  const void* image; /* a whole file as the service has it: JPEG, PNG ...; never NULL */
  uint64_t image_bytes;
  uint64_t image_id; /* equal within a play: the same image, which needs decoding but once */
  /* Where in the image the picture is, pixels. width 0: nobody knows; the picture is then that
   * column and row of a grid of equal pictures. */
  int32_t x, y, width, height;
  int32_t column, row, columns, rows;
  int64_t start_us, duration_us; /* what it stands for */
} playhead_thumbnail;
#define PLAYHEAD_THUMBNAIL_INIT PLAYHEAD_SIZED(playhead_thumbnail)

enum {
  PLAYHEAD_JUMP_BEHIND_WINDOW = 0, /* the live title no longer kept what was there */
  PLAYHEAD_JUMP_GAP = 1            /* the title has nothing there */
};

enum {
  PLAYHEAD_PICTURE_RULE_LEVEL = 0,   /* the security level of the DRM system */
  PLAYHEAD_PICTURE_RULE_LICENSE = 1, /* the licence service's word */
  PLAYHEAD_PICTURE_RULE_DISPLAY = 2  /* the output protects less than the system's level needs */
};

/* One event. Members that its type does not name are 0, and strings "" (never NULL once an event
 * was taken). Every pointer is borrowed until next call of playhead_player_next_event on the same
 * player, or its end. */
typedef struct playhead_event {
  uint32_t struct_size;
  int32_t type;        /* PLAYHEAD_EVENT_… */
  int64_t time_us;     /* when it happened, on the clock of playhead_player_now_us */
  int64_t position_us; /* where playback stood */

  const char* title_id;
  const char* url; /* without secrets */
  const char* id;  /* of a Representation */
  int64_t target_us;
  int64_t elapsed_us;
  int64_t duration_us;
  int64_t bitrate_bps;
  int64_t bytes;
  int64_t count;
  uint64_t number;
  uint64_t user_tag;
  int32_t has_duration;
  int32_t video_representations;
  int32_t audio_tracks;
  int32_t text_tracks;
  int32_t width, height;
  int32_t from_state, to_state; /* PLAYHEAD_STATE_… */
  int32_t reason;               /* PLAYHEAD_SWITCH_…, _JUMP_…, _PICTURE_RULE_… */
  int32_t track;                /* PLAYHEAD_TRACK_… */

  int32_t error_code;     /* PLAYHEAD_ERROR_… */
  int32_t error_severity; /* PLAYHEAD_SEVERITY_… */
  int32_t error_detail;   /* HTTP status, errno, libcurl or FFmpeg code, by error_code's range */
  int32_t reserved;       /* 0 */
  const char* error_name; /* "HTTP_STATUS" */
  const char* error_context;
  const char* message; /* the error as one sentence for a person */

  const playhead_qoe* qoe; /* NULL but in a FIRST_FRAME and a SUMMARY */
  int64_t from_us;
  const playhead_cues* cues;         /* NULL but in a CUES_CHANGED */
  const playhead_metadata* metadata; /* NULL but in a TIMED_METADATA */
  int32_t from_rate, to_rate;
  const playhead_thumbnail* thumbnail; /* NULL but in a THUMBNAIL that has one */
  /* 1: the title follows another, as playhead_player_set_next or _play_next asked for */
  int32_t is_next;
  /* 1: what playhead_player_set_next named follows by itself: its LOAD_STARTED comes after this
   * play's SUMMARY, and a STATE_CHANGED only where the state is another than before */
  int32_t goes_on;
} playhead_event;
#define PLAYHEAD_EVENT_INIT PLAYHEAD_SIZED(playhead_event)

/* Tells the app that an event waits. */
typedef struct playhead_wakeup {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. Called when an event was queued while none was waiting, on a thread that all players
   * of the client share for it: one that takes its time delays the others, which a WARNING with
   * PLAYHEAD_ERROR_CALLBACK_SLOW tells, and neither playback nor sound. May call the library, and
   * destroy its player. */
  void (*wake)(void* user);
} playhead_wakeup;
#define PLAYHEAD_WAKEUP_INIT PLAYHEAD_SIZED(playhead_wakeup)

#ifdef __cplusplus
} /* extern "C" */
#endif

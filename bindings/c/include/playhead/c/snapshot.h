/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* How a player stands at one moment; include <playhead/playhead.h>. */

#include "playhead/c/player.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How things stood at one moment; never changes. */
typedef struct playhead_snapshot playhead_snapshot;

typedef struct playhead_player_status {
  uint32_t struct_size;
  int32_t state;     /* PLAYHEAD_STATE_… */
  int32_t is_paused; /* 1: the user wants a pause, also while buffering */
  int32_t has_duration;
  int64_t position_us; /* at the moment of the snapshot */
  int64_t duration_us;
  double speed;
  double volume;
  int64_t video_buffer_us, audio_buffer_us; /* media ahead of the position */
  int64_t buffered_bytes;
  int64_t throughput_bps; /* estimate; 0: unknown */
  /* The Representation on screen: */
  int64_t shown_bitrate_bps;
  int32_t shown_width, shown_height;
  const char* shown_id; /* borrowed as long as the snapshot lives */
  int32_t is_auto_bitrate;
  int32_t representation_count;
  int32_t track_count;
  int32_t trick_rate;     /* of playhead_player_trick_play; 0: none */
  int32_t has_thumbnails; /* 1: at the position, see playhead_player_request_thumbnail */
  int32_t reserved;       /* 0 */
} playhead_player_status;
#define PLAYHEAD_PLAYER_STATUS_INIT PLAYHEAD_SIZED(playhead_player_status)

/* Why the automatic choice leaves a Representation out, the first that applies,
 * PLAYHEAD_LIMIT_…: */
enum {
  PLAYHEAD_LIMIT_NONE = 0,           /* it may be chosen */
  PLAYHEAD_LIMIT_CODEC = 1,          /* nothing here decodes it */
  PLAYHEAD_LIMIT_SECURITY = 2,       /* the DRM's security level is too low */
  PLAYHEAD_LIMIT_HDCP = 3,           /* the output is not protected enough */
  PLAYHEAD_LIMIT_MANUAL = 4,         /* the viewer chose another one */
  PLAYHEAD_LIMIT_HARDWARE = 5,       /* only hardware decoding is wanted */
  PLAYHEAD_LIMIT_BITRATE = 6,        /* above max_bitrate_bps */
  PLAYHEAD_LIMIT_HEIGHT = 7,         /* above max_height */
  PLAYHEAD_LIMIT_DATA_SAVER = 8,     /* above data_saver_bitrate_bps */
  PLAYHEAD_LIMIT_VIEWPORT = 9,       /* more pixels than the view can show */
  PLAYHEAD_LIMIT_DROPPED_FRAMES = 10, /* this device has dropped its frames lately; ends by itself */
  PLAYHEAD_LIMIT_MEMORY = 11         /* too few seconds of it fit in the memory there is */
};

/* A picture quality the user can choose. Strings are borrowed as long as the snapshot lives. */
typedef struct playhead_representation {
  uint32_t struct_size;
  int32_t is_selected; /* 1: being fetched */
  const char* id;
  const char* codecs;
  int64_t bitrate_bps;
  int32_t width, height;
  int32_t limit;    /* PLAYHEAD_LIMIT_…: why the last automatic choice left it out */
  int32_t reserved; /* 0 */
} playhead_representation;
#define PLAYHEAD_REPRESENTATION_INIT PLAYHEAD_SIZED(playhead_representation)

/* A sound or text track the user can choose. Strings are borrowed as long as the snapshot lives. */
typedef struct playhead_track {
  uint32_t struct_size;
  int32_t kind; /* PLAYHEAD_TRACK_… */
  const char* id;
  const char *language, *label, *codecs;
  int64_t bitrate_bps; /* of its lowest Representation */
  int32_t channels;
  int32_t is_selected;
  int32_t is_forced;  /* text for those who want none: signs, foreign talk */
  int32_t is_caption; /* text inside the pictures (CEA-608) */
} playhead_track;
#define PLAYHEAD_TRACK_INIT PLAYHEAD_SIZED(playhead_track)

/* Where a live title stands. */
typedef struct playhead_live {
  uint32_t struct_size;
  int32_t is_live; /* 0: the title is complete, or not known yet; the rest is 0 then */
  /* What can be seeked to: the oldest moment kept, and the newest. */
  int64_t window_start_us, window_end_us;
  int64_t offset_us;        /* how far the position is behind the live edge */
  int64_t target_offset_us; /* where the library wants it; grows after trouble, shrinks again */
  double correction;        /* speed by which it is being corrected; 1: it is not */
  int64_t date_us;          /* of the position, microseconds since 1970; see has_date */
  int32_t has_date;         /* 1: the title tells dates */
  int32_t reserved;         /* 0 */
} playhead_live;
#define PLAYHEAD_LIVE_INIT PLAYHEAD_SIZED(playhead_live)

/* Takes a snapshot. Thread: any, not from a callback. Blocks: no.
 * player        borrowed until return.
 * out_snapshot  yours: free with playhead_snapshot_release; may outlive the player.
 * Returns 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_player_snapshot(
    const playhead_player* player, playhead_snapshot** out_snapshot) PLAYHEAD_NOEXCEPT;
/* snapshot: transferred; NULL does nothing. Thread: any. */
PLAYHEAD_API void playhead_snapshot_release(playhead_snapshot* snapshot) PLAYHEAD_NOEXCEPT;

/* Read a snapshot; the out-struct is filled as far as its struct_size says. Thread: any.
 * Return 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT (also for an index that is not there). */
PLAYHEAD_API playhead_status playhead_snapshot_get_status(
    const playhead_snapshot* snapshot, playhead_player_status* out_status) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_snapshot_get_qoe(const playhead_snapshot* snapshot,
                                                       playhead_qoe* out_qoe) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_snapshot_get_live(const playhead_snapshot* snapshot,
                                                        playhead_live* out_live) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status
playhead_snapshot_get_representation(const playhead_snapshot* snapshot, int32_t index,
                                     playhead_representation* out_representation) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_snapshot_get_track(
    const playhead_snapshot* snapshot, int32_t index, playhead_track* out_track) PLAYHEAD_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif

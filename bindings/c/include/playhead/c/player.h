/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The player: plays one title at a time; include <playhead/playhead.h>.
 * Commands return at once and take effect in order on the player's own thread. */

#include "playhead/c/base.h"
#include "playhead/c/client.h"
#include "playhead/c/events.h"
#include "playhead/c/sinks.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct playhead_player playhead_player;

typedef struct playhead_player_config {
  uint32_t struct_size;
  int32_t max_height; /* caps the automatic choice; 0: none */
  /* Where pictures go; copied. NULL: they are decoded and timed, and shown nowhere. */
  const playhead_video_sink* video;
  /* Where sound goes; copied. NULL: silence by the monotonic clock. */
  const playhead_audio_sink* audio;
  /* Position reports per true play time, 1 s..60 s; 0: 4 s. */
  int64_t progress_interval_us;
  int64_t max_bitrate_bps;    /* caps the automatic choice; 0: none */
  const char* audio_language; /* BCP 47; copied; NULL: the manifest's default */
  /* Media needed before playback starts (0: 1 s) and after the buffer ran empty (0: 2 s). */
  int64_t buffer_start_us;
  int64_t buffer_after_rebuffer_us;
  /* Media fetched ahead (0: 30 s) and kept behind the position (0: 10 s). */
  int64_t buffer_target_us;
  int64_t buffer_back_us;
  /* Encoded bytes held, all tracks; wins over the target. 0: 96 MiB. */
  int64_t buffer_max_bytes;
} playhead_player_config;
#define PLAYHEAD_PLAYER_CONFIG_INIT PLAYHEAD_SIZED(playhead_player_config)

/* What to play: a title of the service, or the URL of any manifest. */
typedef struct playhead_source {
  uint32_t struct_size;
  int32_t has_start;    /* 1: start_us overrides the saved position */
  const char* title_id; /* copied; NULL or empty: url is played */
  const char* url;      /* copied */
  int64_t start_us;
  int32_t start_paused; /* 1: shows the first frame and waits for playhead_player_play */
  int32_t reserved;     /* 0 */
} playhead_source;
#define PLAYHEAD_SOURCE_INIT PLAYHEAD_SIZED(playhead_source)

/* Makes a player with a thread of its own. Thread: any. Blocks: no.
 * client      borrowed until return; the player keeps what it needs of it alive.
 * config      borrowed until return; NULL: all defaults, no sinks.
 * out_player  yours: free with playhead_player_destroy; NULL after a failure.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT. The client's log sink hears the reason. */
PLAYHEAD_API playhead_status playhead_player_create(playhead_client* client,
                                                    const playhead_player_config* config,
                                                    playhead_player** out_player) PLAYHEAD_NOEXCEPT;

/* Ends the play, saves the position, frees the player. Thread: any, not from a callback. Blocks:
 * until its threads have ended. A call waiting in playhead_player_next_event on another thread
 * returns -PLAYHEAD_ERROR_CLOSED first.
 * player  transferred; NULL does nothing. */
PLAYHEAD_API void playhead_player_destroy(playhead_player* player) PLAYHEAD_NOEXCEPT;

/* The commands. Thread: any, not from a callback. Block: no. `player` is borrowed until return.
 * Return 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT; later failures arrive as events. */

/* Ends what plays and starts this. source: borrowed until return. */
PLAYHEAD_API playhead_status playhead_player_load(playhead_player* player,
                                                  const playhead_source* source) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_player_play(playhead_player* player) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_player_pause(playhead_player* player) PLAYHEAD_NOEXCEPT;
/* Shows exactly the frame at position_us, clamped to the title. user_tag comes back in the
 * PLAYHEAD_EVENT_SEEK_DONE that answers this call. */
PLAYHEAD_API playhead_status playhead_player_seek(playhead_player* player, int64_t position_us,
                                                  uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* 0.5..2, clamped; the pitch is kept. NaN is refused. */
PLAYHEAD_API playhead_status playhead_player_set_speed(playhead_player* player,
                                                       double speed) PLAYHEAD_NOEXCEPT;
/* 0..1, clamped. NaN is refused. */
PLAYHEAD_API playhead_status playhead_player_set_volume(playhead_player* player,
                                                        double volume) PLAYHEAD_NOEXCEPT;
/* id: of a playhead_representation, copied; NULL or empty: the library chooses. */
PLAYHEAD_API playhead_status
playhead_player_select_representation(playhead_player* player, const char* id) PLAYHEAD_NOEXCEPT;
/* id: of an audio playhead_track, copied; an unknown one is answered by a WARNING. */
PLAYHEAD_API playhead_status playhead_player_select_audio(playhead_player* player,
                                                          const char* id) PLAYHEAD_NOEXCEPT;
/* Ends the play and saves the position; a SUMMARY event follows. */
PLAYHEAD_API playhead_status playhead_player_stop(playhead_player* player) PLAYHEAD_NOEXCEPT;

/* Takes the oldest event. Thread: any, one at a time, not from a callback. Blocks: until there is
 * an event, at most timeout_ms; 0 never, negative without limit.
 * player     borrowed until return.
 * out_event  filled as far as its struct_size says; type is PLAYHEAD_EVENT_NONE when nothing came.
 * Returns 0, -PLAYHEAD_ERROR_TIMED_OUT, -PLAYHEAD_ERROR_CLOSED, -PLAYHEAD_ERROR_INVALID_ARGUMENT.
 */
PLAYHEAD_API playhead_status playhead_player_next_event(
    playhead_player* player, int32_t timeout_ms, playhead_event* out_event) PLAYHEAD_NOEXCEPT;

/* Replaces the wake-up; NULL removes it. The previous one is no longer called once this returns.
 * Thread: any, not from a callback. Blocks: while a call of the previous one runs.
 * wakeup  copied. Returns 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_player_set_wakeup(
    playhead_player* player, const playhead_wakeup* wakeup) PLAYHEAD_NOEXCEPT;

/* The monotonic clock of events, microseconds; its zero means nothing. 0 for NULL. Thread: any. */
PLAYHEAD_API int64_t playhead_player_now_us(const playhead_player* player) PLAYHEAD_NOEXCEPT;

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
  int32_t reserved; /* 0 */
} playhead_player_status;
#define PLAYHEAD_PLAYER_STATUS_INIT PLAYHEAD_SIZED(playhead_player_status)

/* A picture quality the user can choose. Strings are borrowed as long as the snapshot lives. */
typedef struct playhead_representation {
  uint32_t struct_size;
  int32_t is_selected; /* 1: being fetched */
  const char* id;
  const char* codecs;
  int64_t bitrate_bps;
  int32_t width, height;
} playhead_representation;
#define PLAYHEAD_REPRESENTATION_INIT PLAYHEAD_SIZED(playhead_representation)

/* A sound or text track the user can choose. Strings are borrowed as long as the snapshot lives. */
typedef struct playhead_track {
  uint32_t struct_size;
  int32_t kind; /* PLAYHEAD_TRACK_… */
  const char* id;
  const char* language;
  const char* label;
  const char* codecs;
  int64_t bitrate_bps; /* of its lowest Representation */
  int32_t channels;
  int32_t is_selected;
} playhead_track;
#define PLAYHEAD_TRACK_INIT PLAYHEAD_SIZED(playhead_track)

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
PLAYHEAD_API playhead_status
playhead_snapshot_get_representation(const playhead_snapshot* snapshot, int32_t index,
                                     playhead_representation* out_representation) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_snapshot_get_track(
    const playhead_snapshot* snapshot, int32_t index, playhead_track* out_track) PLAYHEAD_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Where pictures and sound go: supplied by the app; include <playhead/playhead.h>.
 * Every callback here comes from the player's engine thread and must return within a millisecond
 * or two: hand over and go. One that takes 500 ms is told by a WARNING with
 * PLAYHEAD_ERROR_CALLBACK_SLOW. */

#include "playhead/c/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Layouts of the planes of a picture, PLAYHEAD_PIXEL_FORMAT_…: */
enum {
  PLAYHEAD_PIXEL_FORMAT_I420 = 0, /* Y, U, V; chroma halved both ways, rounded up */
  PLAYHEAD_PIXEL_FORMAT_NV12 = 1, /* Y, then U and V interleaved */
  /* No planes: what the app's own decoder gave (playhead/c/decoders.h), for the app's sink to know. */
  PLAYHEAD_PIXEL_FORMAT_OPAQUE = 2
};

/* A decoded picture, counted by reference; its pixels never change. */
typedef struct playhead_frame playhead_frame;

typedef struct playhead_frame_info {
  uint32_t struct_size;
  int32_t format;           /* PLAYHEAD_PIXEL_FORMAT_… */
  int64_t time_us;          /* when it is shown, on the presentation timeline */
  int64_t duration_us;      /* 0 when unknown */
  int32_t width, height;    /* visible pixels */
  int32_t sar_num, sar_den; /* width of a pixel over its height; never 0 */
  const uint8_t* planes[3]; /* valid as long as a reference to the frame is held */
  int32_t strides[3];       /* bytes from one row to the next */
  /* Of PLAYHEAD_PIXEL_FORMAT_OPAQUE: playhead_decoded_frame::app_frame, not released as long as a
   * reference to the frame is held; else NULL. */
  void* app_frame;
} playhead_frame_info;
#define PLAYHEAD_FRAME_INFO_INIT PLAYHEAD_SIZED(playhead_frame_info)

/* Describes a frame. Thread: any, also from callbacks.
 * frame  borrowed until return.
 * info   filled as far as its struct_size says.
 * Returns 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_frame_get_info(const playhead_frame* frame,
                                                     playhead_frame_info* info) PLAYHEAD_NOEXCEPT;
/* Adds a reference and returns the same frame; yours: free with playhead_frame_release. Frames may
 * outlive their player. NULL gives NULL. Thread: any, also from callbacks. */
PLAYHEAD_API playhead_frame* playhead_frame_retain(playhead_frame* frame) PLAYHEAD_NOEXCEPT;
/* Gives one reference back; NULL does nothing. Thread: any, also from callbacks. */
PLAYHEAD_API void playhead_frame_release(playhead_frame* frame) PLAYHEAD_NOEXCEPT;

typedef struct playhead_video_sink {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. Show this frame now; it stays until the next one. `frame` is borrowed until return;
   * retain it to keep it. */
  void (*show)(void* user, playhead_frame* frame);
  /* The picture on screen no longer belongs to the title. May be NULL. */
  void (*clear)(void* user);
} playhead_video_sink;
#define PLAYHEAD_VIDEO_SINK_INIT PLAYHEAD_SIZED(playhead_video_sink)

/* Interleaved 32-bit float samples in [-1, 1]. */
typedef struct playhead_audio_format {
  uint32_t struct_size;
  int32_t sample_rate; /* Hz, 8000..192000 */
  int32_t channels;    /* 1..8 */
} playhead_audio_format;
#define PLAYHEAD_AUDIO_FORMAT_INIT PLAYHEAD_SIZED(playhead_audio_format)

/* Sound out. All callbacks but destroy are required. */
typedef struct playhead_audio_sink {
  uint32_t struct_size;
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Opens the device near `wanted` and puts what it takes into `opened` (preset to `wanted`).
   * Called before any write. Anything but 0 means that there is no sound device; the title then
   * plays without sound, after a WARNING with PLAYHEAD_ERROR_AUDIO_OUTPUT. */
  playhead_status (*open)(void* user, const playhead_audio_format* wanted,
                          playhead_audio_format* opened);
  void (*close)(void* user);
  /* Queues `frames` interleaved frames; `samples` is borrowed until return. */
  void (*write)(void* user, const float* samples, int64_t frames);
  /* Frames heard since open or the last flush by the device's own clock, its latency taken off.
   * Never decreases between flushes. This is the clock that pictures follow: a device that stands
   * still for 2 s though it has frames to play is closed, and the title plays on without sound,
   * after a WARNING with PLAYHEAD_ERROR_AUDIO_OUTPUT. `now_us` is on the clock of
   * playhead_player_now_us. */
  int64_t (*frames_played)(void* user, int64_t now_us);
  /* A sink is paused after open and after flush. */
  void (*pause)(void* user);
  void (*resume)(void* user);
  /* Drops what is queued and restarts the count at 0. */
  void (*flush)(void* user);
  void (*set_volume)(void* user, double volume); /* 0..1, linear */
} playhead_audio_sink;
#define PLAYHEAD_AUDIO_SINK_INIT PLAYHEAD_SIZED(playhead_audio_sink)

#ifdef __cplusplus
} /* extern "C" */
#endif

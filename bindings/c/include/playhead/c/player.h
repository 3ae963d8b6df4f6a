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

/* What the automatic choice of the picture is after, PLAYHEAD_PRESET_…: */
enum {
  PLAYHEAD_PRESET_VOD = 0,         /* minutes of buffer, the end is known */
  PLAYHEAD_PRESET_LIVE = 1,        /* 10 to 30 s of buffer, no end */
  PLAYHEAD_PRESET_LOW_LATENCY = 2, /* 1 to 4 s of buffer */
  PLAYHEAD_PRESET_DATA_SAVER = 3,  /* content with the middle of what is offered */
  PLAYHEAD_PRESET_MAX_QUALITY = 4  /* accepts more stalls and switches for the best picture */
};

/* What happens when a live title no longer keeps what is at the position, PLAYHEAD_BEHIND_…: */
enum {
  PLAYHEAD_BEHIND_JUMP_LIVE = 0,   /* goes on at the live edge */
  PLAYHEAD_BEHIND_JUMP_OLDEST = 1, /* goes on at the oldest moment there is */
  PLAYHEAD_BEHIND_STOP = 2         /* ends with PLAYHEAD_ERROR_BEHIND_LIVE_WINDOW */
};

/* How requests for manifests, segments, keys and text tell a CDN about the play (CMCD version 1,
 * CTA-5004): the title's id and a random one of the play; PLAYHEAD_CMCD_…: */
enum {
  PLAYHEAD_CMCD_OFF = 0,
  PLAYHEAD_CMCD_QUERY = 1,  /* an argument of the URL: caches have to leave it out of their keys */
  PLAYHEAD_CMCD_HEADERS = 2 /* four request headers */
};

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
  /* Media needed before playback starts and after the buffer ran empty; 0, here and below: what the
   * preset says, for PLAYHEAD_PRESET_VOD 1 s and 2 s. */
  int64_t buffer_start_us;
  int64_t buffer_after_rebuffer_us;
  /* Media fetched ahead (30 s) and kept behind the position (10 s). */
  int64_t buffer_target_us;
  int64_t buffer_back_us;
  /* Encoded bytes held, all tracks; wins over those two (96 MiB). */
  int64_t buffer_max_bytes;
  int32_t preset; /* PLAYHEAD_PRESET_… */
  /* Live titles: */
  int32_t behind_window; /* PLAYHEAD_BEHIND_… */
  /* How far behind the live edge; 0: what the title asks for. Nearer: fresher, stalls sooner. */
  int64_t live_offset_us;
  /* Speeds by which that is corrected, 0.5..1 and 1..2; 0: 0.97 and 1.03; 1 and 1: it is not. */
  double live_min_speed, live_max_speed;
  int32_t no_low_latency; /* 1: whole segments only, at their distance */
  /* Wishes among sounds of one language; copied; NULL or 0: the manifest's default. */
  int32_t audio_channels;  /* 2, 6 …; the nearest below it, else the nearest above */
  const char* audio_role;  /* "main", "alternate", "commentary", "description", "dub" */
  const char* audio_codec; /* beginning of its RFC 6381 name: "ec-3", "mp4a.40" */
  const char* audio_label; /* as the manifest has it */
  /* Subtitles or captions to begin with: BCP 47; copied. NULL, or when the title has none of the
   * language: forced text alone, in the language of the sound. */
  const char* text_language;
  int32_t text_off;  /* 1: no text, forced text included, until playhead_player_select_text */
  int32_t reserved;  /* 0 */
  int32_t cmcd;      /* PLAYHEAD_CMCD_… */
  int32_t reserved2; /* 0 */
  /* Collector that is told what happens in plays (CMCD version 2, CTA-5004-B, event mode), http or
   * https; copied; NULL or empty: none. It gets batches of lines, without tokens, kept in memory
   * until it has them, 500 at most. One that answers 410 is told nothing more. */
  const char* cmcd_events_url;
  /* Between reports on how it goes, 1 s..1 h; 0: 30 s; negative: none. */
  int64_t cmcd_events_interval_us;
  int32_t cmcd_tells_responses; /* 1: every answer to a request for media is told as well (rr) */
  int32_t reserved3;            /* 0 */
} playhead_player_config;
#define PLAYHEAD_PLAYER_CONFIG_INIT PLAYHEAD_SIZED(playhead_player_config)

/* What the picture may not exceed. Zero: no such limit, unless said. All but hdcp_tenths are
 * wishes: they bind the automatic choice only, and where they leave nothing the smallest is taken.
 */
typedef struct playhead_limits {
  uint32_t struct_size;
  int32_t max_height;
  int64_t max_bitrate_bps;
  /* The view in layout units, and physical pixels in one of them (0: 1; up to 16). More pixels than
   * the view has are not fetched. */
  int32_t viewport_width, viewport_height;
  double pixel_ratio;
  /* 1: the network is metered, or the viewer saves data; at most data_saver_bitrate_bps then. */
  int32_t saves_data;
  /* HDCP version the output is protected with, in tenths: 22 is 2.2. 0: not known, no limit.
   * Negative: not protected. What a manifest withholds from such an output is never shown. */
  int32_t hdcp_tenths;
  int64_t data_saver_bitrate_bps; /* 0: 2 Mb/s */
} playhead_limits;
#define PLAYHEAD_LIMITS_INIT PLAYHEAD_SIZED(playhead_limits)

/* What to play: a download, a title of the service, or the URL of any manifest. */
typedef struct playhead_source {
  uint32_t struct_size;
  int32_t has_start;    /* 1: start_us overrides the saved position */
  const char* title_id; /* copied; NULL or empty: url is played */
  const char* url;      /* copied */
  int64_t start_us;
  int32_t start_paused; /* 1: shows the first frame and waits for playhead_player_play */
  int32_t reserved;     /* 0 */
  /* Of a download; copied. NULL or empty: title_id or url is played. What was downloaded is played,
   * no network is asked, and title_id and url name nothing. */
  const char* download_id;
  /* Whose play of title_id it is: a playhead_profile's; copied. NULL or empty: the profile chosen
   * by playhead_service_choose_profile, else the account's default one. */
  const char* profile_id;
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

/* Ends the play, saves the position, frees the player. A call waiting in playhead_player_next_event
 * on another thread returns -PLAYHEAD_ERROR_CLOSED. Thread: any, also from callbacks. Blocks: until
 * its threads have ended, and with them callbacks that run on other threads. From inside a sink of
 * the player, or another callback on its engine thread, it does not: the sound device is closed
 * before it returns (one whose open() this is: when that has returned), no other callback follows,
 * and the rest goes, the tables with it, when that callback has returned.
 * player  transferred; NULL does nothing. */
PLAYHEAD_API void playhead_player_destroy(playhead_player* player) PLAYHEAD_NOEXCEPT;

/* The commands. Thread: any, also from callbacks. Block: no. `player` is borrowed until return.
 * Return 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT or -PLAYHEAD_ERROR_INVALID_HANDLE; later failures
 * arrive as events. */

/* Gets ready what playhead_player_load of the same source (title_id or url, and start) will need:
 * the answer of the service, the manifest, and of each track the first second, which means its
 * first segment. Needs no sink, shows nothing, tells nothing: a failure means that loading begins
 * anew. Replaces what was prepared before; loading anything else, and playhead_player_stop, let go
 * of it. While something plays it is refused with a WARNING (PLAYHEAD_ERROR_INVALID_STATE): see
 * playhead_player_set_next. source: borrowed until return. */
PLAYHEAD_API playhead_status
playhead_player_prepare(playhead_player* player, const playhead_source* source) PLAYHEAD_NOEXCEPT;
/* Ends what plays and starts this; forgets what playhead_player_set_next named. source: borrowed
 * until return. */
PLAYHEAD_API playhead_status playhead_player_load(playhead_player* player,
                                                  const playhead_source* source) PLAYHEAD_NOEXCEPT;
/* What follows when the title that plays has ended, in the place of what was named before; source
 * NULL: nothing. Once all of that title is fetched this one is prepared, and it begins without a
 * gap in sound or pictures; what is not there in time is waited for, as startup of the new play.
 * Each is a play of its own: ENDED (goes_on) and SUMMARY of the one, LOAD_STARTED (is_next) and
 * what follows it of the other, each with its session and positions. Speed, volume, pause, limits
 * and languages go on. A next title that cannot be prepared is a WARNING, and is tried again at the
 * end, where it fails for good (FAILED); without a request (PLAYHEAD_ERROR_SERVER_BUSY) while a
 * Retry-After is in force, of a host or of the service, which playhead_player_load and _play_next
 * do not heed. After a play that FAILED or was over before this call nothing follows by itself:
 * playhead_player_play_next or _load does. Loading and stopping forget it. source: borrowed until
 * return. */
PLAYHEAD_API playhead_status
playhead_player_set_next(playhead_player* player, const playhead_source* source) PLAYHEAD_NOEXCEPT;
/* Ends what plays and goes on with what playhead_player_set_next named, from what is prepared of
 * it. With nothing named a WARNING (PLAYHEAD_ERROR_INVALID_STATE). */
PLAYHEAD_API playhead_status playhead_player_play_next(playhead_player* player) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_player_play(playhead_player* player) PLAYHEAD_NOEXCEPT;
PLAYHEAD_API playhead_status playhead_player_pause(playhead_player* player) PLAYHEAD_NOEXCEPT;
/* Shows exactly the frame at position_us, clamped to the title. user_tag comes back in the
 * PLAYHEAD_EVENT_SEEK_DONE that answers this call. */
PLAYHEAD_API playhead_status playhead_player_seek(playhead_player* player, int64_t position_us,
                                                  uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* The same with the key frame at or before it: the buffer's, else the segment's first. */
PLAYHEAD_API playhead_status playhead_player_seek_fast(playhead_player* player, int64_t position_us,
                                                       uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* Goes to the live edge, as near as live_offset_us says; nothing for other titles. */
PLAYHEAD_API playhead_status playhead_player_go_live(playhead_player* player) PLAYHEAD_NOEXCEPT;
/* 0.5..2, clamped; the pitch is kept. NaN is refused. */
PLAYHEAD_API playhead_status playhead_player_set_speed(playhead_player* player,
                                                       double speed) PLAYHEAD_NOEXCEPT;
/* Shows key frames alone, at most eight a second and without sound, at `rate` times the normal
 * speed: 2, 4, 8, 16, 32, or the same negative: backwards. They come from the title's I-frame
 * playlists or trick-mode AdaptationSets, else out of its lowest Representation. On a slow link
 * fewer are shown, not later ones. 0 ends it, and so do playhead_player_play, _pause and _seek; but
 * for the last, playback goes on exactly at the picture shown, or is paused there. At the title's
 * start it ends by itself, and playback goes on; at its end it pauses; at the edge of a live title
 * playback goes on there. Told by PLAYHEAD_EVENT_RATE_CHANGED. Other rates are refused with a
 * WARNING, and so is a title without pictures, or before it can be seeked in. */
PLAYHEAD_API playhead_status playhead_player_trick_play(playhead_player* player,
                                                        int32_t rate) PLAYHEAD_NOEXCEPT;
/* Shows the key frame at or before position_us while the viewer is still looking for a place:
 * playback stands still where it was, position and buffer stay. Of many calls the latest counts.
 * playhead_player_seek ends it where the viewer has let go; playhead_player_play and _pause end it
 * where it began. Refused as trick play is. */
PLAYHEAD_API playhead_status playhead_player_scrub(playhead_player* player,
                                                   int64_t position_us) PLAYHEAD_NOEXCEPT;
/* Asks for the thumbnail that stands for position_us: a picture out of an image playlist (HLS
 * EXT-X-IMAGE-STREAM-INF) or a tile AdaptationSet (DASH). Answered by one PLAYHEAD_EVENT_THUMBNAIL
 * with user_tag, unless a later call, playhead_player_load or _stop comes before the answer.
 * Playback does not notice. Images are kept: the neighbours of a picture cost nothing. */
PLAYHEAD_API playhead_status playhead_player_request_thumbnail(playhead_player* player,
                                                               int64_t position_us,
                                                               uint64_t user_tag) PLAYHEAD_NOEXCEPT;
/* is_there  0: the surface that pictures are shown on is lost (an app in the background); 1: there is
 * one again, as there is at first. Without one nothing is shown and sound goes on; afterwards
 * pictures go on at the position. */
PLAYHEAD_API playhead_status playhead_player_set_surface(playhead_player* player,
                                                         int32_t is_there) PLAYHEAD_NOEXCEPT;
/* 0..1, clamped. NaN is refused. */
PLAYHEAD_API playhead_status playhead_player_set_volume(playhead_player* player,
                                                        double volume) PLAYHEAD_NOEXCEPT;
/* id: of a playhead_representation, copied; NULL or empty: the library chooses. */
PLAYHEAD_API playhead_status
playhead_player_select_representation(playhead_player* player, const char* id) PLAYHEAD_NOEXCEPT;
/* Replaces all limits, those of the config as well, from the next segment fetched on; what is
 * buffered stays. limits: borrowed until return. NaN is refused. */
PLAYHEAD_API playhead_status playhead_player_set_limits(
    playhead_player* player, const playhead_limits* limits) PLAYHEAD_NOEXCEPT;
/* id: of an audio playhead_track, copied; empty: as the config says; unknown: a WARNING. */
PLAYHEAD_API playhead_status playhead_player_select_audio(playhead_player* player,
                                                          const char* id) PLAYHEAD_NOEXCEPT;
/* The same for text. NULL or empty: none but forced text, which text_off hides as well. Playback
 * does not wait for text; what of it cannot be had is a WARNING. */
PLAYHEAD_API playhead_status playhead_player_select_text(playhead_player* player,
                                                         const char* id) PLAYHEAD_NOEXCEPT;
/* Ends the play and saves the position; a SUMMARY event follows. */
PLAYHEAD_API playhead_status playhead_player_stop(playhead_player* player) PLAYHEAD_NOEXCEPT;

/* Takes the oldest event. Thread: any, one at a time; from callbacks without waiting. Blocks: until
 * there is an event, at most timeout_ms; 0 never, negative without limit.
 * player     borrowed until return.
 * out_event  filled as far as its struct_size says; type is PLAYHEAD_EVENT_NONE when nothing came.
 * Returns 0, -PLAYHEAD_ERROR_TIMED_OUT, -PLAYHEAD_ERROR_CLOSED, -PLAYHEAD_ERROR_INVALID_ARGUMENT.
 */
PLAYHEAD_API playhead_status playhead_player_next_event(
    playhead_player* player, int32_t timeout_ms, playhead_event* out_event) PLAYHEAD_NOEXCEPT;

/* Replaces the wake-up; NULL removes it. The previous one is no longer called once this returns.
 * Thread: any, also from callbacks. Blocks: while a call of the previous one runs, unless called by
 * that, or on the engine thread, where such a call may then still be running.
 * wakeup  copied. Returns 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_player_set_wakeup(
    playhead_player* player, const playhead_wakeup* wakeup) PLAYHEAD_NOEXCEPT;

/* The monotonic clock of events, microseconds; its zero means nothing. 0 for NULL. Thread: any. */
PLAYHEAD_API int64_t playhead_player_now_us(const playhead_player* player) PLAYHEAD_NOEXCEPT;

/* Why the pictures of this play, or of the last, are what they are: a line of its rules, then a
 * line for each of the last 512 decisions, and one whenever the limits left out something else.
 * Text that playhead-abr-sim --replay makes every decision from again. Thread: any. Blocks: no.
 * player        borrowed until return.
 * buffer        borrowed until return; filled when the whole text with its zero byte fits, else
 *               made empty. NULL when capacity is 0.
 * out_needed    bytes of the whole text with its zero byte. It grows while something plays: ask
 *               again with room to spare.
 * Returns 0 or -PLAYHEAD_ERROR_INVALID_ARGUMENT. */
PLAYHEAD_API playhead_status playhead_player_decision_log(const playhead_player* player,
                                                          char* buffer, uint64_t capacity,
                                                          uint64_t* out_needed) PLAYHEAD_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Decoders of the app: encoded samples out, pictures and sound back; include <playhead/playhead.h>.
 * For MediaCodec, VideoToolbox, and decoders that open encrypted samples by themselves (secure
 * decoders, "path B": playhead/c/drm.h). The player goes on to fetch, time and synchronise; pictures
 * go to the video sink when they are due, sound to the audio sink, as those of the built-in decoders.
 *
 * Order. open() for a stream, whose first sample follows; then decode() as often as there is room,
 *   drain() at the end of it, after which more may come, and flush() at a seek; close(), once, last.
 *   Several may be open at a time: sound and pictures, trick play, the title that comes next.
 * Room. A sample is the app's until it releases it: what is not released takes one of samples_at_once
 *   places, and a decoder whose places are taken is given nothing. Nothing has to be polled.
 * Secure decoders. Samples whose key is with a system that opens nothing itself
 *   (PLAYHEAD_CDM_SECURE_DECODER without _DECRYPTS) come as they lie in the container, with how they are
 *   encrypted. Their key id says whose they are: the app's system has told the library of its sessions'
 *   keys itself (playhead_cdm_host::keys), so it knows in which session, MediaCrypto or content key they
 *   are. A title may begin with clear ones: who has to choose between a secure decoder and another looks
 *   for open sessions of its system, too. Other encrypted samples come opened.
 * Threads. Callbacks of one decoder come from its player's engine thread, one at a time, and must
 *   return within a millisecond or two: hand over and go. What the app tells may come from any thread,
 *   also from inside a callback. Neither ever waits for the other.
 * Ends. Every decoder that was opened is closed, before playhead_player_destroy returns; after one that
 *   was called inside a callback, later, and others may come until then. */

#include "playhead/c/base.h"
#include "playhead/drm/cdm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The library's end of an open decoder; what is told of one that is closed is
 * -PLAYHEAD_ERROR_INVALID_HANDLE. */
typedef struct playhead_decoder playhead_decoder;

/* One encoded picture or piece of sound. */
typedef struct playhead_sample playhead_sample;

/* What is to be decoded. */
typedef struct playhead_stream_info {
  uint32_t struct_size;
  int32_t kind;             /* PLAYHEAD_TRACK_VIDEO or _AUDIO */
  const char* codec;        /* "h264", "hevc", "av1", "vp9", "aac", "ac3", "eac3", "opus" …; borrowed until return */
  const void* codec_config; /* avcC, hvcC, AudioSpecificConfig …; borrowed until return. NULL: it is in the samples */
  uint64_t codec_config_bytes;
  int32_t width, height;         /* pixels; 0: not known before decoding */
  int32_t sample_rate, channels; /* of sound; 0: not known */
} playhead_stream_info;
#define PLAYHEAD_STREAM_INFO_INIT PLAYHEAD_SIZED(playhead_stream_info)

typedef struct playhead_sample_info {
  uint32_t struct_size;
  int32_t is_key_frame;
  /* As the container has it: of MP4, H.264 and HEVC with the length in front of each NAL unit (codec_config
   * says how long that is), of MPEG-TS with start codes. Borrowed until the sample is released. */
  const void* data;
  uint64_t bytes;
  int64_t time_us;        /* on the presentation timeline: what becomes of it is given back with this time */
  int64_t decode_time_us; /* the same, in the order of decoding */
  int64_t duration_us;    /* 0: not known */
  int32_t is_shown;       /* 0: for the sake of others only; its picture need not be given back */
  int32_t reserved;
  /* How it is encrypted; borrowed until the sample is released. NULL: it is clear, or was opened. */
  const playhead_cdm_crypto_info* crypto;
} playhead_sample_info;
#define PLAYHEAD_SAMPLE_INFO_INIT PLAYHEAD_SIZED(playhead_sample_info)

/* Describes a sample. What is encrypted and not for a secure decoder is opened by the first call, which
 * takes as long as its cipher: call it where decoding is done. Thread: any, also from callbacks.
 * sample  borrowed until return.
 * info    filled as far as its struct_size says.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT, -PLAYHEAD_ERROR_INVALID_HANDLE (it was released), or why
 * it cannot be opened (-PLAYHEAD_ERROR_DRM_NO_KEY, _DRM_EXPIRED, _DRM_SAMPLE …): then the player knows
 * already, and there is nothing to do but to release it. */
PLAYHEAD_API playhead_status playhead_sample_get_info(playhead_sample* sample,
                                                      playhead_sample_info* info) PLAYHEAD_NOEXCEPT;
/* Gives a sample back, which makes room for another; NULL does nothing. A sample may outlive its
 * decoder and its player. Thread: any, also from callbacks.
 * sample  transferred. */
PLAYHEAD_API void playhead_sample_release(playhead_sample* sample) PLAYHEAD_NOEXCEPT;

/* A decoded picture of the app's. */
typedef struct playhead_decoded_frame {
  uint32_t struct_size;
  int32_t format;                 /* PLAYHEAD_PIXEL_FORMAT_… */
  int64_t time_us;                /* of its sample; pictures come in the order of their times */
  int32_t width, height;          /* visible pixels */
  int32_t sar_num, sar_den;       /* width of a pixel over its height; 0: 1 */
  const uint8_t* planes[3];       /* of I420 and NV12: valid and unchanged until release_frame; limited range */
  int32_t strides[3];             /* bytes from one row to the next; not less than a row has */
  int32_t reserved;
  /* The app's own: given to release_frame, and, of PLAYHEAD_PIXEL_FORMAT_OPAQUE, to the video sink
   * (playhead_frame_info::app_frame). */
  void* app_frame;
} playhead_decoded_frame;
#define PLAYHEAD_DECODED_FRAME_INIT PLAYHEAD_SIZED(playhead_decoded_frame)

enum { /* of PCM: interleaved, in the machine's byte order */
       PLAYHEAD_SOUND_FLOAT = 0, /* 32 bits, in [-1, 1] */
       PLAYHEAD_SOUND_INT16 = 1
};

/* Decoded sound of the app's: all that the codec gives. What is not to be heard of it (encoder delay,
 * padding) the library leaves out; it also resamples, mixes down and changes the speed. */
typedef struct playhead_decoded_sound {
  uint32_t struct_size;
  int32_t format;      /* PLAYHEAD_SOUND_… */
  int64_t time_us;     /* of its sample; further pieces of one sample: when they begin */
  int32_t sample_rate; /* Hz, 8000..192000 */
  int32_t channels;    /* 1..8 */
  const void* samples; /* copied */
  int64_t frames;      /* 1..1048576, of `channels` samples each */
} playhead_decoded_sound;
#define PLAYHEAD_DECODED_SOUND_INIT PLAYHEAD_SIZED(playhead_decoded_sound)

/* The next four tell what became of samples. Thread: any, also from callbacks. Blocks: no.
 * decoder  borrowed until return.
 * Return 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT (no decoder, not of that kind of stream, what contradicts
 * itself, a picture though the table has no release_frame) or -PLAYHEAD_ERROR_INVALID_HANDLE.
 *
 * A picture. After 0 it is the library's, which ends it by one release_frame, maybe inside this call;
 * after a failure it is still the app's. One whose time is of no sample given since the last flush is
 * released unseen. */
PLAYHEAD_API playhead_status playhead_decoder_give_frame(
    playhead_decoder* decoder, const playhead_decoded_frame* frame) PLAYHEAD_NOEXCEPT;
/* Sound. */
PLAYHEAD_API playhead_status playhead_decoder_give_sound(
    playhead_decoder* decoder, const playhead_decoded_sound* sound) PLAYHEAD_NOEXCEPT;
/* All that came before drain() has been given back; nothing at all of it is a decoder that failed. */
PLAYHEAD_API playhead_status playhead_decoder_drained(playhead_decoder* decoder) PLAYHEAD_NOEXCEPT;
/* Something went wrong. error_code: PLAYHEAD_ERROR_… or its negation: DECODE_FAILED; of encrypted samples
 * DRM_SAMPLE, DRM_NO_KEY, DRM_EXPIRED, DRM_OUTPUT_RESTRICTED, and DRM_MODULE: the DRM system fails, the
 * next one is tried. Others count as DECODE_FAILED. is_fatal: 0: that sample is left out and the
 * next ones come; 1: the decoder is unusable and will be closed. */
PLAYHEAD_API playhead_status playhead_decoder_failed(playhead_decoder* decoder, int32_t error_code,
                                                     int32_t is_fatal) PLAYHEAD_NOEXCEPT;

/* The decoders of an app: playhead_client_config::decoders. All callbacks are required but for those
 * that say otherwise. */
typedef struct playhead_decoders {
  uint32_t struct_size;
  int32_t samples_at_once;     /* places of a decoder, 1..64; 0: 16. Fewer starve it, more cost memory */
  void* user;                  /* transferred; handed to callbacks without a decoder */
  void (*destroy)(void* user); /* may be NULL; after all that was opened and given is closed and released */
  /* Kinds of track whose decoders are secure ones, bits 1 << PLAYHEAD_TRACK_…; 0: none. DRM systems that
   * decrypt nothing themselves are asked for these. */
  uint32_t secure_tracks;
  int32_t reserved;
  /* Takes a stream: `stream` is borrowed until return, `decoder` stays until close() returns, *out_own is
   * what the callbacks below are given. Anything but 0: not this one; the built-in decoder is asked. It
   * cannot open what is for secure decoders: the next DRM system is tried, or the play ends with
   * PLAYHEAD_ERROR_DRM_MODULE or a code that says more. */
  playhead_status (*open)(void* user, const playhead_stream_info* stream, playhead_decoder* decoder, void** out_own);
  /* sample: yours: free with playhead_sample_release, once it was read. In the order of decoding. */
  void (*decode)(void* own, playhead_sample* sample);
  /* No more samples for now: all that is inside has to come out, then playhead_decoder_drained. */
  void (*drain)(void* own);
  /* Forgets everything. When it has returned nothing of before is given back: not by another thread,
   * either. Samples of before still have to be released; they take no place any more. */
  void (*flush)(void* own);
  void (*close)(void* own);
  /* A picture that was given is no longer needed. May be NULL if none ever is. Any thread, also after
   * close(): of those that the video sink has retained. */
  void (*release_frame)(void* user, void* app_frame);
  /* 1: a codec (RFC 6381, "hvc1.2.4.L153.B0") can be decoded though the built-in decoders may not;
   * may be NULL: none. Any thread, several at once, often; the answer for a codec never changes. */
  int32_t (*supports)(void* user, const char* codec);
} playhead_decoders;
#define PLAYHEAD_DECODERS_INIT PLAYHEAD_SIZED(playhead_decoders)

#ifdef __cplusplus
} /* extern "C" */
#endif

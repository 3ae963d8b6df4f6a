// SPDX-License-Identifier: Apache-2.0
#include "support/app_decoders.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace playhead::test {

// One decoder: what it waits with, and what decodes.
struct AppDecoders::One {
  AppDecoders* app;
  playhead_decoder* theirs;
  StreamInfo stream;
  std::unique_ptr<VideoDecoder> video;
  std::unique_ptr<AudioDecoder> audio;
  std::deque<playhead_sample*> waiting;
  bool drains = false;

  [[nodiscard]] int room() const { return video ? video->room() : audio->room(); }
};

// Begins with what the screen of simulations looks at.
struct AppDecoders::Picture {
  int64_t time_us;
  VideoFrame frame;
};

AppDecoders::~AppDecoders() {
  for (playhead_sample* sample : hoard_) playhead_sample_release(sample);
}

playhead_decoders AppDecoders::table() {
  playhead_decoders table = PLAYHEAD_DECODERS_INIT;
  table.user = this;
  table.destroy = [](void* user) { ++static_cast<AppDecoders*>(user)->destroyed; };
  if (is_secure) table.secure_tracks = 1U << PLAYHEAD_TRACK_VIDEO | 1U << PLAYHEAD_TRACK_AUDIO;
  table.samples_at_once = 6;
  table.open = [](void* user, const playhead_stream_info* stream, playhead_decoder* decoder,
                  void** own) -> playhead_status {
    auto& app = *static_cast<AppDecoders*>(user);
    if (app.fault == Fault::kRefuses) return -PLAYHEAD_ERROR_CODEC_UNSUPPORTED;
    auto one = std::make_unique<One>(One{&app, decoder, {}, nullptr, nullptr, {}, false});
    one->stream.kind = static_cast<TrackKind>(stream->kind);
    one->stream.codec = stream->codec;
    const auto* config = static_cast<const uint8_t*>(stream->codec_config);
    one->stream.codec_config = SharedBytes(std::vector<uint8_t>(config, config + stream->codec_config_bytes));
    one->stream.width = stream->width;
    one->stream.height = stream->height;
    one->stream.sample_rate = stream->sample_rate;
    one->stream.channels = stream->channels;
    One* const it = one.get();
    (stream->kind == PLAYHEAD_TRACK_VIDEO ? app.video : app.audio).codec = stream->codec;
    if (stream->kind == PLAYHEAD_TRACK_VIDEO) {
      VideoDecoderCallbacks callbacks;
      callbacks.on_frame = [it](VideoFrame frame) {
        auto picture = std::make_unique<Picture>(Picture{frame.time.us, frame});
        playhead_decoded_frame given = PLAYHEAD_DECODED_FRAME_INIT;
        given.format = it->app->is_opaque ? PLAYHEAD_PIXEL_FORMAT_OPAQUE : static_cast<int32_t>(frame.format);
        given.time_us = frame.time.us;
        given.width = frame.width;
        given.height = frame.height;
        std::copy(frame.planes.begin(), frame.planes.end(), given.planes);
        std::copy(frame.strides.begin(), frame.strides.end(), given.strides);
        given.app_frame = picture.get();
        const playhead_status status = playhead_decoder_give_frame(it->theirs, &given);
        it->app->note(status);
        if (status != PLAYHEAD_OK) return;
        picture.release();
        ++it->app->pictures;
      };
      callbacks.on_room = [it] { it->app->feed(*it); };
      callbacks.on_drained = [it] { it->app->note(playhead_decoder_drained(it->theirs)); };
      callbacks.on_error = [it](const Error&) {
        it->app->note(playhead_decoder_failed(it->theirs, PLAYHEAD_ERROR_DECODE_FAILED, 0));
      };
      auto made = app.codecs_->open_video_decoder(it->stream, nullptr, app.executor_, std::move(callbacks));
      if (!made) return -static_cast<playhead_status>(made.error().code);
      it->video = *std::move(made);
    } else {
      AudioDecoderCallbacks callbacks;
      callbacks.on_chunk = [it](const AudioChunk& chunk) {
        playhead_decoded_sound given = PLAYHEAD_DECODED_SOUND_INIT;
        given.time_us = chunk.time.us;
        given.sample_rate = chunk.format.sample_rate;
        given.channels = chunk.format.channels;
        given.frames = chunk.frames();
        given.samples = chunk.samples.data();
        std::vector<int16_t> shorts;
        if (it->app->gives_int16) {
          for (const float sample : chunk.samples) {
            shorts.push_back(static_cast<int16_t>(std::lround(std::clamp(sample, -1.0F, 1.0F) * 32'767)));
          }
          given.format = PLAYHEAD_SOUND_INT16;
          given.samples = shorts.data();
        }
        it->app->note(playhead_decoder_give_sound(it->theirs, &given));
      };
      callbacks.on_room = [it] { it->app->feed(*it); };
      callbacks.on_drained = [it] { it->app->note(playhead_decoder_drained(it->theirs)); };
      const AudioFormat format{stream->sample_rate, stream->channels};
      auto made = app.codecs_->open_audio_decoder(it->stream, format, nullptr, app.executor_, std::move(callbacks));
      if (!made) return -static_cast<playhead_status>(made.error().code);
      it->audio = *std::move(made);
    }
    ++app.opened;
    *own = one.release();
    return PLAYHEAD_OK;
  };
  table.decode = [](void* own, playhead_sample* sample) {
    auto& one = *static_cast<One*>(own);
    one.app->decode(one, sample);
  };
  table.drain = [](void* own) {
    auto& one = *static_cast<One*>(own);
    ++one.app->drained;
    one.drains = true;
    one.app->feed(one);
  };
  table.flush = [](void* own) {
    auto& one = *static_cast<One*>(own);
    ++one.app->flushed;
    for (playhead_sample* sample : std::exchange(one.waiting, {})) playhead_sample_release(sample);
    one.drains = false;
    one.video ? one.video->flush() : one.audio->flush();
  };
  table.close = [](void* own) {
    const std::unique_ptr<One> one(static_cast<One*>(own));
    ++one->app->closed;
    for (playhead_sample* sample : one->waiting) playhead_sample_release(sample);
  };
  table.release_frame = [](void* user, void* frame) {
    ++static_cast<AppDecoders*>(user)->released;
    delete static_cast<Picture*>(frame);
  };
  return table;
}

void AppDecoders::decode(One& one, playhead_sample* sample) {
  Seen& seen = one.video ? video : audio;
  if (on_decode) on_decode();
  if (fault == Fault::kThrows) throw std::runtime_error("on purpose");
  if (fault == Fault::kSwallows) return playhead_sample_release(sample);
  if (fault == Fault::kHoards) return hoard_.push_back(sample);
  if (fault == Fault::kBabbles) babble(one);
  if (fault == Fault::kFails && seen.samples >= before) {
    playhead_sample_release(sample);
    return note(playhead_decoder_failed(one.theirs, error, 1));
  }
  ++seen.samples;
  one.waiting.push_back(sample);
  feed(one);
}

// What nobody should tell of a decoder; refused, or without effect.
void AppDecoders::babble(One& one) {
  playhead_decoded_frame frame = PLAYHEAD_DECODED_FRAME_INIT;
  frame.format = PLAYHEAD_PIXEL_FORMAT_OPAQUE;
  frame.time_us = INT64_MIN;
  frame.width = frame.height = 16;
  auto picture = std::make_unique<Picture>(Picture{0, {}});
  frame.app_frame = picture.get();
  if (playhead_decoder_give_frame(one.theirs, &frame) == PLAYHEAD_OK) {
    picture.release();
    ++pictures;
  }
  for (const int32_t wrong : {-1, 1 << 20}) {
    frame.width = wrong;
    note(playhead_decoder_give_frame(one.theirs, &frame));
  }
  playhead_decoded_sound sound = PLAYHEAD_DECODED_SOUND_INIT;
  note(playhead_decoder_give_sound(one.theirs, &sound));
  note(playhead_decoder_give_sound(one.theirs, nullptr));
  note(playhead_decoder_failed(one.theirs, 0, 7));
  note(playhead_decoder_failed(one.theirs, 123'456, 0));
}

void AppDecoders::feed(One& one) {
  Seen& seen = one.video ? video : audio;
  while (!one.waiting.empty() && one.room() > 0) {
    playhead_sample* const sample = one.waiting.front();
    one.waiting.pop_front();
    playhead_sample_info info = PLAYHEAD_SAMPLE_INFO_INIT;
    if (const playhead_status status = playhead_sample_get_info(sample, &info)) {
      note(status);
      playhead_sample_release(sample);
      continue;
    }
    const auto* first = static_cast<const uint8_t*>(info.data);
    std::vector<uint8_t> bytes(first, first + info.bytes);
    if (info.crypto != nullptr) {
      const playhead_cdm_crypto_info& c = *info.crypto;
      CryptoInfo how;
      for (uint32_t bits = c.scheme; bits > 1; bits /= 2) {
        how.scheme = static_cast<SampleScheme>(static_cast<int>(how.scheme) + 1);
      }
      std::copy_n(c.kid, 16, how.kid.begin());
      std::copy_n(c.iv, 16, how.iv.begin());
      how.crypt_blocks = static_cast<uint8_t>(c.crypt_blocks);
      how.skip_blocks = static_cast<uint8_t>(c.skip_blocks);
      for (std::size_t i = 0; i < c.subsample_count; ++i) {
        how.subsamples.push_back({c.subsamples[i].clear_bytes, c.subsamples[i].encrypted_bytes});
      }
      decrypt_by_reference(how, keys.at(how.kid), bytes);
      ++seen.encrypted;
      seen.mapped += how.subsamples.empty() ? 0 : 1;
      seen.schemes.insert(c.scheme);
      seen.patterns.insert(c.crypt_blocks * 16 + c.skip_blocks);
      seen.vectors.insert({how.iv.begin(), how.iv.end()});
      seen.kids.insert({how.kid.begin(), how.kid.end()});
    }
    seen.clear.insert(seen.clear.end(), bytes.begin(), bytes.end());
    seen.key_frames += info.is_key_frame;
    seen.decode_times.push_back(info.decode_time_us);
    EncodedSample clear;
    clear.kind = one.stream.kind;
    clear.pts_ticks = info.time_us;
    clear.dts_ticks = info.decode_time_us;
    clear.duration_ticks = info.duration_us;
    clear.is_key_frame = info.is_key_frame == 1;
    clear.data = SharedBytes(std::move(bytes));
    if (one.video) one.video->decode(clear, MediaTime{info.time_us}, info.is_shown == 1);
    if (one.audio) one.audio->decode(clear, MediaTime{info.time_us});
    playhead_sample_release(sample);
  }
  if (one.waiting.empty() && std::exchange(one.drains, false)) {
    one.video ? one.video->drain() : one.audio->drain();
  }
}

}  // namespace playhead::test

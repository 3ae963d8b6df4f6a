// SPDX-License-Identifier: Apache-2.0
#include "unit/decode/decode_rig.h"

#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

#include "support/media_samples.h"

namespace playhead::test {

namespace {

// Gives a decoder its samples as it has room. Executor thread.
template <typename Decoder>
struct Feeder {
  std::unique_ptr<Decoder> decoder;
  StreamInfo stream;
  std::vector<EncodedSample> samples;
  VideoOptions options;
  std::size_t next = 0;

  void feed() {
    if (!decoder || next > samples.size()) return;
    while (next < samples.size() && decoder->room() > 0) give(samples[next++]);
    if (next < samples.size()) return;
    decoder->drain();
    next = samples.size() + 1;
  }

  void give(const EncodedSample& sample) {
    const MediaTime time{ticks_to_us(sample.pts_ticks, stream.timescale)};
    if constexpr (std::is_same_v<Decoder, VideoDecoder>) {
      decoder->decode(sample, time, time.us >= options.show_from_us);
    } else {
      decoder->decode(sample, time);
    }
  }
};

}  // namespace

double mean_luma(const VideoFrame& frame) {
  double sum = 0;
  for (int y = 0; y < frame.height; ++y) {
    const uint8_t* row = frame.planes[0] + std::ptrdiff_t{y} * frame.strides[0];
    sum = std::accumulate(row, row + frame.width, sum);
  }
  return sum / (double{1} * frame.width * frame.height);
}

bool is_missing(const std::string& name) {
  if (!media_sample(name).empty()) return false;
  MESSAGE("skipped, not made by the ffmpeg CLI: " << name);
  return true;
}

DemuxerCallbacks record_into(const std::shared_ptr<Watched<Demuxed>>& watched) {
  return {
      .on_streams =
          [watched](std::vector<StreamInfo> streams) {
            watched->change([&](Demuxed& d) {
              ++d.streams_calls;
              d.streams = std::move(streams);
            });
          },
      .on_samples =
          [watched](std::vector<EncodedSample> samples) {
            watched->change([&](Demuxed& d) {
              ++d.batches;
              for (EncodedSample& sample : samples) d.samples.push_back(std::move(sample));
            });
          },
      .on_metadata =
          [watched](MetadataSample tag) {
            watched->change([&](Demuxed& d) { d.tags.push_back(std::move(tag)); });
          },
      .on_protection =
          [watched](MediaProtection protection) {
            watched->change([&](Demuxed& d) { d.protections.push_back(std::move(protection)); });
          },
      .on_end =
          [watched](Result<void> result) {
            watched->change([&](Demuxed& d) {
              d.is_over = true;
              if (!result) d.error = result.error();
            });
          }};
}

Demuxed demux(DecodeRig& rig, const std::vector<uint8_t>& bytes, std::size_t piece_bytes,
              Container container) {
  const auto watched = std::make_shared<Watched<Demuxed>>();
  std::unique_ptr<SegmentDemuxer> demuxer;
  rig.run([&] {
    demuxer = rig.backend.open_demuxer(container, rig.executor, record_into(watched));
    for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
      const std::size_t end = std::min(bytes.size(), at + piece_bytes);
      demuxer->append(SharedBytes({bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(end)}));
    }
    demuxer->finish();
  });
  Demuxed demuxed = watched->wait([](const Demuxed& d) { return d.is_over; });
  rig.run([&] { demuxer.reset(); });
  return demuxed;
}

Demuxed demux(DecodeRig& rig, const std::vector<uint8_t>& bytes) {
  return demux(rig, bytes, std::max<std::size_t>(bytes.size(), 1));
}

const StreamInfo* find_stream(const Demuxed& demuxed, TrackKind kind) {
  for (const StreamInfo& stream : demuxed.streams) {
    if (stream.kind == kind) return &stream;
  }
  return nullptr;
}

std::vector<EncodedSample> samples_of(const Demuxed& demuxed, TrackKind kind) {
  std::vector<EncodedSample> samples;
  for (const EncodedSample& sample : demuxed.samples) {
    if (sample.kind == kind) samples.push_back(sample);
  }
  return samples;
}

DecodedVideo decode_video(DecodeRig& rig, const StreamInfo& stream,
                          const std::vector<EncodedSample>& samples, VideoOptions options) {
  Watched<DecodedVideo> watched;
  Feeder<VideoDecoder> feeder{nullptr, stream, samples, options, 0};
  rig.run([&] {
    auto opened = rig.backend.open_video_decoder(
        stream, options.decryptor, rig.executor,
        {.on_frame =
             [&](VideoFrame frame) {
               watched.change([&](DecodedVideo& d) {
                 d.mean_luma.push_back(mean_luma(frame));
                 frame.owner.reset();
                 d.frames.push_back(frame);
               });
             },
         .on_room = [&] { feeder.feed(); },
         .on_drained = [&] { watched.change([](DecodedVideo& d) { d.is_drained = true; }); },
         .on_error =
             [&](Error error) {
               watched.change([&](DecodedVideo& d) { d.errors.push_back(std::move(error)); });
             }});
    if (!opened) {
      watched.change([&](DecodedVideo& d) {
        d.errors.push_back(opened.error());
        d.is_drained = true;
      });
      return;
    }
    feeder.decoder = *std::move(opened);
    feeder.feed();
  });
  DecodedVideo decoded = watched.wait([](const DecodedVideo& d) { return d.is_drained; });
  rig.run([&] { feeder.decoder.reset(); });
  return decoded;
}

DecodedAudio decode_audio(DecodeRig& rig, const StreamInfo& stream,
                          const std::vector<EncodedSample>& samples, AudioFormat output,
                          double speed, std::shared_ptr<SampleDecryptor> decryptor) {
  Watched<DecodedAudio> watched;
  Feeder<AudioDecoder> feeder{nullptr, stream, samples, {}, 0};
  rig.run([&] {
    auto opened = rig.backend.open_audio_decoder(
        stream, output, std::move(decryptor), rig.executor,
        {.on_chunk =
             [&](AudioChunk chunk) {
               watched.change([&](DecodedAudio& d) { d.chunks.push_back(std::move(chunk)); });
             },
         .on_room = [&] { feeder.feed(); },
         .on_drained = [&] { watched.change([](DecodedAudio& d) { d.is_drained = true; }); },
         .on_error =
             [&](Error error) {
               watched.change([&](DecodedAudio& d) { d.errors.push_back(std::move(error)); });
             }});
    if (!opened) {
      watched.change([&](DecodedAudio& d) {
        d.errors.push_back(opened.error());
        d.is_drained = true;
      });
      return;
    }
    feeder.decoder = *std::move(opened);
    feeder.decoder->set_speed(speed);
    feeder.feed();
  });
  DecodedAudio decoded = watched.wait([](const DecodedAudio& d) { return d.is_drained; });
  rig.run([&] { feeder.decoder.reset(); });
  return decoded;
}

}  // namespace playhead::test

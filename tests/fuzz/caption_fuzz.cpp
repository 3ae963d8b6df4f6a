// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_caption_decoder.h"
#include "fuzz/text_promises.h"
#include "text/caption_data.h"

// The first byte says codec, framing and channel; the rest is an access unit. What comes out of it
// goes the whole way: order, channel, FFmpeg's decoder, cues.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  if (size == 0) return 0;
  text::NalFraming framing;
  framing.codec = (data[0] & 1) != 0 ? text::CaptionCodec::kHevc : text::CaptionCodec::kH264;
  framing.length_bytes = data[0] >> 1 & 7;
  if (framing.length_bytes > 4) return 0;
  text::CaptionChannelFilter filter((data[0] >> 4 & 3) + 1);
  std::vector<text::CaptionPair> pairs = text::extract_captions({data + 1, size - 1}, framing);
  fuzz::require_text(pairs.size() <= text::kMaxCaptionPairs);

  auto decoder = FfmpegCaptionDecoder::open();
  if (!decoder) return 0;
  text::CaptionReorderer reorderer;
  const auto decode = [&](std::vector<text::TimedCaptions> captions) {
    for (text::TimedCaptions& picture : captions) {
      std::vector<uint8_t> bytes;
      for (text::CaptionPair& pair : picture.pairs) {
        if (filter.take(pair)) bytes.insert(bytes.end(), pair.bytes.begin(), pair.bytes.end());
      }
      const auto screen = (*decoder)->decode({picture.pts}, bytes);
      if (!screen) continue;
      for (const Cue& row : screen->rows) {
        fuzz::check(row);
        fuzz::require_text(row.start == screen->time);
      }
    }
  };
  // One picture per pair, shown in an order of its own.
  int64_t time = 0;
  for (const text::CaptionPair& pair : pairs) {
    decode(reorderer.add((time ^ 1) * 300'000, time * 300'000, {pair}));
    ++time;
  }
  decode(reorderer.flush());
  return 0;
}

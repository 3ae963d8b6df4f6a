// SPDX-License-Identifier: Apache-2.0
#include "player/caption_feed.h"

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace playhead {

namespace {

// Captions kept behind the newest picture: more than is decoded ahead of the screen (chosen).
constexpr Duration kBehind = 30s;

}  // namespace

void CaptionFeed::select(int channel) {
  if (std::exchange(channel_, channel) == channel) return;
  filter_ = text::CaptionChannelFilter(channel > 0 ? channel : 1);
  restart();
}

void CaptionFeed::restart() {
  filter_.reset();
  reorderer_ = {};
  if (decoder_) decoder_->flush();
  decoded_until_ = MediaTime{std::numeric_limits<int64_t>::min()};
  cues_.clear();
}

void CaptionFeed::add(const TimedSample& sample) {
  if (channel_ == 0 || has_failed_) return;
  const StreamInfo& stream = sample.origin->stream;
  const auto framing = text::nal_framing(stream.codec, stream.codec_config.view());
  if (!framing) return;
  auto pairs = text::extract_captions(sample.sample.data.view(), *framing);
  for (const text::TimedCaptions& captions :
       reorderer_.add(sample.pts.us, sample.dts.us, std::move(pairs))) {
    take(captions);
  }
}

void CaptionFeed::add(MediaTime time, ByteView packets) {
  if (channel_ == 0 || has_failed_) return;
  // What came before in the clear is earlier.
  for (const text::TimedCaptions& captions : reorderer_.flush()) take(captions);
  text::TimedCaptions captions;
  captions.pts = time.us;
  for (std::size_t at = 0; at + 3 <= packets.size(); at += 3) {
    // CTA-708 §4.3: cc_valid, then cc_type; 0 and 1 are the fields of CEA-608.
    const bool is_valid = (packets[at] & 0x04) != 0;
    const int type = packets[at] & 0x03;
    if (!is_valid || type > 1) continue;
    captions.pairs.push_back({static_cast<uint8_t>(type + 1), {packets[at + 1], packets[at + 2]}});
  }
  take(captions);
}

void CaptionFeed::take(const text::TimedCaptions& captions) {
  const MediaTime time{captions.pts};
  // A segment may repeat what came before.
  if (time <= decoded_until_) return;
  decoded_until_ = time;
  if (!decoder_) {
    auto opened = backend_.open_caption_decoder();
    has_failed_ = !opened;
    if (has_failed_) return;
    decoder_ = *std::move(opened);
  }
  std::vector<uint8_t> bytes;
  for (text::CaptionPair pair : captions.pairs) {
    if (filter_.take(pair)) bytes.insert(bytes.end(), pair.bytes.begin(), pair.bytes.end());
  }
  auto screen = decoder_->decode(time, bytes);
  if (!screen) return;
  cues_.close_open_cues(screen->time);
  for (Cue& row : screen->rows) cues_.insert(std::move(row));
  cues_.trim_before(time - kBehind);
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "playhead/bytes.h"

// Closed captions inside video: CEA-608 byte pairs out of H.264 and HEVC access units. Pure.
namespace playhead::text {

// One construct of cc_data() (ATSC A/53 Part 4 §6.2.3.1, CTA-708 §4.3): two bytes with odd parity.
struct CaptionPair {
  uint8_t field = 1;  // 1: CC1, CC2; 2: CC3, CC4
  std::array<uint8_t, 2> bytes{};
  friend bool operator==(const CaptionPair&, const CaptionPair&) = default;
};

enum class CaptionCodec : uint8_t { kH264, kHevc };

// How an access unit is cut into NAL units.
struct NalFraming {
  CaptionCodec codec = CaptionCodec::kH264;
  // Bytes of the length in front of each NAL unit (avcC, hvcC): 1..4. 0: Annex B start codes.
  int length_bytes = 0;
};

// The framing StreamInfo::codec and codec_config tell ("h264", "hevc"; Annex B when there is no
// avcC or hvcC). None: another codec, which carries captions in another way.
[[nodiscard]] std::optional<NalFraming> nal_framing(std::string_view codec, ByteView codec_config);

// The CEA-608 pairs of all user data SEI messages of one access unit, in order; CEA-708 and invalid
// ones are left out. Damaged units end what can be read; the rest is kept. At most
// kMaxCaptionPairs.
inline constexpr std::size_t kMaxCaptionPairs = 4 * 31;  // cc_count is 5 bits, four messages
[[nodiscard]] std::vector<CaptionPair> extract_captions(ByteView access_unit,
                                                        const NalFraming& framing);

// The pairs of one picture, at its presentation time.
struct TimedCaptions {
  int64_t pts = 0;
  std::vector<CaptionPair> pairs;
};

// Puts captions from decoding into presentation order (CTA-708 §4.4.1: they belong to the picture
// that carries them). In any one unit of time.
class CaptionReorderer {
 public:
  // Of one access unit, also one without captions. What is certain to be earlier than everything
  // to come (pts < dts) is answered, in order.
  [[nodiscard]] std::vector<TimedCaptions> add(int64_t pts, int64_t dts,
                                               std::vector<CaptionPair> pairs);
  // Everything that waits, in order: the end of a run of media.
  [[nodiscard]] std::vector<TimedCaptions> flush();

 private:
  std::multimap<int64_t, std::vector<CaptionPair>> waiting_;  // by pts; bounded by kMaxWaiting
};

// Four channels share two fields; each code says which of the two it is for (CTA-608 §4). Keeps
// those of one channel.
class CaptionChannelFilter {
 public:
  // 1..4: CC1..CC4.
  explicit CaptionChannelFilter(int channel) : channel_(channel) {}
  // Whether the pair is the channel's. Its control codes are rewritten to those of field 1,
  // channel 1, so that one decoder serves all.
  [[nodiscard]] bool take(CaptionPair& pair);
  void reset();

 private:
  void switch_mode(uint8_t code);

  int channel_ = 1;
  bool is_ours_ = false;  // the channel of the last control code
  bool is_text_ = false;  // the text service T1..T4 shares our codes (CTA-608 §8.2)
  bool is_xds_ = false;   // extended data services interrupt field 2 (CTA-608 §9)
};

}  // namespace playhead::text

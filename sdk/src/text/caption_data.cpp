// SPDX-License-Identifier: Apache-2.0
#include "text/caption_data.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace playhead::text {
namespace {

// Pictures whose captions may wait for an earlier one: H.264 and HEVC reorder at most 16.
constexpr std::size_t kMaxWaiting = 64;
// A user data message with 31 constructs has 105 bytes; messages of other kinds may be anything.
constexpr std::size_t kMaxSeiBytes = 64 * 1024;

// H.264 §7.3.2.3.1 / HEVC §7.3.5: sizes and types are sums of bytes, 255 meaning "and more".
bool take_sum(ByteView& rest, std::size_t& out) {
  out = 0;
  while (true) {
    if (rest.empty()) return false;
    const uint8_t byte = rest.front();
    rest = rest.subspan(1);
    out += byte;
    if (byte != 0xff) return true;
    if (out > kMaxSeiBytes) return false;
  }
}

// H.264 §7.4.1.1: a 3 after two zeros was put in.
std::vector<uint8_t> without_emulation_prevention(ByteView nal) {
  std::vector<uint8_t> out;
  out.reserve(nal.size());
  int zeros = 0;
  for (const uint8_t byte : nal) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

// ATSC A/53 Part 4 §6.2.3: itu_t_t35 registered user data of ATSC, identifier GA94, cc_data().
void read_user_data(ByteView message, std::vector<CaptionPair>& out) {
  constexpr std::array<uint8_t, 8> kHead{0xb5, 0x00, 0x31, 'G', 'A', '9', '4', 0x03};
  constexpr std::size_t kCountAndReserved = 2, kConstruct = 3;
  constexpr uint8_t kProcessFlag = 0x40, kCountMask = 0x1f, kValid = 0x04, kTypeMask = 0x03;
  if (message.size() < kHead.size() + kCountAndReserved) return;
  if (!std::equal(kHead.begin(), kHead.end(), message.begin())) return;
  message = message.subspan(kHead.size());
  if ((message[0] & kProcessFlag) == 0) return;
  std::size_t count = message[0] & kCountMask;
  message = message.subspan(kCountAndReserved);
  for (; count > 0 && message.size() >= kConstruct;
       --count, message = message.subspan(kConstruct)) {
    const uint8_t type = message[0] & kTypeMask;  // 0, 1: fields 1, 2 of CEA-608
    if ((message[0] & kValid) == 0 || type > 1 || out.size() >= kMaxCaptionPairs) continue;
    out.push_back({static_cast<uint8_t>(type + 1), {message[1], message[2]}});
  }
}

void read_sei(ByteView nal, std::size_t header_bytes, std::vector<CaptionPair>& out) {
  constexpr std::size_t kRegisteredUserData = 4;
  if (nal.size() <= header_bytes || nal.size() > kMaxSeiBytes) return;
  const std::vector<uint8_t> plain = without_emulation_prevention(nal.subspan(header_bytes));
  ByteView rest(plain);
  // The last byte holds the trailing bits.
  while (rest.size() > 1) {
    std::size_t type = 0, size = 0;
    if (!take_sum(rest, type) || !take_sum(rest, size) || size > rest.size()) return;
    if (type == kRegisteredUserData) read_user_data(rest.first(size), out);
    rest = rest.subspan(size);
  }
}

void read_nal(ByteView nal, CaptionCodec codec, std::vector<CaptionPair>& out) {
  if (nal.empty()) return;
  if (codec == CaptionCodec::kH264) {
    constexpr uint8_t kSei = 6;
    if ((nal[0] & 0x1f) == kSei) read_sei(nal, 1, out);
    return;
  }
  constexpr uint8_t kPrefixSei = 39, kSuffixSei = 40;
  const uint8_t type = nal[0] >> 1 & 0x3f;
  if (type == kPrefixSei || type == kSuffixSei) read_sei(nal, 2, out);
}

// Bytes before the next start code 00 00 01, or all.
std::size_t start_code_at(ByteView bytes) {
  for (std::size_t i = 0; i + 3 <= bytes.size(); ++i) {
    if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) return i;
  }
  return bytes.size();
}

}  // namespace

std::optional<NalFraming> nal_framing(std::string_view codec, ByteView codec_config) {
  NalFraming framing;
  std::size_t length_at = 4;  // ISO/IEC 14496-15 §5.3.3.1: avcC
  if (codec == "hevc") {
    framing.codec = CaptionCodec::kHevc;
    length_at = 21;  // §8.3.3.1: hvcC
  } else if (codec != "h264") {
    return {};
  }
  // A record begins with its version, Annex B with a zero.
  if (codec_config.size() > length_at && codec_config[0] == 1) {
    framing.length_bytes = (codec_config[length_at] & 3) + 1;
  }
  return framing;
}

std::vector<CaptionPair> extract_captions(ByteView rest, const NalFraming& framing) {
  std::vector<CaptionPair> out;
  if (framing.length_bytes == 0) {
    constexpr std::size_t kStartCode = 3;
    rest = rest.subspan(start_code_at(rest));
    while (rest.size() > kStartCode) {
      rest = rest.subspan(kStartCode);
      const std::size_t size = start_code_at(rest);
      read_nal(rest.first(size), framing.codec, out);
      rest = rest.subspan(size);
    }
    return out;
  }
  const auto width = static_cast<std::size_t>(framing.length_bytes);
  while (rest.size() > width) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < width; ++i) size = size << 8 | rest[i];
    rest = rest.subspan(width);
    if (size > rest.size()) return out;
    read_nal(rest.first(size), framing.codec, out);
    rest = rest.subspan(size);
  }
  return out;
}

std::vector<TimedCaptions> CaptionReorderer::add(int64_t pts, int64_t dts,
                                                 std::vector<CaptionPair> pairs) {
  waiting_.emplace(pts, std::move(pairs));
  std::vector<TimedCaptions> out;
  while (!waiting_.empty() && (waiting_.begin()->first < dts || waiting_.size() > kMaxWaiting)) {
    auto node = waiting_.extract(waiting_.begin());
    out.push_back({node.key(), std::move(node.mapped())});
  }
  return out;
}

std::vector<TimedCaptions> CaptionReorderer::flush() {
  std::vector<TimedCaptions> out;
  for (auto& [pts, pairs] : std::exchange(waiting_, {})) out.push_back({pts, std::move(pairs)});
  return out;
}

void CaptionChannelFilter::switch_mode(uint8_t code) {
  enum : uint8_t {
    kResumeCaptionLoading = 0x20,
    kRollUp2 = 0x25,
    kRollUp4 = 0x27,
    kResumeDirectCaptioning = 0x29,
    kTextRestart = 0x2a,
    kResumeText = 0x2b,
    kEndOfCaption = 0x2f,
  };
  if (code == kTextRestart || code == kResumeText) is_text_ = true;
  const bool is_roll_up = code >= kRollUp2 && code <= kRollUp4;
  if (is_roll_up || code == kResumeCaptionLoading || code == kResumeDirectCaptioning ||
      code == kEndOfCaption) {
    is_text_ = false;
  }
}

bool CaptionChannelFilter::take(CaptionPair& pair) {
  constexpr uint8_t kWithoutParity = 0x7f, kChannelBit = 0x08, kFieldBit = 0x01;
  const int field = channel_ <= 2 ? 1 : 2;
  if (pair.field != field) return false;
  uint8_t first = pair.bytes[0] & kWithoutParity;
  const uint8_t second = pair.bytes[1] & kWithoutParity;
  if (first == 0 && second == 0) return false;  // filling
  if (first >= 0x01 && first < 0x10) {          // §9: XDS, until its end or a caption code
    is_xds_ = first != 0x0f;
    return false;
  }
  const bool is_control = first >= 0x10 && first < 0x20;
  if (!is_control) return is_ours_ && !is_xds_ && !is_text_;
  is_xds_ = false;
  const bool is_second_channel = (first & kChannelBit) != 0;
  is_ours_ = is_second_channel == (channel_ % 2 == 0);
  if (!is_ours_) return false;
  first = static_cast<uint8_t>(first & ~kChannelBit);
  // §8.4: miscellaneous codes are 0x14 in field 1 and 0x15 in field 2; the first byte 0x15 of
  // address codes (bit 6 of the second byte) means a row in both.
  const bool is_miscellaneous = (first & ~kFieldBit) == 0x14 && (second & 0x70) == 0x20;
  if (is_miscellaneous) {
    first = 0x14;
    switch_mode(second);
  }
  if (is_text_) return false;
  const bool is_even = std::popcount(first) % 2 == 0;
  pair.bytes[0] = static_cast<uint8_t>(first | (is_even ? 0x80 : 0));
  pair.field = 1;
  return true;
}

void CaptionChannelFilter::reset() { is_ours_ = is_text_ = is_xds_ = false; }

}  // namespace playhead::text

// SPDX-License-Identifier: Apache-2.0
#include "decode/container_sniffer.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace playhead {

namespace {

constexpr uint8_t kTsSync = 0x47;

// Boxes that may begin an init or media segment (ISO/IEC 14496-12 §8.16, 23009-1 §5.10.3,
// 23000-19 §7.3.2) or are known to precede one.
constexpr std::array<std::string_view, 14> kFirstBoxes{"ftyp", "styp", "moov", "moof", "sidx",
                                                       "emsg", "prft", "free", "skip", "ssix",
                                                       "mdat", "uuid", "pdin", "wide"};

bool is_fmp4(ByteView head) {
  if (head.size() < 8) return false;
  const std::string_view type = as_text(head.subspan(4, 4));
  return std::find(kFirstBoxes.begin(), kFirstBoxes.end(), type) != kFirstBoxes.end();
}

// RFC 8794 §11.2.1: the element id of an EBML header.
bool is_ebml(ByteView head) {
  return head.size() >= 4 && as_text(head.first(4)) == "\x1a\x45\xdf\xa3";
}

}  // namespace

SegmentFormat sniff_segment(ByteView head) {
  if (head.size() < 2) return SegmentFormat::kUnknown;
  if (is_fmp4(head)) return SegmentFormat::kFmp4;
  if (head[0] == kTsSync) return SegmentFormat::kMpegTs;
  if (is_ebml(head)) return SegmentFormat::kWebm;
  if (as_text(head).substr(0, 3) == "ID3") return SegmentFormat::kId3;
  // ISO/IEC 13818-7 §6.2: twelve ones, ID, layer 00.
  if (head[0] == 0xff && (head[1] & 0xf6) == 0xf0) return SegmentFormat::kAdts;
  // ISO/IEC 11172-3 §2.4.2.3: eleven ones (with the 2.5 extension), a layer that is not reserved.
  if (head[0] == 0xff && (head[1] & 0xe0) == 0xe0 && (head[1] & 0x06) != 0) {
    return SegmentFormat::kMpegAudio;
  }
  if (head[0] == 0x0b && head[1] == 0x77 && head.size() >= 6) {
    // ETSI TS 102 366 §E.1.3.1.6: bsid up to 10 is AC-3, 11 to 16 is E-AC-3.
    return head[5] >> 3 <= 10 ? SegmentFormat::kAc3 : SegmentFormat::kEac3;
  }
  return SegmentFormat::kUnknown;
}

bool contains_ts_packets(ByteView head) {
  for (std::size_t at = 0; at < head.size(); ++at) {
    if (head[at] != kTsSync) continue;
    for (const std::size_t packet : {188U, 192U, 204U}) {
      if (at + 2 * packet < head.size() && head[at + packet] == kTsSync &&
          head[at + 2 * packet] == kTsSync) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace playhead

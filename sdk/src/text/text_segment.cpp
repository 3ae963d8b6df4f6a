// SPDX-License-Identifier: Apache-2.0
#include "text/text_segment.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "container/box_reader.h"
#include "text/mp4_text.h"
#include "text/scan.h"
#include "text/text_timing.h"
#include "text/ttml_parser.h"
#include "text/webvtt_parser.h"

namespace playhead::text {
namespace {

bool begins_with_box(ByteView bytes) {
  constexpr std::array<uint32_t, 8> kFirst{fourcc("styp"), fourcc("moof"), fourcc("sidx"),
                                           fourcc("ftyp"), fourcc("emsg"), fourcc("prft"),
                                           fourcc("moov"), fourcc("free")};
  ByteReader reader(bytes);
  reader.skip(4);
  const auto type = static_cast<uint32_t>(reader.read(4));
  return !reader.has_failed() && std::find(kFirst.begin(), kFirst.end(), type) != kFirst.end();
}

Result<TextDocument> parse(TextFormat format, ByteView init_segment, ByteView bytes) {
  switch (format) {
    case TextFormat::kWebVtt:
      return parse_webvtt(bytes);
    case TextFormat::kTtml:
      return parse_ttml(bytes);
    case TextFormat::kMp4:
      // A file of its own has its header in front.
      return parse_mp4_text(init_segment.empty() ? bytes : init_segment, bytes);
    case TextFormat::kUnknown:
      break;
  }
  return make_error(ErrorCode::kContainerUnsupported,
                    "the subtitles are neither WebVTT nor TTML, alone or in MP4");
}

}  // namespace

TextFormat sniff_text(ByteView bytes) {
  if (begins_with_box(bytes)) return TextFormat::kMp4;
  std::string_view text = as_text(bytes);
  // UTF-16 is XML's: WebVTT is always UTF-8 (§4.1).
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return TextFormat::kTtml;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.starts_with("WEBVTT")) return TextFormat::kWebVtt;
  constexpr std::size_t kSpaceBytes = 64;
  return trim(text.substr(0, kSpaceBytes)).starts_with('<') ? TextFormat::kTtml
                                                            : TextFormat::kUnknown;
}

Result<TextDocument> read_text_segment(ByteView init_segment, ByteView bytes,
                                       const TextPlace& place) {
  const TextFormat format = sniff_text(bytes);
  PLAYHEAD_TRY(TextDocument document, parse(format, init_segment, bytes));
  if (format == TextFormat::kMp4) {
    shift(document, place.container_offset);
  } else if (place.is_hls && format == TextFormat::kWebVtt) {
    const HlsTextPlace hls{place.container_offset, place.segment_start, place.segment_end};
    shift(document, hls_text_offset(document, hls));
  } else {
    shift(document, Duration{place.period_start.us});
  }
  if (!place.is_hls) {
    clip(document, place.period_start, place.period_end.value_or(MediaTime::max()));
  }
  return document;
}

}  // namespace playhead::text

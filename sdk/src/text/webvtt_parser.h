// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "playhead/bytes.h"
#include "playhead/result.h"
#include "text/text_document.h"
#include "text/webvtt_settings.h"
#include "text/webvtt_style.h"

// WebVTT: The Web Video Text Tracks Format (W3C), a file or an HLS segment. Pure; any thread.
namespace playhead::text {

// Bad cues, settings and styles are passed over with a diagnostic, as §6.1 wants it; a segment
// without a cue is a good one. Cues whose end is not after their start are left out.
// Errors: kContainerSyntax (the first line is not "WEBVTT"), kTooLarge (beyond 16 MiB).
[[nodiscard]] Result<TextDocument> parse_webvtt(ByteView bytes);

// What the cues of a file share.
struct WebVttLook {
  WebVttStyleSheet styles;
  WebVttRegions regions;
};
// The STYLE and REGION blocks of a file's header part (ISO/IEC 14496-30 §7.5); anything wrong with
// it is passed over.
[[nodiscard]] WebVttLook parse_webvtt_look(std::string_view header);

// A cue's parts put together; its times are left to the caller. Answers how many settings were
// wrong. Parts are valid UTF-8 (clean_utf8) and cut at limits::kCueTextBytes.
struct WebVttCueParts {
  std::string_view id, settings, text;
};
int make_webvtt_cue(const WebVttCueParts& parts, const WebVttLook& look, Cue& cue);

// "00:11.000", "1:02:03.004" with any number of hour digits up to a million hours (§6.3). None:
// anything else.
[[nodiscard]] std::optional<MediaTime> parse_webvtt_time(std::string_view text);

// The value of an X-TIMESTAMP-MAP line (RFC 8216 §3.5), "LOCAL:…,MPEGTS:…" in either order.
[[nodiscard]] std::optional<TimestampMap> parse_timestamp_map(std::string_view value);

}  // namespace playhead::text

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/time.h"

// Subtitles and captions as the app draws them, whatever format they came in: WebVTT, TTML/IMSC1,
// either of them inside MP4, CEA-608. Plain values: copy, keep and compare them on any thread.
//
// Places are fractions of the picture (the rectangle the video is shown in): 0 is its left or top
// edge, 1 its right or bottom one. They are finite, but may lie outside 0..1 when a document says
// so.
namespace playhead {

struct CueColor {
  uint8_t red = 0, green = 0, blue = 0;
  uint8_t alpha = 255;  // 0 is transparent
  friend bool operator==(const CueColor&, const CueColor&) = default;
};

// Generic families (TTML2 §10.3 genericFamilyName, CSS Fonts §2.1): which face, the app decides.
enum class CueFont : uint8_t { kDefault, kSansSerif, kSerif, kMonospace };

struct CueStyle {
  bool is_bold = false;
  bool is_italic = false;
  bool is_underlined = false;
  bool is_struck_through = false;
  std::optional<CueColor> color = {};       // none: the viewer's, commonly white
  std::optional<CueColor> background = {};  // behind the letters; none: the viewer's
  CueFont font = CueFont::kDefault;
  int font_size_percent = 100;  // of the viewer's letter size, 10..1000
  friend bool operator==(const CueStyle&, const CueStyle&) = default;
};

// Small text beside other text: kText annotates the kBase span before it (WebVTT <ruby>, TTML2
// tts:ruby).
enum class CueRuby : uint8_t { kNone, kBase, kText };

// A run of letters of one look.
struct CueSpan {
  std::string text;  // valid UTF-8 without control characters; '\n' ends a line
  CueStyle style;
  CueRuby ruby = CueRuby::kNone;
  std::vector<std::string> classes;  // WebVTT <c.name>, outermost first
  std::string voice;                 // who speaks: WebVTT <v Name>, TTML ttm:agent
  std::string language;              // BCP 47; empty: the cue's
  // WebVTT timestamps inside a cue (karaoke, §4.2.2): before this time the text is yet to come.
  std::optional<MediaTime> active_from = {};
  friend bool operator==(const CueSpan&, const CueSpan&) = default;
};

enum class CueWriting : uint8_t {
  kHorizontal,
  kVerticalRightToLeft,  // columns grow to the left: WebVTT vertical:rl, TTML tbrl
  kVerticalLeftToRight,
};
// kStart and kEnd follow the text's direction; kLeft and kRight do not.
enum class CueTextAlign : uint8_t { kStart, kCenter, kEnd, kLeft, kRight };
// Which part of the box stands at the coordinate given.
enum class CueAnchor : uint8_t { kStart, kCenter, kEnd };

// A part of the picture cues are put into (WebVTT REGION, TTML region).
struct CueRegion {
  std::string id;
  double x = 0, y = 0, width = 1, height = 1;  // fractions of the picture
  // Where in the region its lines stack up: at the top, in the middle, at the bottom (TTML
  // tts:displayAlign). WebVTT: kEnd.
  CueAnchor display_align = CueAnchor::kEnd;
  std::optional<CueColor> background = {};  // of the whole rectangle
  // WebVTT scroll:up: a new cue pushes the older ones upwards instead of standing above them.
  bool scrolls_up = false;
  friend bool operator==(const CueRegion&, const CueRegion&) = default;
};

// Where a cue stands. Words of WebVTT §4.4: `line` is across the lines, `position` along them; for
// vertical writing they swap axes. Everything at its default: at the bottom, in the middle.
struct CuePlacement {
  CueWriting writing = CueWriting::kHorizontal;
  CueTextAlign text_align = CueTextAlign::kCenter;
  // Counted in lines of text when set: 0 the first line at the top, -1 the last one at the bottom.
  std::optional<int> line_number = {};
  // Fraction; used when there is no line_number. Neither: stacked up from the bottom.
  std::optional<double> line = {};
  CueAnchor line_align = CueAnchor::kStart;
  std::optional<double> position = {};  // fraction; none follows text_align
  CueAnchor position_align = CueAnchor::kCenter;
  double size = 1;                       // along the lines, a fraction
  std::optional<CueRegion> region = {};  // then fractions are of this rectangle
  friend bool operator==(const CuePlacement&, const CuePlacement&) = default;
};

// Text to be shown for a while. Several may be active at once; later ones in document order are
// drawn below (or after) earlier ones.
struct Cue {
  std::string id;  // of the document; may be empty, and need not be unique
  MediaTime start;
  MediaTime end;  // exclusive, > start; MediaTime::max() as long as nobody knows (CEA-608)
  std::vector<CueSpan> spans;  // in reading order, never empty
  CuePlacement placement;
  std::string language;    // BCP 47; empty: the track's
  bool is_forced = false;  // shown even when the viewer wants no subtitles (itts:forcedDisplay)
  friend bool operator==(const Cue&, const Cue&) = default;
};

// All letters of a cue, for those who draw no styles.
[[nodiscard]] inline std::string plain_text(const Cue& cue) {
  std::string text;
  for (const CueSpan& span : cue.spans) {
    if (span.ruby != CueRuby::kText) text += span.text;
  }
  return text;
}

}  // namespace playhead

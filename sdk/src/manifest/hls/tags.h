// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "manifest/hls/line_reader.h"
#include "manifest/hls/name_table.h"

// The tags of RFC 8216bis §4.4, and those of its extensions that are read here.
namespace playhead::hls {

enum class Tag : uint8_t {
  kExtM3u,
  kVersion,
  kIndependentSegments,
  kStart,
  kDefine,
  kTargetDuration,
  kMediaSequence,
  kDiscontinuitySequence,
  kEndList,
  kPlaylistType,
  kIFramesOnly,
  kImagesOnly,
  kPartInf,
  kServerControl,
  kExtInf,
  kByteRange,
  kDiscontinuity,
  kKey,
  kMap,
  kProgramDateTime,
  kGap,
  kBitrate,
  kPart,
  kTiles,
  kDateRange,
  kSkip,
  kPreloadHint,
  kRenditionReport,
  kMedia,
  kStreamInf,
  kIFrameStreamInf,
  kImageStreamInf,
  kSessionData,
  kSessionKey,
  kContentSteering,
  kAllowCache,
};
inline constexpr std::size_t kTagCount = static_cast<std::size_t>(Tag::kAllowCache) + 1;

// Which playlists a tag may stand in, and what is said of how often and how it is written.
struct TagRule {
  std::string_view name;
  std::string_view clause;  // of RFC 8216bis; empty for extensions
  enum class Place : uint8_t { kBoth, kMedia, kMultivariant } place = Place::kBoth;
  bool is_once = false;       // at most one in a playlist
  bool has_value = true;      // false: nothing follows the name
  bool is_once_each = false;  // at most one for each segment
  bool is_header = false;     // says something of the playlist as a whole
};

inline constexpr std::array<TagRule, kTagCount> kTagRules{{
    {"EXTM3U", "4.4.1.1", TagRule::Place::kBoth, false, false, false, false},
    {"EXT-X-VERSION", "4.4.1.2", TagRule::Place::kBoth, true, true, false, true},
    {"EXT-X-INDEPENDENT-SEGMENTS", "4.4.2.1", TagRule::Place::kBoth, true, false, false, true},
    {"EXT-X-START", "4.4.2.2", TagRule::Place::kBoth, true, true, false, true},
    {"EXT-X-DEFINE", "4.4.2.3", TagRule::Place::kBoth, false, true, false, true},
    {"EXT-X-TARGETDURATION", "4.4.3.1", TagRule::Place::kMedia, true, true, false, true},
    {"EXT-X-MEDIA-SEQUENCE", "4.4.3.2", TagRule::Place::kMedia, true, true, false, true},
    {"EXT-X-DISCONTINUITY-SEQUENCE", "4.4.3.3", TagRule::Place::kMedia, true, true, false, true},
    {"EXT-X-ENDLIST", "4.4.3.4", TagRule::Place::kMedia, true, false, false, true},
    {"EXT-X-PLAYLIST-TYPE", "4.4.3.5", TagRule::Place::kMedia, true, true, false, true},
    {"EXT-X-I-FRAMES-ONLY", "4.4.3.6", TagRule::Place::kMedia, true, false, false, true},
    {"EXT-X-IMAGES-ONLY", "", TagRule::Place::kMedia, true, false, false, true},
    {"EXT-X-PART-INF", "4.4.3.7", TagRule::Place::kMedia, true, true, false, true},
    {"EXT-X-SERVER-CONTROL", "4.4.3.8", TagRule::Place::kMedia, true, true, false, true},
    {"EXTINF", "4.4.4.1", TagRule::Place::kMedia, false, true, true, false},
    {"EXT-X-BYTERANGE", "4.4.4.2", TagRule::Place::kMedia, false, true, true, false},
    {"EXT-X-DISCONTINUITY", "4.4.4.3", TagRule::Place::kMedia, false, false, false, false},
    {"EXT-X-KEY", "4.4.4.4", TagRule::Place::kMedia, false, true, false, false},
    {"EXT-X-MAP", "4.4.4.5", TagRule::Place::kMedia, false, true, false, false},
    {"EXT-X-PROGRAM-DATE-TIME", "4.4.4.6", TagRule::Place::kMedia, false, true, true, false},
    {"EXT-X-GAP", "4.4.4.7", TagRule::Place::kMedia, false, false, true, false},
    {"EXT-X-BITRATE", "4.4.4.8", TagRule::Place::kMedia, false, true, false, false},
    {"EXT-X-PART", "4.4.4.9", TagRule::Place::kMedia, false, true, false, false},
    {"EXT-X-TILES", "", TagRule::Place::kMedia, false, true, false, false},
    {"EXT-X-DATERANGE", "4.4.5.1", TagRule::Place::kMedia, false, true, false, false},
    {"EXT-X-SKIP", "4.4.5.2", TagRule::Place::kMedia, true, true, false, true},
    {"EXT-X-PRELOAD-HINT", "4.4.5.3", TagRule::Place::kMedia, false, true, false, false},
    {"EXT-X-RENDITION-REPORT", "4.4.5.4", TagRule::Place::kMedia, false, true, false, false},
    {"EXT-X-MEDIA", "4.4.6.1", TagRule::Place::kMultivariant, false, true, false, false},
    {"EXT-X-STREAM-INF", "4.4.6.2", TagRule::Place::kMultivariant, false, true, false, false},
    {"EXT-X-I-FRAME-STREAM-INF", "4.4.6.3", TagRule::Place::kMultivariant, false, true, false,
     false},
    {"EXT-X-IMAGE-STREAM-INF", "", TagRule::Place::kMultivariant, false, true, false, false},
    {"EXT-X-SESSION-DATA", "4.4.6.4", TagRule::Place::kMultivariant, false, true, false, false},
    {"EXT-X-SESSION-KEY", "4.4.6.5", TagRule::Place::kMultivariant, false, true, false, false},
    {"EXT-X-CONTENT-STEERING", "4.4.6.6", TagRule::Place::kMultivariant, true, true, false, false},
    {"EXT-X-ALLOW-CACHE", "", TagRule::Place::kBoth, false, true, false, false},
}};

inline constexpr NameTable kTagNames = [] {
  std::array<std::string_view, kTagCount> names;
  for (std::size_t i = 0; i < kTagCount; ++i) names[i] = kTagRules[i].name;
  return NameTable(names);
}();

// One row of a parser's table: what it does with the value of a tag.
template <typename Parser>
struct TagHandler {
  Tag tag;
  void (Parser::*handle)(std::string_view value);
};

// The rows of a parser by tag; null where it has none.
template <typename Parser, std::size_t N>
[[nodiscard]] constexpr auto handlers_by_tag(const std::array<TagHandler<Parser>, N>& rows) {
  std::array<void (Parser::*)(std::string_view), kTagCount> table{};
  for (const TagHandler<Parser>& row : rows) table[static_cast<std::size_t>(row.tag)] = row.handle;
  return table;
}

struct TagLine {
  std::string_view name;   // without '#'
  std::string_view value;  // after the first ':'
  bool has_colon = false;
};

// "#EXT-X-KEY:METHOD=NONE" → {"EXT-X-KEY", "METHOD=NONE"}.
[[nodiscard]] inline TagLine split_tag(std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  return {trim(line.substr(1, colon - 1)), trim(line.substr(std::min(colon + 1, line.size()))),
          colon < line.size()};
}
[[nodiscard]] inline bool is_tag(std::string_view line) {
  return line.size() >= 4 && line[0] == '#' && line[1] == 'E' && line[2] == 'X' && line[3] == 'T';
}

}  // namespace playhead::hls

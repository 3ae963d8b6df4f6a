// SPDX-License-Identifier: Apache-2.0
// HLS playlists (RFC 8216), line by line.
#include <algorithm>

#include "recorder/redactor.h"

namespace playhead::recorder {

namespace {

// Their whole value is numbers, dates and words of the specification.
constexpr std::string_view kPlainTags[] = {"#EXTM3U",
                                           "#EXT-X-VERSION",
                                           "#EXT-X-TARGETDURATION",
                                           "#EXT-X-MEDIA-SEQUENCE",
                                           "#EXT-X-DISCONTINUITY-SEQUENCE",
                                           "#EXT-X-ENDLIST",
                                           "#EXT-X-DISCONTINUITY",
                                           "#EXT-X-BYTERANGE",
                                           "#EXT-X-PROGRAM-DATE-TIME",
                                           "#EXT-X-PLAYLIST-TYPE",
                                           "#EXT-X-I-FRAMES-ONLY",
                                           "#EXT-X-INDEPENDENT-SEGMENTS",
                                           "#EXT-X-GAP",
                                           "#EXT-X-BITRATE",
                                           "#EXT-X-ALLOW-CACHE"};

// The others are lists of attributes.
constexpr std::string_view kAttributeTags[] = {"#EXT-X-STREAM-INF",
                                               "#EXT-X-MEDIA",
                                               "#EXT-X-I-FRAME-STREAM-INF",
                                               "#EXT-X-IMAGE-STREAM-INF",
                                               "#EXT-X-SESSION-DATA",
                                               "#EXT-X-SESSION-KEY",
                                               "#EXT-X-CONTENT-STEERING",
                                               "#EXT-X-START",
                                               "#EXT-X-DEFINE",
                                               "#EXT-X-KEY",
                                               "#EXT-X-MAP",
                                               "#EXT-X-DATERANGE",
                                               "#EXT-X-SKIP",
                                               "#EXT-X-PART",
                                               "#EXT-X-PART-INF",
                                               "#EXT-X-PRELOAD-HINT",
                                               "#EXT-X-RENDITION-REPORT",
                                               "#EXT-X-SERVER-CONTROL",
                                               "#EXT-X-TILES"};

constexpr std::string_view kPlainAttributes[] = {"BANDWIDTH",
                                                 "AVERAGE-BANDWIDTH",
                                                 "CODECS",
                                                 "SUPPLEMENTAL-CODECS",
                                                 "RESOLUTION",
                                                 "FRAME-RATE",
                                                 "HDCP-LEVEL",
                                                 "VIDEO-RANGE",
                                                 "TYPE",
                                                 "LANGUAGE",
                                                 "ASSOC-LANGUAGE",
                                                 "DEFAULT",
                                                 "AUTOSELECT",
                                                 "FORCED",
                                                 "INSTREAM-ID",
                                                 "CHANNELS",
                                                 "CHARACTERISTICS",
                                                 "METHOD",
                                                 "KEYFORMAT",
                                                 "KEYFORMATVERSIONS",
                                                 "BYTERANGE",
                                                 "TIME-OFFSET",
                                                 "PRECISE",
                                                 "DURATION",
                                                 "START-DATE",
                                                 "END-DATE",
                                                 "PLANNED-DURATION",
                                                 "END-ON-NEXT",
                                                 "PART-TARGET",
                                                 "INDEPENDENT",
                                                 "GAP",
                                                 "CAN-BLOCK-RELOAD",
                                                 "CAN-SKIP-UNTIL",
                                                 "CAN-SKIP-DATERANGES",
                                                 "HOLD-BACK",
                                                 "PART-HOLD-BACK",
                                                 "LAST-MSN",
                                                 "LAST-PART",
                                                 "SKIPPED-SEGMENTS",
                                                 "BYTERANGE-START",
                                                 "BYTERANGE-LENGTH",
                                                 "SCORE",
                                                 "CUE",
                                                 "SAMPLE-RATE",
                                                 "BIT-DEPTH",
                                                 "LAYOUT",
                                                 "REQ-VIDEO-LAYOUT",
                                                 "FORMAT"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// "0x4F2A…" and "-1.5": digits stay digits.
std::string hide_number(std::string_view text) {
  std::string out(text);
  const bool is_hex = text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X";
  for (std::size_t i = is_hex ? 2 : 0; i < out.size(); ++i) {
    if (is_word_character(out[i]) && out[i] != '-') out[i] = '1';
  }
  return out;
}

bool is_number(std::string_view text) {
  const bool is_hex = text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X";
  return is_hex ||
         (!text.empty() && text.find_first_not_of("0123456789.-") == std::string_view::npos);
}

}  // namespace

std::string Redactor::playlist(std::string_view text) {
  const auto attributes = [this](std::string_view tag, std::string_view list) {
    std::string out;
    while (!list.empty()) {
      const std::size_t equals = list.find_first_of("=,");
      if (equals == std::string_view::npos || list[equals] == ',') {
        const std::size_t end = std::min(equals, list.size() - 1) + 1;
        out += name(list.substr(0, end));
        list.remove_prefix(end);
        continue;
      }
      std::string_view key = list.substr(0, equals);
      const bool is_plain_key =
          key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789- ") == std::string_view::npos;
      const bool is_of_client = key.substr(0, 2) == "X-";
      out += is_plain_key && !is_of_client
                 ? std::string(key)
                 : "X-" + name(key.substr(std::min<std::size_t>(2, key.size())));
      out += '=';
      list.remove_prefix(equals + 1);
      while (!key.empty() && key.front() == ' ') key.remove_prefix(1);
      const bool is_quoted = !list.empty() && list.front() == '"';
      std::size_t end = 0;
      if (is_quoted) {
        end = list.find('"', 1);
        end = end == std::string_view::npos ? list.size() : end + 1;
      } else {
        end = std::min(list.find(','), list.size());
      }
      const std::string_view value = list.substr(0, end);
      const bool is_address = key == "URI" || key == "SERVER-URI" || tag == "#EXT-X-DEFINE";
      if (is_one_of(key, kPlainAttributes)) {
        out += value;
      } else if (is_address) {
        const bool is_closed = is_quoted && value.size() > 1 && value.back() == '"';
        const std::string_view inner =
            is_quoted ? value.substr(1, value.size() - (is_closed ? 2 : 1)) : value;
        out += is_quoted ? "\"" + url(inner) + (is_closed ? "\"" : "") : url(inner);
      } else {
        out += !is_quoted && is_number(value) ? hide_number(value) : name(value);
      }
      list.remove_prefix(end);
    }
    return out;
  };
  const auto line_of = [&](std::string_view line) -> std::string {
    if (line.empty() || line.front() != '#') return url(line);
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view tag = line.substr(0, colon);
    // A playlist that breaks off in its first line is still one.
    if (std::string_view("#EXTM3U").substr(0, line.size()) == line) return std::string(line);
    if (is_one_of(tag, kPlainTags)) return std::string(line);
    const std::string_view rest = line.substr(std::min(colon + 1, line.size()));
    if (tag == "#EXTINF") {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      return std::string(line.substr(0, colon + 1 + comma)) + name(rest.substr(comma));
    }
    if (is_one_of(tag, kAttributeTags)) {
      return std::string(line.substr(0, std::min(colon + 1, line.size()))) + attributes(tag, rest);
    }
    return "#" + std::string(line.size() - 1, '-');
  };
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::string out;
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    out = kByteOrderMark;
    text.remove_prefix(kByteOrderMark.size());
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    out += line_of(text.substr(0, end));
    text.remove_prefix(end);
    while (!text.empty() && (text.front() == '\r' || text.front() == '\n')) {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace playhead::recorder

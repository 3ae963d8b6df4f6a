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

class PlaylistRedactor {
 public:
  explicit PlaylistRedactor(Redactor& redactor) : redactor_(redactor) {}

  std::string line(std::string_view line) {
    if (line.empty() || line.front() != '#') return redactor_.url(line);
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view tag = line.substr(0, colon);
    // A playlist that breaks off in its first line is still one.
    const bool is_first = std::string_view("#EXTM3U").substr(0, line.size()) == line;
    if (is_first || is_one_of(tag, kPlainTags)) return std::string(line);
    const std::string_view start = line.substr(0, std::min(colon + 1, line.size()));
    const std::string_view rest = line.substr(start.size());
    if (tag == "#EXTINF") {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      return std::string(start).append(rest.substr(0, comma)) + redactor_.name(rest.substr(comma));
    }
    if (is_one_of(tag, kAttributeTags)) return std::string(start) + attributes(tag, rest);
    return "#" + std::string(line.size() - 1, '-');
  }

 private:
  // RFC 8216 §4.2.
  std::string attributes(std::string_view tag, std::string_view list) {
    std::string out;
    while (!list.empty()) {
      const std::size_t end = list.find_first_of("=,");
      const bool has_value = end != std::string_view::npos && list[end] == '=';
      const std::string_view key = list.substr(0, end);
      if (!has_value) {
        out += redactor_.name(list.substr(0, std::min(key.size() + 1, list.size())));
        list.remove_prefix(std::min(key.size() + 1, list.size()));
        continue;
      }
      list.remove_prefix(end + 1);
      out += name_of(key) + '=';
      const std::size_t first = std::min(key.find_first_not_of(' '), key.size());
      const std::string_view value = list.substr(0, end_of_value(list));
      out += value_of(tag, key.substr(first), value);
      list.remove_prefix(value.size());
    }
    return out;
  }

  std::string name_of(std::string_view key) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789- ";
    constexpr std::string_view kOfClient = "X-";
    const bool is_plain = key.find_first_not_of(kLetters) == std::string_view::npos;
    if (key.substr(0, kOfClient.size()) == kOfClient) {
      return std::string(kOfClient) + redactor_.name(key.substr(kOfClient.size()));
    }
    return is_plain ? std::string(key) : redactor_.name(key);
  }

  static std::size_t end_of_value(std::string_view list) {
    const bool is_quoted = !list.empty() && list.front() == '"';
    const std::size_t end = is_quoted ? list.find('"', 1) : list.find(',');
    return end == std::string_view::npos ? list.size() : end + (is_quoted ? 1 : 0);
  }

  std::string value_of(std::string_view tag, std::string_view key, std::string_view value) {
    if (is_one_of(key, kPlainAttributes)) return std::string(value);
    const bool is_address = key == "URI" || key == "SERVER-URI" || tag == "#EXT-X-DEFINE";
    if (is_address) {
      const std::size_t quote = value.substr(0, 1) == "\"" ? 1 : 0;
      return std::string(value.substr(0, quote)) + redactor_.url(value.substr(quote));
    }
    return is_number(value) ? hide_number(value) : redactor_.name(value);
  }

  Redactor& redactor_;
};

}  // namespace

std::string Redactor::playlist(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  PlaylistRedactor lines(*this);
  std::string out;
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    out = kByteOrderMark;
    text.remove_prefix(kByteOrderMark.size());
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    out += lines.line(text.substr(0, end));
    text.remove_prefix(end);
    const std::size_t next = std::min(text.find_first_not_of("\r\n"), text.size());
    out += text.substr(0, next);
    text.remove_prefix(next);
  }
  return out;
}

}  // namespace playhead::recorder

// SPDX-License-Identifier: Apache-2.0
// MPDs and what belongs to them, and TTML: as much of XML as is needed to find names and values.
#include <algorithm>

#include "recorder/redactor.h"

namespace playhead::recorder {

namespace {

constexpr std::string_view kPlainAttributes[] = {
    "timescale", "duration", "startNumber", "endNumber", "presentationTimeOffset", "t", "d", "r",
    "n", "k", "bandwidth", "width", "height", "frameRate", "audioSamplingRate", "codecs",
    "supplementalCodecs", "mimeType", "contentType", "lang", "par", "sar", "scanType",
    "startWithSAP", "segmentAlignment", "subsegmentAlignment", "subsegmentStartsWithSAP",
    "bitstreamSwitching", "minBufferTime", "mediaPresentationDuration", "type", "profiles", "start",
    "availabilityStartTime", "availabilityEndTime", "publishTime", "minimumUpdatePeriod",
    "suggestedPresentationDelay", "timeShiftBufferDepth", "maxSegmentDuration",
    "availabilityTimeOffset", "availabilityTimeComplete", "indexRange", "indexRangeExact",
    "mediaRange", "range", "maxPlayoutRate", "codingDependency", "selectionPriority",
    "qualityRanking", "minWidth", "maxWidth", "minHeight", "maxHeight", "minFrameRate",
    "maxFrameRate", "minBandwidth", "maxBandwidth", "presentationTime", "wallClockTime", "ttl",
    "originalPublishTime", "min", "max", "target", "cadence", "inband", "applicationScheme",
    "queryBeforeStart", "pos", "pE", "weight", "priority", "contentEncoding", "default_KID",
    "actuate", "version", "encoding", "standalone", "space",
    // TTML
    "begin", "end", "dur", "timeContainer", "condition"};

constexpr std::string_view kAddressAttributes[] = {
    "media",         "initialization", "sourceURL",
    "index",         "href",           "proxyServerURL",
    "queryTemplate", "licenseUrl",     "bitstreamSwitchingURL"};

constexpr std::string_view kAddressElements[] = {"BaseURL", "Location", "PatchLocation",  "Laurl",
                                                 "laurl",   "LaUrl",    "ContentSteering"};

// Schemes of standards; those of somebody's own may name him.
constexpr std::string_view kPublicSchemes[] = {"urn:",
                                               "http://dashif.org/",
                                               "https://dashif.org/",
                                               "https://aomedia.org/",
                                               "http://www.w3.org/",
                                               "http://www.smpte-ra.org/",
                                               "http://xmlns.smpte",
                                               "tag:dolby.com",
                                               "http://ns.adobe.com/"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view prefix_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

bool is_public_scheme(std::string_view value) {
  return std::any_of(
      std::begin(kPublicSchemes), std::end(kPublicSchemes),
      [&](std::string_view start) { return value.substr(0, start.size()) == start; });
}

// "2", "10x20", "CC1=eng": no word longer than a language.
bool is_short_value(std::string_view value) {
  std::size_t letters = 0;
  for (const char c : value) {
    const bool is_letter = is_word_character(c) && !(c >= '0' && c <= '9');
    letters = is_letter ? letters + 1 : 0;
    if (letters > 3) return false;
  }
  return value.size() <= 64;
}

bool is_name_end(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '>' || c == '/' || c == '=';
}

}  // namespace

std::string Redactor::xml(std::string_view text, bool is_subtitles) {
  std::string out;
  std::string element;
  const auto value_of = [&](std::string_view full_name, std::string_view value) -> std::string {
    const std::string_view key = local_name(full_name);
    const std::string_view prefix = prefix_of(full_name);
    const bool is_namespace = full_name == "xmlns" || prefix == "xmlns" || key == "schemeIdUri" ||
                              key == "schemaLocation";
    if (is_namespace) return is_public_scheme(value) ? std::string(value) : url(value, true);
    const bool is_style = prefix == "tts" || prefix == "ttp" || prefix == "itts";
    if ((is_style && key != "fontFamily") || is_one_of(key, kPlainAttributes)) {
      return std::string(value);
    }
    const bool has_host = value.find("://") != std::string_view::npos;
    if (has_host || is_one_of(key, kAddressAttributes)) return url(value, true);
    const bool is_time =
        value.size() > 4 && value.find_first_not_of("0123456789-:.+TZ") == std::string_view::npos;
    if (key == "value" && (is_short_value(value) || is_time)) return std::string(value);
    return name(value, true);
  };
  const auto text_of = [&](std::string_view content) -> std::string {
    if (is_subtitles) return spoken(content, true);
    const std::string_view key = local_name(element);
    if (is_one_of(key, kAddressElements)) return url(content, true);
    return name(content, true);
  };
  while (!text.empty()) {
    if (text.front() != '<') {
      const std::size_t end = std::min(text.find('<'), text.size());
      out += text_of(text.substr(0, end));
      text.remove_prefix(end);
      continue;
    }
    constexpr std::string_view kComment = "<!--", kData = "<![CDATA[";
    if (text.substr(0, kComment.size()) == kComment) {
      const std::size_t end = std::min(text.find("-->"), text.size());
      out += kComment;
      if (end > kComment.size()) out.append(end - kComment.size(), ' ');
      text.remove_prefix(std::max(end, kComment.size()));
      const std::size_t close = std::min<std::size_t>(3, text.size());
      out += text.substr(0, close);
      text.remove_prefix(close);
      continue;
    }
    if (text.substr(0, kData.size()) == kData) {
      const std::size_t end = std::min(text.find("]]>"), text.size());
      out += kData;
      out += text_of(text.substr(kData.size(), std::max(end, kData.size()) - kData.size()));
      text.remove_prefix(std::max(end, kData.size()));
      const std::size_t close = std::min<std::size_t>(3, text.size());
      out += text.substr(0, close);
      text.remove_prefix(close);
      continue;
    }
    // A tag: its name, then attributes.
    std::size_t i = 1;
    while (i < text.size() && (text[i] == '/' || text[i] == '?' || text[i] == '!')) ++i;
    std::size_t name_end = i;
    while (name_end < text.size() && !is_name_end(text[name_end])) ++name_end;
    const bool is_close = text.size() > 1 && text[1] == '/';
    element = is_close ? "" : text.substr(i, name_end - i);
    out += text.substr(0, name_end);
    i = name_end;
    while (i < text.size() && text[i] != '>') {
      std::size_t end = i;
      while (end < text.size() && !is_name_end(text[end]) && text[end] != '"' && text[end] != '\'')
        ++end;
      const std::string_view key = text.substr(i, end - i);
      if (key.empty()) {
        out += text[i++];
        continue;
      }
      out += key;
      i = end;
      while (i < text.size() && (text[i] == '=' || text[i] == ' ' || text[i] == '\t' ||
                                 text[i] == '\r' || text[i] == '\n')) {
        out += text[i++];
      }
      if (i >= text.size() || (text[i] != '"' && text[i] != '\'')) continue;
      const char quote = text[i];
      const std::size_t close = std::min(text.find(quote, i + 1), text.size());
      out += quote;
      out += value_of(key, text.substr(i + 1, close - i - 1));
      if (close < text.size()) out += quote;
      i = std::min(close + 1, text.size());
    }
    if (i < text.size()) out += text[i++];
    text.remove_prefix(std::min(i, text.size()));
  }
  return out;
}

}  // namespace playhead::recorder

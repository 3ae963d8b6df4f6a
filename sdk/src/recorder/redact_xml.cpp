// SPDX-License-Identifier: Apache-2.0
// MPDs and what belongs to them, and TTML: as much of XML as is needed to find names and values.
#include <algorithm>
#include <utility>

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

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Goes through a document once; what it does not understand it takes for text.
class XmlRedactor {
 public:
  XmlRedactor(Redactor& redactor, std::string_view text, bool is_subtitles)
      : redactor_(redactor), rest_(text), is_subtitles_(is_subtitles) {}

  std::string run() {
    constexpr std::string_view kComment = "<!--", kData = "<![CDATA[";
    while (!rest_.empty()) {
      if (rest_.front() != '<') {
        out_ += content(take(rest_.find('<')));
      } else if (rest_.substr(0, kComment.size()) == kComment) {
        out_ += take(kComment.size());
        out_.append(take(rest_.find("-->")).size(), ' ');
        out_ += take(3);
      } else if (rest_.substr(0, kData.size()) == kData) {
        out_ += take(kData.size());
        out_ += content(take(rest_.find("]]>")));
        out_ += take(3);
      } else {
        tag();
      }
    }
    return std::move(out_);
  }

 private:
  // The next so many bytes, or what is left.
  std::string_view take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  template <typename Predicate>
  std::string_view take_while(Predicate predicate) {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), predicate);
    return take(static_cast<std::size_t>(end - rest_.begin()));
  }

  std::string content(std::string_view text) {
    if (is_subtitles_) return redactor_.spoken(text, true);
    const bool is_address = is_one_of(local_name(element_), kAddressElements);
    return is_address ? redactor_.url(text, true) : redactor_.name(text, true);
  }

  // Its name, then attributes.
  void tag() {
    const bool is_close = rest_.size() > 1 && rest_[1] == '/';
    out_ += take(1);
    out_ += take_while([](char c) { return c == '/' || c == '?' || c == '!'; });
    const std::string_view name = take_while([](char c) { return !is_name_end(c); });
    element_ = is_close ? std::string_view() : name;
    out_ += name;
    while (!rest_.empty() && rest_.front() != '>') attribute();
    out_ += take(1);
  }

  void attribute() {
    const std::string_view name =
        take_while([](char c) { return !is_name_end(c) && c != '"' && c != '\''; });
    if (name.empty()) {
      out_ += take(1);
      return;
    }
    out_ += name;
    out_ += take_while([](char c) { return c == '=' || is_space(c); });
    if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\'')) return;
    const char quote = rest_.front();
    out_ += take(1);
    out_ += value(name, take(rest_.find(quote)));
    out_ += take(1);
  }

  std::string value(std::string_view full_name, std::string_view value) {
    const std::string_view key = local_name(full_name);
    const std::string_view prefix = prefix_of(full_name);
    const bool is_namespace = full_name == "xmlns" || prefix == "xmlns" || key == "schemeIdUri" ||
                              key == "schemaLocation";
    if (is_namespace) {
      return is_public_scheme(value) ? std::string(value) : redactor_.url(value, true);
    }
    const bool is_style = prefix == "tts" || prefix == "ttp" || prefix == "itts";
    const bool is_plain = is_style ? key != "fontFamily" : is_one_of(key, kPlainAttributes);
    if (is_plain) return std::string(value);
    const bool has_host = value.find("://") != std::string_view::npos;
    if (has_host || is_one_of(key, kAddressAttributes)) return redactor_.url(value, true);
    const bool is_time =
        value.size() > 4 && value.find_first_not_of("0123456789-:.+TZ") == std::string_view::npos;
    if (key == "value" && (is_short_value(value) || is_time)) return std::string(value);
    return redactor_.name(value, true);
  }

  Redactor& redactor_;
  std::string_view rest_, element_;
  const bool is_subtitles_;
  std::string out_;
};

}  // namespace

std::string Redactor::xml(std::string_view text, bool is_subtitles) {
  return XmlRedactor(*this, text, is_subtitles).run();
}

}  // namespace playhead::recorder

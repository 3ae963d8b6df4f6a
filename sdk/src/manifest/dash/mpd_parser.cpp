// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/mpd_parser.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <pugixml.hpp>

#include "base/decimal.h"
#include "base/iso8601.h"
#include "base/limits.h"

namespace playhead::dash {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Name without its prefix: "mpd:Period" → "Period".
std::string_view local_name(const char* name) {
  const std::string_view whole(name);
  const std::size_t colon = whole.rfind(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

// "first-last" (5.3.9.2); the last may be missing.
std::optional<ByteRange> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::optional<int64_t> first = parse_int64(text.substr(0, dash));
  if (!first || *first < 0) return std::nullopt;
  if (dash + 1 == text.size()) return ByteRange{*first, std::nullopt};
  const std::optional<int64_t> last = parse_int64(text.substr(dash + 1));
  if (!last || *last < *first) return std::nullopt;
  return ByteRange{*first, *last};
}

class MpdParser {
 public:
  Result<Mpd> parse(ByteView text, const std::string& url);

 private:
  using Node = pugi::xml_node;

  // Reads a value into `out` and counts what cannot be read.
  template <typename T>
  void take(std::optional<T> parsed, std::optional<T>& out) {
    if (!parsed) return warn();
    out = std::move(parsed);
  }
  void warn() { ++mpd_.warnings; }
  void limit(const char* what) {
    if (!error_) error_ = make_error(ErrorCode::kManifestLimit, what);
  }

  void read_mpd(Node node);
  void read_mpd_attributes(Node node);
  Period read_period(Node node);
  AdaptationSet read_adaptation_set(Node node);
  Representation read_representation(Node node);
  bool read_common_attribute(pugi::xml_attribute attribute, CommonAttributes& common);
  bool read_common_element(std::string_view name, Node node, CommonAttributes& common);
  bool read_segment_element(std::string_view name, Node node, SegmentInfos& infos);
  SegmentInfo read_segment_info(Node node);
  void read_segment_attribute(pugi::xml_attribute attribute, SegmentInfo& info);
  UrlElement read_url(Node node);
  std::vector<TimelineEntry> read_timeline(Node node);
  bool read_timeline_entry(Node node, TimelineEntry& entry);
  SegmentUrl read_segment_url(Node node);
  static Descriptor read_descriptor(Node node);
  static std::string read_text(Node node) { return std::string(trim(node.text().get())); }
  int read_pixels(std::string_view value);

  Mpd mpd_;
  std::optional<Error> error_;
  std::size_t representations_ = 0;
  std::size_t listed_ = 0;  // S and SegmentURL elements
};

// The tree is walked iteratively everywhere, so depth is a matter of sense, not of safety.
bool is_too_deep(pugi::xml_node root) {
  int depth = 0;
  pugi::xml_node node = root;
  while (true) {
    if (pugi::xml_node child = node.first_child()) {
      node = child;
      if (++depth > limits::kXmlDepth) return true;
      continue;
    }
    while (node != root && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node == root) return false;
    node = node.next_sibling();
  }
}

Descriptor MpdParser::read_descriptor(Node node) {
  return {node.attribute("schemeIdUri").value(), node.attribute("value").value()};
}

int MpdParser::read_pixels(std::string_view value) {
  const std::optional<uint64_t> pixels = parse_uint64(value);
  constexpr uint64_t kMaxPixels = 1 << 20;
  if (pixels && *pixels <= kMaxPixels) return static_cast<int>(*pixels);
  warn();
  return 0;
}

bool MpdParser::read_common_attribute(pugi::xml_attribute attribute, CommonAttributes& common) {
  const std::string_view name = local_name(attribute.name());
  if (name == "mimeType") {
    common.mime_type = attribute.value();
  } else if (name == "codecs") {
    common.codecs = attribute.value();
  } else if (name == "frameRate") {
    common.frame_rate = attribute.value();
  } else if (name == "audioSamplingRate") {
    common.audio_sampling_rate = attribute.value();
  } else if (name == "width") {
    common.width = read_pixels(attribute.value());
  } else if (name == "height") {
    common.height = read_pixels(attribute.value());
  } else {
    return false;
  }
  return true;
}

bool MpdParser::read_common_element(std::string_view name, Node node, CommonAttributes& common) {
  if (name == "AudioChannelConfiguration") {
    common.channel_configurations.push_back(read_descriptor(node));
  } else if (name == "EssentialProperty") {
    common.essential_properties.push_back(read_descriptor(node));
  } else if (name == "SupplementalProperty") {
    common.supplemental_properties.push_back(read_descriptor(node));
  } else if (name == "ContentProtection") {
    common.content_protections.push_back(read_descriptor(node));
  } else {
    return false;
  }
  return true;
}

bool MpdParser::read_segment_element(std::string_view name, Node node, SegmentInfos& infos) {
  if (name == "SegmentTemplate") {
    infos.segment_template = read_segment_info(node);
  } else if (name == "SegmentList") {
    infos.list = read_segment_info(node);
  } else if (name == "SegmentBase") {
    infos.base = read_segment_info(node);
  } else {
    return false;
  }
  return true;
}

void MpdParser::read_segment_attribute(pugi::xml_attribute attribute, SegmentInfo& info) {
  const std::string_view name = local_name(attribute.name());
  const std::string_view value = trim(attribute.value());
  if (name == "timescale") {
    take(parse_int64(value), info.timescale);
    if (info.timescale && *info.timescale <= 0) {
      warn();
      info.timescale.reset();
    }
  } else if (name == "presentationTimeOffset") {
    // unsignedLong by the schema; packagers write fractions of ticks.
    take(parse_decimal(value, 0), info.presentation_time_offset);
  } else if (name == "duration") {
    take(parse_decimal(value, 0), info.duration);
    if (info.duration && *info.duration <= 0) {
      warn();
      info.duration.reset();
    }
  } else if (name == "startNumber") {
    take(parse_uint64(value), info.start_number);
  } else if (name == "endNumber") {
    take(parse_uint64(value), info.end_number);
  } else if (name == "indexRange") {
    take(parse_range(value), info.index_range);
  } else if (name == "media") {
    info.media = value;
  } else if (name == "initialization") {
    info.initialization = value;
  }
}

UrlElement MpdParser::read_url(Node node) {
  UrlElement url;
  url.source_url = trim(node.attribute("sourceURL").value());
  if (const pugi::xml_attribute range = node.attribute("range")) {
    take(parse_range(trim(range.value())), url.range);
  }
  return url;
}

SegmentUrl MpdParser::read_segment_url(Node node) {
  SegmentUrl url;
  url.media = trim(node.attribute("media").value());
  if (const pugi::xml_attribute range = node.attribute("mediaRange")) {
    take(parse_range(trim(range.value())), url.range);
  }
  return url;
}

bool MpdParser::read_timeline_entry(Node node, TimelineEntry& entry) {
  bool has_duration = false;
  for (const pugi::xml_attribute attribute : node.attributes()) {
    const std::string_view name(attribute.name());
    const std::string_view value(attribute.value());
    if (name == "d") {
      const std::optional<int64_t> duration = parse_int64(value);
      has_duration = duration && *duration > 0;
      entry.duration = duration.value_or(0);
    } else if (name == "t") {
      take(parse_int64(value), entry.time);
    } else if (name == "r") {
      const std::optional<int64_t> repeat = parse_int64(value);
      if (!repeat) warn();
      entry.repeat = repeat.value_or(0);
    } else if (name == "n") {
      take(parse_uint64(value), entry.number);
    }
  }
  return has_duration;
}

std::vector<TimelineEntry> MpdParser::read_timeline(Node node) {
  std::vector<TimelineEntry> entries;
  for (const Node child : node.children()) {
    if (local_name(child.name()) != "S") continue;
    if (++listed_ > limits::kSegments) {
      limit("more than 500,000 S and SegmentURL elements");
      break;
    }
    TimelineEntry entry;
    if (read_timeline_entry(child, entry)) {
      entries.push_back(entry);
    } else {
      warn();  // no duration: nothing can be there
    }
  }
  entries.shrink_to_fit();
  return entries;
}

SegmentInfo MpdParser::read_segment_info(Node node) {
  SegmentInfo info;
  for (const pugi::xml_attribute attribute : node.attributes()) {
    read_segment_attribute(attribute, info);
  }
  std::vector<SegmentUrl> urls;
  for (const Node child : node.children()) {
    const std::string_view name = local_name(child.name());
    if (name == "SegmentTimeline") {
      info.timeline = std::make_shared<std::vector<TimelineEntry>>(read_timeline(child));
    } else if (name == "Initialization") {
      info.initialization_element = read_url(child);
    } else if (name == "RepresentationIndex") {
      info.representation_index = read_url(child);
    } else if (name == "SegmentURL") {
      if (++listed_ > limits::kSegments) {
        limit("more than 500,000 S and SegmentURL elements");
        break;
      }
      urls.push_back(read_segment_url(child));
    }
  }
  if (!urls.empty()) info.segment_urls = std::make_shared<std::vector<SegmentUrl>>(std::move(urls));
  return info;
}

Representation MpdParser::read_representation(Node node) {
  Representation representation;
  if (++representations_ > limits::kRepresentations) limit("more than 100,000 Representations");
  for (const pugi::xml_attribute attribute : node.attributes()) {
    const std::string_view name = local_name(attribute.name());
    if (name == "id") {
      representation.id = attribute.value();
    } else if (name == "bandwidth") {
      const std::optional<int64_t> bandwidth = parse_decimal(trim(attribute.value()), 0);
      if (!bandwidth) warn();
      representation.bandwidth = bandwidth.value_or(0);
    } else {
      read_common_attribute(attribute, representation.common);
    }
  }
  for (const Node child : node.children()) {
    const std::string_view name = local_name(child.name());
    if (name == "BaseURL") {
      representation.base_urls.push_back(read_text(child));
    } else if (!read_segment_element(name, child, representation.segments)) {
      read_common_element(name, child, representation.common);
    }
  }
  return representation;
}

AdaptationSet MpdParser::read_adaptation_set(Node node) {
  AdaptationSet set;
  for (const pugi::xml_attribute attribute : node.attributes()) {
    const std::string_view name = local_name(attribute.name());
    if (name == "id") {
      set.id = attribute.value();
    } else if (name == "contentType") {
      set.content_type = attribute.value();
    } else if (name == "lang") {
      set.language = attribute.value();
    } else if (name == "label") {
      set.label = attribute.value();
    } else {
      read_common_attribute(attribute, set.common);
    }
  }
  for (const Node child : node.children()) {
    const std::string_view name = local_name(child.name());
    if (name == "Representation") {
      set.representations.push_back(read_representation(child));
    } else if (name == "BaseURL") {
      set.base_urls.push_back(read_text(child));
    } else if (name == "Role") {
      set.roles.push_back(read_descriptor(child));
    } else if (name == "Accessibility") {
      set.accessibilities.push_back(read_descriptor(child));
    } else if (name == "Label") {
      set.label = read_text(child);
    } else if (name == "ContentComponent") {
      // Describes muxed media; the first kind named stands for the set.
      if (set.content_type.empty()) set.content_type = child.attribute("contentType").value();
      if (set.language.empty()) set.language = child.attribute("lang").value();
    } else if (!read_segment_element(name, child, set.segments)) {
      read_common_element(name, child, set.common);
    }
  }
  return set;
}

Period MpdParser::read_period(Node node) {
  Period period;
  for (const pugi::xml_attribute attribute : node.attributes()) {
    const std::string_view name = local_name(attribute.name());
    const std::string_view value = trim(attribute.value());
    if (name == "id") {
      period.id = value;
    } else if (name == "start") {
      take(parse_iso_duration(value), period.start);
    } else if (name == "duration") {
      take(parse_iso_duration(value), period.duration);
    } else if (name == "href") {
      period.xlink_href = value;
    }
  }
  for (const Node child : node.children()) {
    const std::string_view name = local_name(child.name());
    if (name == "AdaptationSet") {
      period.adaptation_sets.push_back(read_adaptation_set(child));
    } else if (name == "BaseURL") {
      period.base_urls.push_back(read_text(child));
    } else {
      read_segment_element(name, child, period.segments);
    }
  }
  return period;
}

void MpdParser::read_mpd_attributes(Node node) {
  struct DurationRow {
    std::string_view name;
    std::optional<Duration> Mpd::*field;
  };
  static constexpr std::array<DurationRow, 5> kDurations{{
      {"mediaPresentationDuration", &Mpd::media_presentation_duration},
      {"minimumUpdatePeriod", &Mpd::minimum_update_period},
      {"minBufferTime", &Mpd::min_buffer_time},
      {"timeShiftBufferDepth", &Mpd::time_shift_buffer_depth},
      {"suggestedPresentationDelay", &Mpd::suggested_presentation_delay},
  }};
  struct DateRow {
    std::string_view name;
    std::optional<WallTime> Mpd::*field;
  };
  static constexpr std::array<DateRow, 3> kDates{{
      {"availabilityStartTime", &Mpd::availability_start_time},
      {"availabilityEndTime", &Mpd::availability_end_time},
      {"publishTime", &Mpd::publish_time},
  }};
  for (const pugi::xml_attribute attribute : node.attributes()) {
    const std::string_view name = local_name(attribute.name());
    const std::string_view value = trim(attribute.value());
    if (name == "type") mpd_.is_dynamic = value == "dynamic";
    for (const DurationRow& row : kDurations) {
      if (row.name == name) take(parse_iso_duration(value), mpd_.*row.field);
    }
    for (const DateRow& row : kDates) {
      if (row.name == name) take(parse_iso_date_time(value), mpd_.*row.field);
    }
  }
}

void MpdParser::read_mpd(Node node) {
  read_mpd_attributes(node);
  for (const Node child : node.children()) {
    const std::string_view name = local_name(child.name());
    if (name == "Period") {
      if (mpd_.periods.size() >= limits::kPeriods) return limit("more than 5,000 Periods");
      mpd_.periods.push_back(read_period(child));
    } else if (name == "BaseURL") {
      mpd_.base_urls.push_back(read_text(child));
    } else if (name == "Location") {
      mpd_.locations.push_back(read_text(child));
    } else if (name == "UTCTiming") {
      mpd_.utc_timings.push_back(read_descriptor(child));
    }
  }
}

Result<Mpd> MpdParser::parse(ByteView text, const std::string& url) {
  if (static_cast<int64_t>(text.size()) > limits::kManifestBytes) {
    return make_error(ErrorCode::kManifestLimit, "the MPD is larger than 32 MiB");
  }
  const auto count = [&](uint8_t c) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), c));
  };
  if (count('<') > limits::kXmlMarkup || count('=') > limits::kXmlAttributes) {
    return make_error(ErrorCode::kManifestLimit, "the MPD has too many elements or attributes");
  }
  pugi::xml_document document;
  const pugi::xml_parse_result parsed =
      document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_auto);
  if (!parsed) {
    return make_error(ErrorCode::kManifestSyntax,
                      "byte " + std::to_string(parsed.offset) + ": " + parsed.description());
  }
  if (is_too_deep(document)) {
    return make_error(ErrorCode::kManifestLimit, "the MPD nests deeper than 64 elements");
  }
  const Node root = document.document_element();
  if (local_name(root.name()) != "MPD") {
    return make_error(ErrorCode::kManifestSyntax, "the XML document is not an MPD");
  }
  mpd_.url = url;
  read_mpd(root);
  if (error_) return *std::move(error_);
  if (mpd_.periods.empty()) return make_error(ErrorCode::kManifestEmpty, "the MPD has no Period");
  return std::move(mpd_);
}

}  // namespace

Result<Mpd> parse_mpd(ByteView text, const std::string& url) {
  return MpdParser().parse(text, url);
}

}  // namespace playhead::dash

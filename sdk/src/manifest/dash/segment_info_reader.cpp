// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "base/decimal.h"
#include "base/limits.h"
#include "manifest/dash/mpd_reader.h"

namespace playhead::dash {
namespace {

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

// parse_int64 for what nearly every S says: a few digits. Other texts go the long way.
std::optional<int64_t> parse_ticks(const char* text) {
  int64_t value = 0;
  const char* at = text;
  for (; *at >= '0' && *at <= '9' && at - text < 18; ++at) value = value * 10 + (*at - '0');
  if (*at == '\0' && at != text) return value;
  return parse_int64(trim(text));
}

bool is_one_letter(const char* name) { return name[0] != '\0' && name[1] == '\0'; }

}  // namespace

bool MpdReader::count_listed() {
  if (++listed_ <= limits::kSegments) return true;
  findings_.limit("more than 500,000 S, SegmentURL and Event elements");
  return false;
}

bool MpdReader::read_segment_element(std::string_view name, Node node, SegmentInfos& infos) {
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

void MpdReader::read_segment_attribute(Node node, Attribute attribute, SegmentInfo& info) {
  const std::string_view name = local_name(attribute.name());
  const std::string_view value = trim(attribute.value());
  const auto take_positive = [&](std::optional<int64_t> parsed, std::optional<int64_t>& out) {
    if (parsed && *parsed <= 0) parsed.reset();
    take(parsed, out, node, attribute);
  };
  if (name == "timescale") {
    take_positive(parse_int64(value), info.timescale);
  } else if (name == "presentationTimeOffset") {
    // unsignedLong by the schema; packagers write fractions of ticks.
    take(parse_decimal(value, 0), info.presentation_time_offset, node, attribute);
  } else if (name == "duration") {
    take_positive(parse_decimal(value, 0), info.duration);
  } else if (name == "startNumber") {
    take(parse_uint64(value), info.start_number, node, attribute);
  } else if (name == "endNumber") {
    take(parse_uint64(value), info.end_number, node, attribute);
  } else if (name == "indexRange") {
    take(parse_range(value), info.index_range, node, attribute);
  } else if (name == "media") {
    info.media = value;
  } else if (name == "initialization") {
    info.initialization = value;
  } else if (name == "k") {
    std::optional<uint64_t> parts;
    take(parse_uint64(value), parts, node, attribute);
    if (parts && *parts <= limits::kPartsOfSegment) info.parts = static_cast<uint32_t>(*parts);
  } else if (name == "availabilityTimeOffset") {
    if (value == "INF") {
      info.availability_time_offset = Duration::max();
    } else if (const std::optional<int64_t> us = parse_decimal(value, 6)) {
      info.availability_time_offset = Duration{*us};
    } else {
      unreadable(node, attribute);
    }
  }
}

UrlElement MpdReader::read_url(Node node) {
  UrlElement url;
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    if (name == "sourceURL") {
      url.source_url = trim(attribute.value());
    } else if (name == "range") {
      take(parse_range(trim(attribute.value())), url.range, node, attribute);
    }
  }
  return url;
}

SegmentUrl MpdReader::read_segment_url(Node node) {
  SegmentUrl url;
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    if (name == "media") {
      url.media = trim(attribute.value());
    } else if (name == "mediaRange") {
      take(parse_range(trim(attribute.value())), url.range, node, attribute);
    }
  }
  return url;
}

// 6th edition, 5.3.9.6: durations taken in turn.
std::vector<int64_t> MpdReader::read_pattern(Node node) {
  std::vector<int64_t> durations;
  for (const Node child : children_of(node)) {
    if (local_name(child) != "P") continue;
    const std::optional<int64_t> duration = parse_int64(trim(attribute_of(child, "d")));
    const std::string_view repeat_text = trim(attribute_of(child, "r"));
    const int64_t repeat = parse_int64(repeat_text.empty() ? "0" : repeat_text).value_or(-1);
    const std::size_t count =
        repeat < 0 ? limits::kPatternDurations : static_cast<std::size_t>(repeat);
    if (!count_listed()) break;
    if (!duration || *duration <= 0 || count >= limits::kPatternDurations - durations.size()) {
      findings_.violation(byte_of(child), "5.3.9.6", "a P element without a usable @d or @r");
      continue;
    }
    durations.insert(durations.end(), count + 1, *duration);
  }
  return durations;
}

bool MpdReader::read_timeline_entry(Node node, TimelineEntry& entry,
                                    const std::vector<std::string_view>& pattern_ids) {
  for (Attribute attribute = node.first_attribute(); attribute;
       attribute = attribute.next_attribute()) {
    const char* name = attribute.name();
    if (!is_one_letter(name)) {
      if (std::string_view(name) == "pE") {
        entry.pattern_start =
            static_cast<uint16_t>(parse_uint64(trim(attribute.value())).value_or(0));
      }
      continue;
    }
    if (name[0] == 'p') {
      const auto found = std::find(pattern_ids.begin(), pattern_ids.end(), trim(attribute.value()));
      if (found == pattern_ids.end()) {
        unreadable(node, attribute);
      } else {
        entry.pattern = static_cast<uint16_t>(1 + (found - pattern_ids.begin()));
      }
      continue;
    }
    const std::optional<int64_t> value = parse_ticks(attribute.value());
    if (name[0] == 'd') {
      entry.duration = value.value_or(0);
    } else if (name[0] == 't') {
      if (value) entry.time = *value;
    } else if (name[0] == 'r') {
      entry.repeat = value.value_or(0);
    } else if (name[0] == 'n') {
      if (value && *value >= 0) entry.number = static_cast<uint64_t>(*value);
    } else if (name[0] == 'k') {
      if (value && *value > 0 && *value <= int64_t{limits::kPartsOfSegment}) {
        entry.parts = static_cast<uint32_t>(*value);
      }
    } else {
      continue;
    }
    if (!value) unreadable(node, attribute);
  }
  return entry.duration > 0 || entry.pattern > 0;
}

void MpdReader::read_timeline(Node node, SegmentInfo& info) {
  // Counted first: growing step by step would need half as much memory again, and copies.
  std::size_t count = 0;
  for (Node child = node.first_child(); child; child = child.next_sibling()) ++count;
  std::vector<TimelineEntry> entries;
  entries.reserve(std::min(count, limits::kSegments));
  std::vector<std::string_view> pattern_ids;
  TimelinePatterns patterns;
  for (Node child = node.first_child(); child; child = child.next_sibling()) {
    const char* element = child.name();
    if (!(element[0] == 'S' && element[1] == '\0')) {
      const std::string_view name = local_name(element);
      if (name == "Pattern" && patterns.size() < limits::kPatterns) {
        pattern_ids.push_back(trim(attribute_of(child, "id")));
        patterns.push_back(read_pattern(child));
      }
      if (name != "S") continue;
    }
    if (!count_listed()) break;
    TimelineEntry& entry = entries.emplace_back();
    if (!read_timeline_entry(child, entry, pattern_ids)) {
      findings_.violation(byte_of(child), "5.3.9.6", "an S element without a usable @d");
      entries.pop_back();  // no duration: nothing can be there
    }
  }
  info.timeline = std::make_shared<std::vector<TimelineEntry>>(std::move(entries));
  if (!patterns.empty()) info.patterns = std::make_shared<TimelinePatterns>(std::move(patterns));
}

std::unique_ptr<SegmentInfo> MpdReader::read_segment_info(Node node) {
  auto info = std::make_unique<SegmentInfo>();
  for (const Attribute attribute : attributes_of(node)) {
    read_segment_attribute(node, attribute, *info);
  }
  std::vector<SegmentUrl> urls;
  for (const Node child : children_of(node)) {
    const std::string_view name = local_name(child);
    if (name == "SegmentTimeline") {
      read_timeline(child, *info);
    } else if (name == "Initialization") {
      info->initialization_element = read_url(child);
    } else if (name == "RepresentationIndex") {
      info->representation_index = read_url(child);
    } else if (name == "SegmentURL") {
      if (!count_listed()) break;
      urls.push_back(read_segment_url(child));
    }
  }
  if (!urls.empty()) {
    info->segment_urls = std::make_shared<std::vector<SegmentUrl>>(std::move(urls));
  }
  return info;
}

}  // namespace playhead::dash

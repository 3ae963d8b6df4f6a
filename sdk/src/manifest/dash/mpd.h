// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/time.h"
#include "playhead/transport.h"

// What an MPD says, element by element (ISO/IEC 23009-1), before inheritance and defaults are
// applied. Owns its strings; dash_presentation maps it onto the common model.
namespace playhead::dash {

// EssentialProperty, SupplementalProperty, Role, Accessibility, AudioChannelConfiguration,
// UTCTiming, ContentProtection: all DescriptorType (5.8.2).
struct Descriptor {
  std::string scheme;  // @schemeIdUri
  std::string value;
};

// Initialization, RepresentationIndex (URLType, 5.3.9.2).
struct UrlElement {
  std::string source_url;  // empty: the BaseURL
  std::optional<ByteRange> range;
};

// S (5.3.9.6).
struct TimelineEntry {
  std::optional<int64_t> time;  // @t; missing: where the one before ends
  std::optional<uint64_t> number;
  int64_t duration = 0;  // @d
  int64_t repeat = 0;    // @r; negative: up to the next S@t or the Period's end
};

// SegmentURL (5.3.9.3).
struct SegmentUrl {
  std::string media;  // empty: the BaseURL
  std::optional<ByteRange> range;
};

// SegmentBase, SegmentList or SegmentTemplate of one level: what is not set is inherited (5.3.9.1).
struct SegmentInfo {
  std::optional<int64_t> timescale;
  std::optional<int64_t> presentation_time_offset;
  std::optional<int64_t> duration;
  std::optional<uint64_t> start_number;
  std::optional<uint64_t> end_number;
  std::optional<ByteRange> index_range;
  std::optional<std::string> media;           // SegmentTemplate@media
  std::optional<std::string> initialization;  // SegmentTemplate@initialization
  std::optional<UrlElement> initialization_element;
  std::optional<UrlElement> representation_index;
  // Shared by the Representations that inherit it.
  std::shared_ptr<const std::vector<TimelineEntry>> timeline;
  std::shared_ptr<const std::vector<SegmentUrl>> segment_urls;
};

// The three at one level; at most one of them by the standard.
struct SegmentInfos {
  std::optional<SegmentInfo> base;
  std::optional<SegmentInfo> list;
  std::optional<SegmentInfo> segment_template;
};

// RepresentationBaseType (5.3.7): what AdaptationSet and Representation have in common.
struct CommonAttributes {
  std::string mime_type;
  std::string codecs;
  std::string frame_rate;
  std::string audio_sampling_rate;
  int width = 0, height = 0;
  std::vector<Descriptor> channel_configurations;
  std::vector<Descriptor> essential_properties;
  std::vector<Descriptor> supplemental_properties;
  std::vector<Descriptor> content_protections;
};

struct Representation {
  std::string id;
  int64_t bandwidth = 0;
  CommonAttributes common;
  std::vector<std::string> base_urls;
  SegmentInfos segments;
};

struct AdaptationSet {
  std::string id;
  std::string content_type;
  std::string language;
  std::string label;
  CommonAttributes common;
  std::vector<Descriptor> roles;
  std::vector<Descriptor> accessibilities;
  std::vector<std::string> base_urls;
  SegmentInfos segments;
  std::vector<Representation> representations;
};

struct Period {
  std::string id;
  std::optional<Duration> start;
  std::optional<Duration> duration;
  std::string xlink_href;  // not resolved by the parser
  std::vector<std::string> base_urls;
  SegmentInfos segments;
  std::vector<AdaptationSet> adaptation_sets;
};

struct Mpd {
  std::string url;  // base of its URLs
  bool is_dynamic = false;
  std::optional<Duration> media_presentation_duration;
  std::optional<WallTime> availability_start_time;
  std::optional<WallTime> availability_end_time;
  std::optional<WallTime> publish_time;
  std::optional<Duration> minimum_update_period;
  std::optional<Duration> min_buffer_time;
  std::optional<Duration> time_shift_buffer_depth;
  std::optional<Duration> suggested_presentation_delay;
  std::vector<std::string> base_urls;
  std::vector<std::string> locations;
  std::vector<Descriptor> utc_timings;
  std::vector<Period> periods;
  int warnings = 0;
};

}  // namespace playhead::dash

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/time.h"
#include "playhead/transport.h"

// What an MPD says, element by element (ISO/IEC 23009-1), before inheritance and defaults are
// applied. Texts are views into the document, which Mpd keeps alive; dash_presentation maps all of
// it onto the common model.
namespace playhead::dash {

// EssentialProperty, SupplementalProperty, Role, Accessibility, AudioChannelConfiguration,
// UTCTiming …: DescriptorType (5.8.2).
struct Descriptor {
  std::string_view scheme;  // @schemeIdUri
  std::string_view value;
  std::string_view id;
};

// 5.8.4.1, with the children DRM systems put into it.
struct ContentProtection {
  std::string_view scheme, value;
  std::string_view default_kid;  // @cenc:default_KID, several separated by white space
  std::string_view robustness;
  std::vector<std::string_view> pssh;  // cenc:pssh, base64
  std::string_view playready_object;   // mspr:pro, base64
  std::string_view license_url;        // dashif:Laurl, clearkey:Laurl, ms:laurl
};

// 5.6.4; DVB attributes by ETSI TS 103 285.
struct BaseUrl {
  std::string_view url;
  std::string_view service_location;
  int priority = 1, weight = 1;
  Duration availability_time_offset{0};
};

// Initialization, RepresentationIndex (URLType, 5.3.9.2).
struct UrlElement {
  std::string_view source_url;  // empty: the BaseURL
  std::optional<ByteRange> range;
};

// S (5.3.9.6).
struct TimelineEntry {
  static constexpr int64_t kNoTime = std::numeric_limits<int64_t>::min();
  static constexpr uint64_t kNoNumber = std::numeric_limits<uint64_t>::max();
  int64_t time = kNoTime;  // @t; missing: where the one before ends
  int64_t duration = 0;    // @d
  int64_t repeat = 0;      // @r; negative: up to the next S@t or the Period's end
  uint64_t number = kNoNumber;
  uint32_t parts = 0;          // @k; 0: not said
  uint16_t pattern = 0;        // @p: 1 + position in TimelinePatterns; 0 none
  uint16_t pattern_start = 0;  // @pE
};
// Pattern (6th edition): durations taken in turn, @r written out.
using TimelinePatterns = std::vector<std::vector<int64_t>>;

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
  std::optional<uint32_t> parts;  // @k
  std::optional<Duration> availability_time_offset;
  std::optional<ByteRange> index_range;
  std::optional<std::string_view> media;           // SegmentTemplate@media
  std::optional<std::string_view> initialization;  // SegmentTemplate@initialization
  std::optional<UrlElement> initialization_element;
  std::optional<UrlElement> representation_index;
  // Shared by the Representations that inherit it.
  std::shared_ptr<const std::vector<TimelineEntry>> timeline;
  std::shared_ptr<const TimelinePatterns> patterns;
  std::shared_ptr<const std::vector<SegmentUrl>> segment_urls;
};

// The three at one level; at most one of them by the standard.
struct SegmentInfos {
  std::unique_ptr<SegmentInfo> base;
  std::unique_ptr<SegmentInfo> list;
  std::unique_ptr<SegmentInfo> segment_template;
};

// 5.12.
struct ProducerReferenceTime {
  std::string_view id, type, application_scheme, wall_clock_time;
  int64_t presentation_time = 0;
  bool is_inband = false;
  std::optional<Descriptor> utc_timing;
};

// RepresentationBaseType (5.3.7): what AdaptationSet and Representation have in common.
struct CommonAttributes {
  std::string_view mime_type;
  std::string_view codecs;
  std::string_view supplemental_codecs;
  std::string_view frame_rate;
  std::string_view audio_sampling_rate;
  std::string_view max_playout_rate;
  int width = 0, height = 0;
  uint32_t parts_cadence = 0;  // SegmentSequenceProperties@cadence: every n-th part is independent
  std::vector<Descriptor> channel_configurations;
  std::vector<Descriptor> essential_properties;
  std::vector<Descriptor> supplemental_properties;
  std::vector<ContentProtection> content_protections;
  std::vector<ProducerReferenceTime> producer_reference_times;
  std::vector<Descriptor> inband_events;
  std::string_view url_query;  // UrlQueryInfo (annex I): to add to the URLs of media
};

struct Representation {
  std::string_view id;
  int64_t bandwidth = 0;
  std::optional<uint32_t> quality_ranking;
  CommonAttributes common;
  std::vector<BaseUrl> base_urls;
  SegmentInfos segments;
  int64_t byte = 0;  // where it stands
};

struct AdaptationSet {
  std::string_view id;
  std::string_view content_type;
  std::string_view language;
  std::string_view label;
  int selection_priority = 1;
  CommonAttributes common;
  std::vector<Descriptor> roles;
  std::vector<Descriptor> accessibilities;
  std::vector<Descriptor> viewpoints;
  std::vector<BaseUrl> base_urls;
  SegmentInfos segments;
  std::vector<Representation> representations;
  int64_t byte = 0;
};

// 5.10.2.
struct Event {
  std::string_view id;
  int64_t presentation_time = 0;
  std::optional<int64_t> duration;
  std::string body;  // @messageData or the content: text, or the XML inside
  bool is_base64 = false;
};
struct EventStream {
  std::string_view scheme, value;
  int64_t timescale = 1;
  int64_t presentation_time_offset = 0;
  std::vector<Event> events;
};

struct Preselection {
  std::string_view id, language, label, codecs, components;
  std::vector<Descriptor> roles;
};

// A Period of which only the start tag is there, as the MPD before had the same one.
struct KnownPeriod {
  int64_t byte = 0;          // as Period::byte
  std::size_t position = 0;  // in the MPD before
  // What reading it there counted.
  int warnings = 0;
  std::size_t representations = 0, listed = 0;
};

struct Period {
  std::string_view id;
  std::optional<Duration> start;
  std::optional<Duration> duration;
  std::string_view xlink_href;  // resolved before, see xlink_resolver; else passed over
  std::optional<Descriptor> asset;
  std::vector<BaseUrl> base_urls;
  SegmentInfos segments;
  std::vector<AdaptationSet> adaptation_sets;
  std::vector<EventStream> event_streams;
  std::vector<Preselection> preselections;
  int64_t byte = 0;   // of its name
  int64_t limit = 0;  // of the name of the element that follows; 0: none does
  // What reading it counted, see KnownPeriod.
  int warnings = 0;
  std::size_t representations = 0, listed = 0;
  std::optional<std::size_t> known;  // KnownPeriod::position
};

struct Latency {
  std::optional<Duration> target, min, max;
  std::optional<double> min_rate, max_rate;
  std::string_view reference_id;
};

struct PatchLocation {
  std::string_view url;
  std::optional<Duration> ttl;
};

struct Steering {
  std::string_view url, default_location, proxy_url;
  bool query_before_start = false;
};

struct Mpd {
  std::string url;  // base of its URLs
  std::string_view id;
  bool is_dynamic = false;
  std::optional<Duration> media_presentation_duration;
  std::optional<WallTime> availability_start_time;
  std::optional<WallTime> availability_end_time;
  std::optional<WallTime> publish_time;
  std::optional<Duration> minimum_update_period;
  std::optional<Duration> min_buffer_time;
  std::optional<Duration> time_shift_buffer_depth;
  std::optional<Duration> suggested_presentation_delay;
  std::string_view title;
  std::vector<BaseUrl> base_urls;
  std::vector<std::string_view> locations;
  std::vector<PatchLocation> patch_locations;
  std::vector<Descriptor> utc_timings;
  std::optional<Latency> latency;
  std::optional<Steering> steering;
  std::vector<Period> periods;
  int warnings = 0;
  std::shared_ptr<const void> document;  // what the views point into
};

}  // namespace playhead::dash

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/dash/mpd.h"
#include "manifest/dash/xml.h"
#include "manifest/diagnostic.h"

namespace playhead::dash {

// Collects what is wrong with one document while it is read.
class Findings {
 public:
  Findings(std::string_view text, const ParseOptions& options) : text_(text), options_(options) {}

  // A value that cannot be read, or a contradiction: mended, and an error in strict mode.
  void violation(int64_t byte, std::string_view rule, std::string message);
  // Something unknown or without a use here.
  void skipped(int64_t byte, std::string message);
  void limit(const char* what) {
    if (!limit_) limit_ = make_error(ErrorCode::kManifestLimit, what);
  }
  // Whether anybody reads what was passed over.
  [[nodiscard]] bool wants_details() const {
    return options_.diagnostics != nullptr || options_.strict;
  }
  // The limit that was hit or, in strict mode, the first violation.
  [[nodiscard]] std::optional<Error> error() const { return limit_ ? limit_ : first_; }
  [[nodiscard]] bool is_over_limit() const { return limit_.has_value(); }
  [[nodiscard]] int warnings() const { return warnings_; }
  // Of what was read before.
  void add_warnings(int count) { warnings_ += count; }

 private:
  int64_t line_at(int64_t byte);

  std::string_view text_;
  const ParseOptions& options_;
  int warnings_ = 0;
  std::optional<Error> limit_, first_;
  int64_t known_byte_ = 0, known_line_ = 1;  // where counting lines has got to
};

// Readers of MPD elements. Each fills the structure of mpd.h and reports to `findings`.
class MpdReader {
 public:
  // `known`: null or those Periods that have no content, ascending by byte.
  MpdReader(Findings& findings, const std::vector<KnownPeriod>* known)
      : findings_(findings), known_(known) {}

  void read_mpd(pugi::xml_node node, Mpd& mpd);
  // Of `known`, those that were met.
  [[nodiscard]] std::size_t known_periods() const { return known_periods_; }

 private:
  using Node = pugi::xml_node;
  using Attribute = pugi::xml_attribute;

  // Reads a value into `out` and reports what cannot be read.
  template <typename T>
  void take(std::optional<T> parsed, std::optional<T>& out, Node node, Attribute attribute) {
    if (!parsed) return unreadable(node, attribute);
    out = std::move(parsed);
  }
  void unreadable(Node node, Attribute attribute);
  void unknown(Node node);

  // mpd_parser.cpp
  void read_period(Node node, Period& period);
  void count_period(Node node, Mpd& mpd);
  void read_mpd_attributes(Node node, Mpd& mpd);
  bool read_mpd_element(std::string_view name, Node node, Mpd& mpd);
  void read_adaptation_set(Node node, AdaptationSet& set);
  bool read_set_attribute(Node node, Attribute attribute, AdaptationSet& set);
  bool read_set_element(std::string_view name, Node node, AdaptationSet& set);
  void read_representation(Node node, Representation& representation);
  bool read_common_attribute(std::string_view name, Node node, Attribute attribute,
                             CommonAttributes& common);
  bool read_common_element(std::string_view name, Node node, CommonAttributes& common);
  int read_pixels(Node node, Attribute attribute);
  BaseUrl read_base_url(Node node);
  Preselection read_preselection(Node node);

  // segment_info_reader.cpp
  bool read_segment_element(std::string_view name, Node node, SegmentInfos& infos);
  std::unique_ptr<SegmentInfo> read_segment_info(Node node);
  void read_segment_attribute(Node node, Attribute attribute, SegmentInfo& info);
  UrlElement read_url(Node node);
  void read_timeline(Node node, SegmentInfo& info);
  bool read_timeline_entry(Node node, TimelineEntry& entry,
                           const std::vector<std::string_view>& pattern_ids);
  std::vector<int64_t> read_pattern(Node node);
  SegmentUrl read_segment_url(Node node);
  bool count_listed();

  // descriptor_reader.cpp
  static Descriptor read_descriptor(Node node);
  ContentProtection read_content_protection(Node node);
  ProducerReferenceTime read_producer_reference_time(Node node);
  static std::string_view read_url_query(Node node);
  EventStream read_event_stream(Node node);
  Event read_event(Node node);
  Latency read_service_description(Node node);
  Steering read_steering(Node node);
  std::optional<Duration> read_milliseconds(Node node, Attribute attribute);

  Findings& findings_;
  const std::vector<KnownPeriod>* known_;
  std::size_t known_periods_ = 0;
  std::size_t representations_ = 0;
  bool has_label_element_ = false;  // the set being read
  std::size_t listed_ = 0;          // S, P, SegmentURL and Event elements
};

}  // namespace playhead::dash

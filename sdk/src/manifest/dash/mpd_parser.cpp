// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/mpd_parser.h"

#include <algorithm>
#include <array>

#include "base/decimal.h"
#include "base/iso8601.h"
#include "base/limits.h"
#include "manifest/dash/mpd_reader.h"
#include "manifest/dash/mpd_rules.h"

namespace playhead::dash {
namespace {

std::optional<int> parse_small(std::string_view text) {
  const std::optional<uint64_t> value = parse_uint64(text);
  constexpr uint64_t kMax = 1'000'000'000;
  if (!value || *value > kMax) return std::nullopt;
  return static_cast<int>(*value);
}

// Appends with room for what a level usually holds: growing one by one moves large structures.
template <typename T>
T& append(std::vector<T>& items) {
  constexpr std::size_t kUsual = 6;
  if (items.empty()) items.reserve(kUsual);
  return items.emplace_back();
}

}  // namespace

int64_t Findings::line_at(int64_t byte) {
  if (byte < known_byte_ || byte > static_cast<int64_t>(text_.size())) return line_of(text_, byte);
  const auto skipped = static_cast<std::size_t>(byte - known_byte_);
  known_line_ +=
      line_of(text_.substr(static_cast<std::size_t>(known_byte_), skipped), byte - known_byte_) - 1;
  known_byte_ = byte;
  return known_line_;
}

void Findings::violation(int64_t byte, std::string_view rule, std::string message) {
  ++warnings_;
  if (!wants_details()) return;
  if (options_.diagnostics != nullptr && options_.diagnostics->is_full() &&
      (first_ || !options_.strict)) {
    return options_.diagnostics->count_one(Diagnostic::Severity::kViolation);
  }
  Diagnostic found;
  found.line = line_at(byte);
  found.byte = byte;
  const bool is_clause = !rule.empty() && rule.front() >= '0' && rule.front() <= '9';
  found.rule = (is_clause ? "ISO/IEC 23009-1 " : "") + std::string(rule);
  found.message = std::move(message);
  if (options_.strict && !first_) {
    first_ = make_error(ErrorCode::kManifestSyntax, "line " + std::to_string(found.line) +
                                                        ", byte " + std::to_string(byte) + ": " +
                                                        found.message + " (" + found.rule + ")");
  }
  if (options_.diagnostics != nullptr) options_.diagnostics->add(std::move(found));
}

void Findings::skipped(int64_t byte, std::string message) {
  if (options_.diagnostics == nullptr) return;
  if (options_.diagnostics->is_full())
    return options_.diagnostics->count_one(Diagnostic::Severity::kSkipped);
  Diagnostic found;
  found.line = line_at(byte);
  found.byte = byte;
  found.severity = Diagnostic::Severity::kSkipped;
  found.message = std::move(message);
  options_.diagnostics->add(std::move(found));
}

void MpdReader::unreadable(Node node, Attribute attribute) {
  if (!findings_.wants_details()) return findings_.violation(0, {}, {});
  constexpr std::size_t kShown = 40;
  findings_.violation(byte_of(node), "ISO/IEC 23009-1 schema",
                      std::string(local_name(node)) + "@" + attribute.name() + " cannot be \"" +
                          std::string(std::string_view(attribute.value()).substr(0, kShown)) +
                          "\"");
}

void MpdReader::unknown(Node node) {
  if (node.type() != pugi::node_element || !findings_.wants_details()) return;
  findings_.skipped(byte_of(node), "the element " + std::string(node.name()) + " has no use here");
}

int MpdReader::read_pixels(Node node, Attribute attribute) {
  const std::optional<uint64_t> pixels = parse_uint64(trim(attribute.value()));
  constexpr uint64_t kMaxPixels = 1 << 20;
  if (pixels && *pixels <= kMaxPixels) return static_cast<int>(*pixels);
  unreadable(node, attribute);
  return 0;
}

BaseUrl MpdReader::read_base_url(Node node) {
  BaseUrl base;
  base.url = text_of(node);
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    const std::string_view value = trim(attribute.value());
    if (name == "serviceLocation") {
      base.service_location = value;
    } else if (name == "priority") {
      base.priority = parse_small(value).value_or(1);
    } else if (name == "weight") {
      base.weight = parse_small(value).value_or(1);
    } else if (name == "availabilityTimeOffset") {
      const std::optional<int64_t> us = parse_decimal(value, 6);
      if (us) base.availability_time_offset = Duration{*us};
      if (value == "INF") base.availability_time_offset = Duration::max();
    }
  }
  return base;
}

bool MpdReader::read_common_attribute(std::string_view name, Node node, Attribute attribute,
                                      CommonAttributes& common) {
  if (name == "mimeType") {
    common.mime_type = trim(attribute.value());
  } else if (name == "codecs") {
    common.codecs = trim(attribute.value());
  } else if (name == "width") {
    common.width = read_pixels(node, attribute);
  } else if (name == "height") {
    common.height = read_pixels(node, attribute);
  } else if (name == "frameRate") {
    common.frame_rate = trim(attribute.value());
  } else if (name == "audioSamplingRate") {
    common.audio_sampling_rate = trim(attribute.value());
  } else if (name == "maxPlayoutRate") {
    common.max_playout_rate = trim(attribute.value());
  } else if (name == "supplementalCodecs") {
    common.supplemental_codecs = trim(attribute.value());
  } else {
    return false;
  }
  return true;
}

bool MpdReader::read_common_element(std::string_view name, Node node, CommonAttributes& common) {
  if (name == "AudioChannelConfiguration") {
    common.channel_configurations.push_back(read_descriptor(node));
  } else if (name == "ContentProtection") {
    append(common.content_protections) = read_content_protection(node);
  } else if (name == "EssentialProperty" || name == "SupplementalProperty") {
    const std::string_view query = read_url_query(node);
    if (!query.empty()) common.url_query = query;
    (name[0] == 'E' ? common.essential_properties : common.supplemental_properties)
        .push_back(read_descriptor(node));
  } else if (name == "ProducerReferenceTime") {
    common.producer_reference_times.push_back(read_producer_reference_time(node));
  } else if (name == "InbandEventStream") {
    common.inband_events.push_back(read_descriptor(node));
  } else if (name == "SegmentSequenceProperties") {
    common.parts_cadence =
        static_cast<uint32_t>(parse_small(trim(attribute_of(node, "cadence"))).value_or(0));
  } else {
    return false;
  }
  return true;
}

void MpdReader::read_representation(Node node, Representation& representation) {
  representation.byte = byte_of(node);
  if (++representations_ > limits::kRepresentations) {
    return findings_.limit("more than 30,000 Representations");
  }
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    if (name == "id") {
      representation.id = attribute.value();
    } else if (name == "bandwidth") {
      std::optional<int64_t> bandwidth;
      take(parse_decimal(trim(attribute.value()), 0), bandwidth, node, attribute);
      representation.bandwidth = bandwidth.value_or(0);
    } else if (name == "qualityRanking") {
      const std::optional<int> ranking = parse_small(trim(attribute.value()));
      if (ranking) representation.quality_ranking = static_cast<uint32_t>(*ranking);
    } else {
      read_common_attribute(name, node, attribute, representation.common);
    }
  }
  for (const Node child : children_of(node)) {
    const std::string_view name = local_name(child);
    if (name == "BaseURL") {
      representation.base_urls.push_back(read_base_url(child));
    } else if (!read_segment_element(name, child, representation.segments) &&
               !read_common_element(name, child, representation.common)) {
      unknown(child);
    }
  }
}

bool MpdReader::read_set_attribute(Node node, Attribute attribute, AdaptationSet& set) {
  const std::string_view name = local_name(attribute.name());
  if (name == "id") {
    set.id = attribute.value();
  } else if (name == "contentType") {
    set.content_type = trim(attribute.value());
  } else if (name == "lang") {
    set.language = trim(attribute.value());
  } else if (name == "label") {
    set.label = attribute.value();
  } else if (name == "selectionPriority") {
    set.selection_priority = parse_small(trim(attribute.value())).value_or(1);
  } else {
    return read_common_attribute(name, node, attribute, set.common);
  }
  return true;
}

bool MpdReader::read_set_element(std::string_view name, Node node, AdaptationSet& set) {
  if (name == "BaseURL") {
    set.base_urls.push_back(read_base_url(node));
  } else if (name == "Role") {
    append(set.roles) = read_descriptor(node);
  } else if (name == "Accessibility") {
    set.accessibilities.push_back(read_descriptor(node));
  } else if (name == "Viewpoint") {
    set.viewpoints.push_back(read_descriptor(node));
  } else if (name == "Label") {
    // The first one; the attribute is what came before the element.
    if (set.label.empty() || !has_label_element_) set.label = text_of(node);
    has_label_element_ = true;
  } else if (name == "ContentComponent") {
    // Describes muxed media; the first kind named stands for the set.
    if (set.content_type.empty()) set.content_type = attribute_of(node, "contentType");
    if (set.language.empty()) set.language = attribute_of(node, "lang");
  } else {
    return read_segment_element(name, node, set.segments) ||
           read_common_element(name, node, set.common);
  }
  return true;
}

void MpdReader::read_adaptation_set(Node node, AdaptationSet& set) {
  set.byte = byte_of(node);
  has_label_element_ = false;
  for (const Attribute attribute : attributes_of(node)) read_set_attribute(node, attribute, set);
  for (const Node child : children_of(node)) {
    const std::string_view name = local_name(child);
    if (name == "Representation") {
      read_representation(child, append(set.representations));
    } else if (!read_set_element(name, child, set)) {
      unknown(child);
    }
    if (findings_.is_over_limit()) return;
  }
}

Preselection MpdReader::read_preselection(Node node) {
  Preselection preselection;
  preselection.id = attribute_of(node, "id");
  preselection.language = attribute_of(node, "lang");
  preselection.codecs = attribute_of(node, "codecs");
  preselection.components = attribute_of(node, "preselectionComponents");
  for (const Node child : children_of(node)) {
    const std::string_view name = local_name(child);
    if (name == "Label") preselection.label = text_of(child);
    if (name == "Role") preselection.roles.push_back(read_descriptor(child));
  }
  return preselection;
}

void MpdReader::read_period(Node node, Period& period) {
  period.byte = byte_of(node);
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    const std::string_view value = trim(attribute.value());
    if (name == "id") {
      period.id = value;
    } else if (name == "start") {
      take(parse_iso_duration(value), period.start, node, attribute);
    } else if (name == "duration") {
      take(parse_iso_duration(value), period.duration, node, attribute);
    } else if (name == "href") {
      period.xlink_href = value;
    }
  }
  for (const Node child : children_of(node)) {
    const std::string_view name = local_name(child);
    if (name == "AdaptationSet") {
      read_adaptation_set(child, append(period.adaptation_sets));
    } else if (name == "BaseURL") {
      period.base_urls.push_back(read_base_url(child));
    } else if (name == "EventStream") {
      period.event_streams.push_back(read_event_stream(child));
    } else if (name == "Preselection") {
      period.preselections.push_back(read_preselection(child));
    } else if (name == "AssetIdentifier") {
      period.asset = read_descriptor(child);
    } else if (!read_segment_element(name, child, period.segments)) {
      unknown(child);
    }
    if (findings_.is_over_limit()) return;
  }
}

void MpdReader::read_mpd_attributes(Node node, Mpd& mpd) {
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
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    const std::string_view value = trim(attribute.value());
    if (name == "type") mpd.is_dynamic = value == "dynamic";
    if (name == "id") mpd.id = value;
    for (const DurationRow& row : kDurations) {
      if (row.name == name) take(parse_iso_duration(value), mpd.*row.field, node, attribute);
    }
    for (const DateRow& row : kDates) {
      if (row.name == name) take(parse_iso_date_time(value), mpd.*row.field, node, attribute);
    }
  }
}

bool MpdReader::read_mpd_element(std::string_view name, Node node, Mpd& mpd) {
  if (name == "BaseURL") {
    mpd.base_urls.push_back(read_base_url(node));
  } else if (name == "Location") {
    mpd.locations.push_back(text_of(node));
  } else if (name == "PatchLocation") {
    PatchLocation& location = mpd.patch_locations.emplace_back();
    location.url = text_of(node);
    const std::optional<int64_t> ttl = parse_decimal(trim(attribute_of(node, "ttl")), 6);
    if (ttl) location.ttl = Duration{*ttl};
  } else if (name == "UTCTiming") {
    mpd.utc_timings.push_back(read_descriptor(node));
  } else if (name == "ServiceDescription") {
    const Latency latency = read_service_description(node);
    if (!mpd.latency || (!mpd.latency->target && latency.target)) mpd.latency = latency;
  } else if (name == "ContentSteering") {
    mpd.steering = read_steering(node);
  } else if (name == "ProgramInformation") {
    for (const Node child : children_of(node)) {
      if (local_name(child) == "Title" && mpd.title.empty()) mpd.title = text_of(child);
    }
  } else {
    return false;
  }
  return true;
}

// Reads it, and how much there was to read.
void MpdReader::count_period(Node node, Mpd& mpd) {
  Period& period = mpd.periods.emplace_back();
  const int warnings = findings_.warnings();
  const std::size_t representations = representations_;
  const std::size_t listed = listed_;
  read_period(node, period);
  period.limit = byte_of(node.next_sibling());
  const bool is_known = known_ != nullptr && known_periods_ < known_->size() &&
                        (*known_)[known_periods_].byte == period.byte;
  if (is_known) {
    const KnownPeriod& known = (*known_)[known_periods_++];
    period.known = known.position;
    findings_.add_warnings(known.warnings - (findings_.warnings() - warnings));
    representations_ += known.representations;
    listed_ += known.listed;
  }
  period.warnings = findings_.warnings() - warnings;
  period.representations = representations_ - representations;
  period.listed = listed_ - listed;
  if (representations_ > limits::kRepresentations || listed_ > limits::kSegments) {
    findings_.limit("more Representations, S, SegmentURL and Event elements than are read");
  }
}

void MpdReader::read_mpd(Node node, Mpd& mpd) {
  read_mpd_attributes(node, mpd);
  for (const Node child : children_of(node)) {
    const std::string_view name = local_name(child);
    if (name == "Period") {
      if (mpd.periods.size() >= limits::kPeriods) {
        return findings_.limit("more than 5,000 Periods");
      }
      count_period(child, mpd);
    } else if (!read_mpd_element(name, child, mpd)) {
      unknown(child);
    }
    if (findings_.is_over_limit()) return;
  }
}

Result<Mpd> parse_mpd(ByteView text, const std::string& url, const ParseOptions& options,
                      const std::vector<KnownPeriod>* known) {
  PLAYHEAD_TRY(const std::shared_ptr<XmlDocument> document, parse_xml(text));
  const pugi::xml_node root = document->tree.document_element();
  if (local_name(root) != "MPD") {
    return make_error(ErrorCode::kManifestSyntax, "the XML document is not an MPD");
  }
  Findings findings(as_text(text), options);
  Mpd mpd;
  mpd.url = url;
  mpd.document = document;
  MpdReader reader(findings, known);
  reader.read_mpd(root, mpd);
  if (findings.wants_details() && !findings.is_over_limit()) check_rules(root, findings);
  if (std::optional<Error> error = findings.error()) return *std::move(error);
  if (mpd.periods.empty()) return make_error(ErrorCode::kManifestEmpty, "the MPD has no Period");
  if (known != nullptr && reader.known_periods() != known->size()) {
    return make_error(ErrorCode::kManifestSyntax, "a known Period is not where it was found");
  }
  mpd.warnings = findings.warnings();
  document->drop_tree();
  return mpd;
}

}  // namespace playhead::dash

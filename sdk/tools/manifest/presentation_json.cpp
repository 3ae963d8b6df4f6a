// SPDX-License-Identifier: Apache-2.0
#include "presentation_json.h"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "json_stream.h"
#include "manifest/model_names.h"

namespace playhead::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string hex(ByteView bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Json text_of(std::string_view text) { return std::string(text); }

// Writes only what says something.
class Fields {
 public:
  Fields& text(const char* key, std::string_view value) {
    if (!value.empty()) json_[key] = text_of(value);
    return *this;
  }
  Fields& number(const char* key, int64_t value) {
    if (value != 0) json_[key] = value;
    return *this;
  }
  Fields& real(const char* key, double value) {
    if (value != 0) json_[key] = value;
    return *this;
  }
  Fields& flag(const char* key, bool value) {
    if (value) json_[key] = true;
    return *this;
  }
  Fields& seconds(const char* key, std::optional<Duration> value) {
    if (value) json_[key] = to_seconds(*value);
    return *this;
  }
  Fields& seconds(const char* key, MediaTime value) {
    json_[key] = to_seconds(value);
    return *this;
  }
  Fields& date(const char* key, std::optional<WallTime> value) {
    if (value) json_[key] = format_rfc3339(*value);
    return *this;
  }
  Fields& bytes(const char* key, const SharedBytes& value) {
    if (!value.empty()) json_[key] = hex(value.view());
    return *this;
  }
  Fields& always(const char* key, Json value) {
    json_[key] = std::move(value);
    return *this;
  }
  template <typename Range, typename ToJson>
  Fields& list(const char* key, const Range& range, ToJson to_element) {
    if (range.empty()) return *this;
    Json& array = json_[key] = Json::array();
    for (const auto& element : range) array.push_back(to_element(element));
    return *this;
  }
  Json take() { return std::move(json_); }

 private:
  Json json_ = Json::object();
};

Json location_json(const ResourceLocation& location) {
  Fields fields;
  fields.text("url", location.url);
  if (location.range) {
    fields.always("first_byte", location.range->first);
    if (location.range->last) fields.always("last_byte", *location.range->last);
  }
  return fields.take();
}

Json descriptor_json(const Descriptor& descriptor) {
  return Fields()
      .text("scheme", descriptor.scheme)
      .text("value", descriptor.value)
      .text("id", descriptor.id)
      .take();
}

Json protection_json(const ContentProtection& protection) {
  return Fields()
      .text("scheme", protection.scheme)
      .text("value", protection.value)
      .list("default_kids", protection.default_kids,
            [](const KeyId& kid) { return Json(hex(kid)); })
      .bytes("pssh", protection.pssh)
      .bytes("playready_object", protection.playready_object)
      .text("license_url", protection.license_url)
      .text("robustness", protection.robustness)
      .text("key_uri", protection.key_uri)
      .text("key_format_versions", protection.key_format_versions)
      .take();
}

Json key_json(const SegmentKey& key) {
  Fields fields;
  fields.text("method", name_of(key.method)).text("uri", key.uri);
  if (key.iv) fields.always("iv", hex(*key.iv));
  if (key.kid) fields.always("kid", hex(*key.kid));
  return fields.text("key_format", key.key_format)
      .text("key_format_versions", key.key_format_versions)
      .take();
}

Json part_json(const PartialSegment& part) {
  return Fields()
      .seconds("start_s", part.start)
      .seconds("end_s", part.end)
      .always("media", location_json(part.media))
      .flag("independent", part.is_independent)
      .flag("gap", part.is_gap)
      .take();
}

Json segment_json(const Segment& segment, const std::vector<PartialSegment>& parts) {
  Fields fields;
  fields.always("number", segment.number)
      .seconds("start_s", segment.start)
      .seconds("end_s", segment.end)
      .always("media", location_json(segment.media));
  if (segment.init) fields.always("init", location_json(*segment.init));
  fields.number("discontinuity_sequence", static_cast<int64_t>(segment.discontinuity_sequence))
      .flag("gap", segment.is_gap)
      .date("date", segment.date)
      .number("bitrate", segment.bitrate.bps);
  if (segment.keys) fields.list("keys", *segment.keys, key_json);
  if (segment.init_keys) fields.list("init_keys", *segment.init_keys, key_json);
  return fields.list("parts", parts, part_json).take();
}

Json utc_timing_json(const UtcTiming& timing) {
  return Fields().text("scheme", timing.scheme).text("value", timing.value).take();
}

Json hint_json(const PreloadHint& hint) {
  return Fields().flag("map", hint.is_map).always("location", location_json(hint.location)).take();
}

void write_index(const SegmentIndex& index, const JsonOptions& options, JsonStream& out) {
  out.begin_object();
  out.members(Fields()
                  .always("count", index.size())
                  .seconds("start_s", index.start())
                  .seconds("end_s", index.end())
                  .always("memory_bytes", index.memory_bytes())
                  .take());
  out.key("listed");
  out.begin_array();
  for (std::size_t i = 0; i < index.size(); ++i) {
    if (i >= options.max_segments && i + 1 < index.size()) i = index.size() - 1;
    out.value(segment_json(index.at(i), index.parts(i)));
  }
  out.end();
  out.members(Fields()
                  .list("parts_in_progress", index.parts(index.size()), part_json)
                  .list("preload_hints", index.preload_hints(), hint_json)
                  .take());
  out.end();
}

Json index_source_json(const IndexSource& source) {
  return Fields()
      .text("kind", name_of(source.kind))
      .always("location", location_json(source.location))
      .take();
}

Json alternative_json(const ServiceLocation& place) {
  Fields fields;
  fields.text("name", place.name)
      .number("priority", place.priority)
      .number("weight", place.weight)
      .real("availability_time_offset_s", to_seconds(place.availability_time_offset));
  if (place.segments && place.segments->size() > 0) {
    fields.always("first_segment", location_json(place.segments->at(0).media));
  } else if (place.index_source.kind != IndexSource::Kind::kInline) {
    fields.always("index", index_source_json(place.index_source));
  }
  return fields.take();
}

void add_picture(const Representation& r, Fields& fields) {
  fields.number("width", r.width)
      .number("height", r.height)
      .real("frame_rate", r.frame_rate)
      .text("video_range", name_of(r.video_range))
      .text("hdcp_level", name_of(r.hdcp_level))
      .text("video_layout", r.video_layout)
      .real("max_playout_rate", r.max_playout_rate);
  if (r.tiles) {
    fields.always("tiles", Fields()
                               .number("columns", r.tiles->columns)
                               .number("rows", r.tiles->rows)
                               .real("tile_duration_s", to_seconds(r.tiles->tile_duration))
                               .take());
  }
}

Json reference_time_json(const ProducerReferenceTime& reference) {
  Fields fields;
  fields.text("id", reference.id)
      .text("type", name_of(reference.type))
      .text("application_scheme", reference.application_scheme)
      .flag("inband", reference.is_inband)
      .seconds("time_s", reference.time)
      .date("date", reference.date);
  if (reference.utc_timing) {
    fields.always("utc_timing", utc_timing_json(*reference.utc_timing));
  }
  return fields.take();
}

void write_representation(const Representation& r, const JsonOptions& options, JsonStream& out) {
  Fields fields;
  fields.text("id", r.id)
      .number("bandwidth", r.bandwidth.bps)
      .number("average_bandwidth", r.average_bandwidth.bps)
      .text("codecs", r.codecs)
      .text("supplemental_codecs", r.supplemental_codecs)
      .text("container", name_of(r.container));
  add_picture(r, fields);
  fields.number("sample_rate", r.sample_rate).number("channels", r.channels);
  if (r.score) fields.always("score", *r.score);
  fields.list("allowed_cpc", r.allowed_cpc, text_of)
      .text("stable_id", r.stable_id)
      .text("audio_group", r.audio_group)
      .text("text_group", r.text_group)
      .list("alternate_audio_groups", r.alternate_audio_groups, text_of)
      .seconds("media_offset_s", r.media_offset)
      .list("producer_reference_times", r.producer_reference_times, reference_time_json)
      .list("protections", r.protections, protection_json)
      .list("essential_properties", r.essential_properties, descriptor_json)
      .list("supplemental_properties", r.supplemental_properties, descriptor_json)
      .text("service_location", r.service_location)
      .list("alternatives", r.alternatives, alternative_json);
  if (r.index_source.kind != IndexSource::Kind::kInline) {
    fields.always("index", index_source_json(r.index_source));
  }
  out.begin_object();
  out.members(fields.take());
  if (r.segments) {
    out.key("segments");
    write_index(*r.segments, options, out);
  }
  out.end();
}

Json caption_json(const AdaptationSet::ClosedCaption& caption) {
  return Fields()
      .text("channel", caption.channel)
      .text("language", caption.language)
      .text("label", caption.label)
      .take();
}

void write_adaptation_set(const AdaptationSet& set, const JsonOptions& options, JsonStream& out) {
  Fields fields;
  fields.text("id", set.id)
      .text("kind", name_of(set.kind))
      .flag("may_carry_audio", set.may_carry_audio)
      .text("language", set.language)
      .text("label", set.label)
      .list("roles", set.roles, text_of)
      .flag("default", set.is_default)
      .flag("autoselect", set.is_autoselect)
      .flag("forced", set.is_forced)
      .flag("encrypted", set.is_encrypted)
      .list("protections", set.protections, protection_json)
      .list("accessibilities", set.accessibilities, descriptor_json)
      .list("viewpoints", set.viewpoints, descriptor_json)
      .list("essential_properties", set.essential_properties, descriptor_json)
      .list("supplemental_properties", set.supplemental_properties, descriptor_json)
      .list("closed_captions", set.closed_captions, caption_json)
      .text("trick_mode_for", set.trick_mode_for)
      .list("switchable_with", set.switchable_with, text_of)
      .text("group", set.group);
  if (set.selection_priority != 1) fields.always("selection_priority", set.selection_priority);
  out.begin_object();
  out.members(fields.take());
  out.list("representations", set.representations,
           [&](const Representation& r) { write_representation(r, options, out); });
  out.end();
}

Json event_json(const TimedEvent& event) {
  Fields fields;
  fields.text("scheme", event.scheme).text("value", event.value).text("id", event.id);
  if (event.start) fields.seconds("start_s", *event.start);
  fields.date("date", event.date)
      .seconds("duration_s", event.duration)
      .seconds("planned_duration_s", event.planned_duration)
      .flag("end_on_next", event.end_on_next)
      .bytes("message", event.message);
  if (!event.attributes.empty()) {
    Json attributes = Json::object();
    for (const auto& [name, value] : event.attributes) attributes[name] = text_of(value);
    fields.always("attributes", std::move(attributes));
  }
  return fields.take();
}

Json preselection_json(const Period::Preselection& preselection) {
  return Fields()
      .text("id", preselection.id)
      .text("language", preselection.language)
      .text("label", preselection.label)
      .text("codecs", preselection.codecs)
      .list("components", preselection.components, text_of)
      .list("roles", preselection.roles, text_of)
      .take();
}

void write_period(const Period& period, const JsonOptions& options, JsonStream& out) {
  out.begin_object();
  out.members(Fields()
                  .text("id", period.id)
                  .seconds("start_s", period.start)
                  .seconds("duration_s", period.duration)
                  .text("asset_id", period.asset_id)
                  .take());
  out.list("adaptation_sets", period.adaptation_sets,
           [&](const AdaptationSet& set) { write_adaptation_set(set, options, out); });
  out.list("events", period.events, [&](const TimedEvent& event) { out.value(event_json(event)); });
  out.members(Fields().list("preselections", period.preselections, preselection_json).take());
  out.end();
}

Json latency_json(const LatencyTargets& latency) {
  Fields fields;
  fields.seconds("target_s", latency.target)
      .seconds("min_s", latency.min)
      .seconds("max_s", latency.max);
  if (latency.min_rate) fields.always("min_rate", *latency.min_rate);
  if (latency.max_rate) fields.always("max_rate", *latency.max_rate);
  fields.text("reference_id", latency.reference_id);
  return fields.take();
}

Json live_json(const LiveInfo& live) {
  Fields fields;
  fields.seconds("suggested_delay_s", live.suggested_delay)
      .seconds("time_shift_buffer_depth_s", live.time_shift_buffer_depth)
      .seconds("update_period_s", live.update_period);
  if (Json latency = latency_json(live.latency); !latency.empty()) {
    fields.always("latency", std::move(latency));
  }
  return fields.date("availability_start", live.availability_start)
      .date("availability_end", live.availability_end)
      .date("publish_time", live.publish_time)
      .list("utc_timings", live.utc_timings, utc_timing_json)
      .list("locations", live.locations, text_of)
      .list("patch_locations", live.patch_locations,
            [](const LiveInfo::PatchLocation& patch) {
              return Fields().text("url", patch.url).seconds("ttl_s", patch.ttl).take();
            })
      .take();
}

Json steering_json(const ContentSteering& steering) {
  return Fields()
      .text("server_url", steering.server_url)
      .text("default_pathway", steering.default_pathway)
      .flag("query_before_start", steering.query_before_start)
      .text("proxy_url", steering.proxy_url)
      .take();
}

Json session_data_json(const Presentation::SessionData& data) {
  return Fields()
      .text("id", data.id)
      .text("value", data.value)
      .text("url", data.url)
      .text("language", data.language)
      .text("format", data.format)
      .take();
}

Json diagnostic_json(const std::string& source, const Diagnostic& item) {
  return Fields()
      .text("source", source)
      .number("line", item.line)
      .number("byte", item.byte)
      .text("severity", item.severity == Diagnostic::Severity::kViolation ? "violation" : "skipped")
      .text("rule", item.rule)
      .text("message", item.message)
      .take();
}

// Always there when it was asked for: an empty list says that nothing was found.
void write_report(const LintReport& report, JsonStream& out) {
  int64_t unlisted = 0;
  out.key("diagnostics");
  out.begin_array();
  for (const SourceDiagnostics& source : report) {
    for (const Diagnostic& item : source.found.items()) {
      out.value(diagnostic_json(source.source, item));
    }
    unlisted += source.found.count() - static_cast<int64_t>(source.found.items().size());
  }
  out.end();
  out.members(Fields()
                  .always("violations", count_violations(report))
                  .number("diagnostics_unlisted", unlisted)
                  .take());
}

Json heading_json(const Presentation& presentation) {
  Fields fields;
  fields.text("format", presentation.format == ManifestFormat::kHls ? "hls" : "dash")
      .text("type", name_of(presentation.type))
      .text("url", presentation.url)
      .text("title", presentation.title)
      .seconds("duration_s", presentation.duration)
      .seconds("min_buffer_time_s", presentation.min_buffer_time)
      .always("warnings", presentation.warnings);
  if (presentation.live) fields.always("live", live_json(*presentation.live));
  if (presentation.start) {
    fields.always("start", Fields()
                               .seconds("offset_s", presentation.start->offset)
                               .flag("precise", presentation.start->is_precise)
                               .take());
  }
  if (presentation.content_steering) {
    fields.always("content_steering", steering_json(*presentation.content_steering));
  }
  return fields.list("session_keys", presentation.session_keys, protection_json)
      .list("session_data", presentation.session_data, session_data_json)
      .take();
}

}  // namespace

void write_json(const Presentation& presentation, const JsonOptions& options,
                const LintReport* report, std::ostream& out) {
  JsonStream stream(out);
  stream.begin_object();
  stream.members(heading_json(presentation));
  if (report != nullptr) write_report(*report, stream);
  stream.list("periods", presentation.periods,
              [&](const Period& period) { write_period(period, options, stream); });
  stream.end();
  out << '\n';
}

}  // namespace playhead::tools

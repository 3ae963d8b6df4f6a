// SPDX-License-Identifier: Apache-2.0
#include "manifest/presentation_dump.h"

#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "manifest/model_names.h"

namespace playhead {
namespace {

std::string hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// Writes lines of "name key=value …"; what is empty or 0 is left out.
class Printer {
 public:
  Printer(std::string_view base_url, const DumpOptions& options) : options_(options) {
    const std::size_t slash = base_url.substr(0, base_url.find_first_of("?#")).rfind('/');
    if (options.relative_urls && slash != std::string_view::npos) {
      folder_ = base_url.substr(0, slash + 1);
    }
  }

  void line(int depth, std::string_view name) {
    if (!text_.empty()) text_ += '\n';
    text_.append(static_cast<std::size_t>(depth) * 2, ' ');
    text_ += name;
  }
  void field(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    text_ += ' ';
    text_ += key;
    text_ += '=';
    // Quoted when it could be mistaken for something else.
    const bool is_plain = value.find_first_of(" \"\n\r") == std::string_view::npos;
    if (!is_plain) text_ += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c == '\n' || c == '\r' ? ' ' : c;
    }
    if (!is_plain) text_ += '"';
  }
  void number(std::string_view key, int64_t value) {
    if (value != 0) field(key, std::to_string(value));
  }
  void flag(std::string_view name, bool is_set) {
    if (!is_set) return;
    text_ += ' ';
    text_ += name;
  }
  // Seconds with all six decimals.
  void time(std::string_view key, int64_t us) {
    const bool is_negative = us < 0;
    const uint64_t magnitude =
        is_negative ? 0 - static_cast<uint64_t>(us) : static_cast<uint64_t>(us);
    std::string fraction = std::to_string(magnitude % 1'000'000);
    fraction.insert(0, 6 - fraction.size(), '0');
    field(key, (is_negative ? "-" : "") + std::to_string(magnitude / 1'000'000) + "." + fraction);
  }
  void location(std::string_view key, const ResourceLocation& location) {
    std::string_view url = location.url;
    if (!folder_.empty() && url.substr(0, folder_.size()) == folder_) {
      url.remove_prefix(folder_.size());
    }
    std::string text(url);
    if (location.range) {
      text += "[" + std::to_string(location.range->first) + "-" +
              (location.range->last ? std::to_string(*location.range->last) : "") + "]";
    }
    field(key, text);
  }

  void list(std::string_view key, const std::vector<std::string>& values) {
    for (const std::string& value : values) field(key, value);
  }
  template <typename D>
  void optional_time(std::string_view key, const std::optional<D>& value) {
    if (value) time(key, count_of(*value));
  }

  void protection(int depth, std::string_view name, const ContentProtection& protection);
  void descriptors(int depth, std::string_view name, const std::vector<Descriptor>& descriptors);
  void facts(const Representation& representation);
  void reference_times(const Representation& representation);
  void places(const Representation& representation);
  void facts(const AdaptationSet& set);
  void event(const TimedEvent& event);
  void live(const LiveInfo& live);
  void facts(const Presentation& presentation);
  void segment(int depth, const SegmentIndex& index, std::size_t position);
  void parts(int depth, const SegmentIndex& index, std::size_t position);
  void segments(int depth, const SegmentIndex& index);
  void representation(const Representation& representation);
  void adaptation_set(const AdaptationSet& set);
  void period(const Period& period);
  void presentation(const Presentation& presentation);
  std::string take() { return std::move(text_) + "\n"; }

 private:
  static int64_t count_of(Duration duration) { return duration.count(); }
  static int64_t count_of(WallTime time) { return time.us; }
  static int64_t count_of(MediaTime time) { return time.us; }

  DumpOptions options_;
  std::string folder_;
  std::string text_;
};

void Printer::segment(int depth, const SegmentIndex& index, std::size_t position) {
  const Segment segment = index.at(position);
  line(depth, "segment");
  field("number", std::to_string(segment.number));
  time("start", segment.start.us);
  time("end", segment.end.us);
  location("media", segment.media);
  if (segment.init != nullptr) location("init", *segment.init);
  number("discontinuity", static_cast<int64_t>(segment.discontinuity_sequence));
  flag("gap", segment.is_gap);
  optional_time("date", segment.date);
  number("bitrate", segment.bitrate.bps);
  if (segment.keys != nullptr) {
    for (const SegmentKey& key : *segment.keys) field("key", key.key_format + " " + key.uri);
  }
  parts(depth + 1, index, position);
}

void Printer::parts(int depth, const SegmentIndex& index, std::size_t position) {
  for (const PartialSegment& part : index.parts(position)) {
    line(depth, "part");
    time("start", part.start.us);
    time("end", part.end.us);
    location("media", part.media);
    flag("independent", part.is_independent);
    flag("gap", part.is_gap);
  }
}

void Printer::segments(int depth, const SegmentIndex& index) {
  line(depth, "segments");
  field("count", std::to_string(index.size()));
  time("start", index.start().us);
  time("end", index.end().us);
  for (std::size_t i = 0; i < index.size() && i < options_.max_segments; ++i) {
    segment(depth + 1, index, i);
  }
  if (index.size() > options_.max_segments) {
    line(depth + 1, "...");
    segment(depth + 1, index, index.size() - 1);
  }
  parts(depth + 1, index, index.size());  // of the segment in progress
  for (const PreloadHint& hint : index.preload_hints()) {
    line(depth + 1, "preload_hint");
    flag("map", hint.is_map);
    location("location", hint.location);
  }
}

void Printer::protection(int depth, std::string_view name, const ContentProtection& p) {
  line(depth, name);
  field("scheme", p.scheme);
  field("value", p.value);
  for (const KeyId& id : p.default_kids) field("kid", hex(id));
  number("pssh_bytes", static_cast<int64_t>(p.pssh.size()));
  number("playready_bytes", static_cast<int64_t>(p.playready_object.size()));
  field("license_url", p.license_url);
  field("robustness", p.robustness);
  field("key_uri", p.key_uri);
  field("key_format_versions", p.key_format_versions);
}

void Printer::descriptors(int depth, std::string_view name,
                          const std::vector<Descriptor>& descriptors) {
  for (const Descriptor& descriptor : descriptors) {
    line(depth, name);
    field("scheme", descriptor.scheme);
    field("value", descriptor.value);
    field("id", descriptor.id);
  }
}

void Printer::facts(const Representation& r) {
  field("supplemental_codecs", r.supplemental_codecs);
  field("video_range", name_of(r.video_range));
  field("hdcp_level", name_of(r.hdcp_level));
  if (r.score) field("score_thousandths", std::to_string(std::llround(*r.score * 1000)));
  list("allowed_cpc", r.allowed_cpc);
  field("video_layout", r.video_layout);
  field("stable_id", r.stable_id);
  number("max_playout_rate_thousandths", std::llround(r.max_playout_rate * 1000));
  if (r.tiles) {
    field("tiles", std::to_string(r.tiles->columns) + "x" + std::to_string(r.tiles->rows));
    if (r.tiles->tile_duration.count() > 0) time("tile_duration", r.tiles->tile_duration.count());
  }
}

void Printer::reference_times(const Representation& r) {
  for (const ProducerReferenceTime& reference : r.producer_reference_times) {
    line(4, "producer_reference_time");
    field("id", reference.id);
    field("type", name_of(reference.type));
    field("application_scheme", reference.application_scheme);
    flag("inband", reference.is_inband);
    time("time", reference.time.us);
    optional_time("date", reference.date);
    if (!reference.utc_timing) continue;
    field("clock_scheme", reference.utc_timing->scheme);
    field("clock_value", reference.utc_timing->value);
  }
}

void Printer::places(const Representation& r) {
  for (const ContentProtection& p : r.protections) protection(4, "protection", p);
  descriptors(4, "essential", r.essential_properties);
  descriptors(4, "supplemental", r.supplemental_properties);
  descriptors(4, "inband_event", r.inband_events);
  for (const ServiceLocation& other : r.alternatives) {
    line(4, "alternative");
    field("name", other.name);
    number("priority", other.priority);
    number("weight", other.weight);
    if (other.availability_time_offset.count() != 0) {
      time("availability_time_offset", other.availability_time_offset.count());
    }
    if (other.segments != nullptr && other.segments->size() > 0) {
      location("first", other.segments->at(0).media);
    } else if (other.index_source.kind != IndexSource::Kind::kInline) {
      location("index", other.index_source.location);
    }
  }
}

void Printer::representation(const Representation& r) {
  line(3, "representation");
  field("id", r.id);
  number("bandwidth", r.bandwidth.bps);
  number("average_bandwidth", r.average_bandwidth.bps);
  field("codecs", r.codecs);
  field("container", name_of(r.container));
  number("width", r.width);
  number("height", r.height);
  number("frame_rate_millihertz", std::llround(r.frame_rate * 1000));
  number("sample_rate", r.sample_rate);
  number("channels", r.channels);
  field("audio_group", r.audio_group);
  for (const std::string& group : r.alternate_audio_groups) field("alternate_audio_group", group);
  field("text_group", r.text_group);
  facts(r);
  if (r.media_offset) time("media_offset", r.media_offset->count());
  if (!r.alternatives.empty()) field("service_location", r.service_location);
  if (r.index_source.kind != IndexSource::Kind::kInline) {
    line(4, "index");
    field("kind", name_of(r.index_source.kind));
    location("location", r.index_source.location);
    if (r.index_source.init != nullptr) location("init", *r.index_source.init);
  }
  if (r.segments != nullptr) segments(4, *r.segments);
  reference_times(r);
  places(r);
}

void Printer::facts(const AdaptationSet& set) {
  field("trick_mode_for", set.trick_mode_for);
  list("switchable_with", set.switchable_with);
  if (set.selection_priority != 1) number("selection_priority", set.selection_priority);
  for (const AdaptationSet::ClosedCaption& caption : set.closed_captions) {
    line(3, "captions");
    field("channel", caption.channel);
    field("language", caption.language);
    field("label", caption.label);
  }
  for (const ContentProtection& p : set.protections) protection(3, "protection", p);
  descriptors(3, "accessibility", set.accessibilities);
  descriptors(3, "viewpoint", set.viewpoints);
  descriptors(3, "essential", set.essential_properties);
  descriptors(3, "supplemental", set.supplemental_properties);
}

void Printer::adaptation_set(const AdaptationSet& set) {
  line(2, "adaptation_set");
  field("id", set.id);
  field("kind", name_of(set.kind));
  field("group", set.group);
  field("language", set.language);
  field("label", set.label);
  for (const std::string& role : set.roles) field("role", role);
  flag("may_carry_audio", set.may_carry_audio);
  flag("default", set.is_default);
  flag("autoselect", set.is_autoselect);
  flag("forced", set.is_forced);
  flag("encrypted", set.is_encrypted);
  facts(set);
  for (const Representation& r : set.representations) representation(r);
}

void Printer::event(const TimedEvent& event) {
  line(2, "event");
  field("scheme", event.scheme);
  field("value", event.value);
  field("id", event.id);
  optional_time("start", event.start);
  optional_time("date", event.date);
  optional_time("duration", event.duration);
  optional_time("planned_duration", event.planned_duration);
  flag("end_on_next", event.end_on_next);
  number("message_bytes", static_cast<int64_t>(event.message.size()));
  for (const auto& [name, value] : event.attributes) field(name, value);
}

void Printer::period(const Period& period) {
  line(1, "period");
  field("id", period.id);
  time("start", period.start.us);
  if (period.duration) time("duration", period.duration->count());
  field("asset", period.asset_id);
  for (const AdaptationSet& set : period.adaptation_sets) adaptation_set(set);
  for (const Period::Preselection& p : period.preselections) {
    line(2, "preselection");
    field("id", p.id);
    field("language", p.language);
    field("label", p.label);
    field("codecs", p.codecs);
    list("component", p.components);
    list("role", p.roles);
  }
  for (const TimedEvent& e : period.events) event(e);
}

void Printer::live(const LiveInfo& live) {
  line(1, "live");
  optional_time("suggested_delay", live.suggested_delay);
  optional_time("time_shift_buffer_depth", live.time_shift_buffer_depth);
  optional_time("update_period", live.update_period);
  optional_time("target_latency", live.latency.target);
  optional_time("min_latency", live.latency.min);
  optional_time("max_latency", live.latency.max);
  if (live.latency.min_rate)
    number("min_rate_permille", std::llround(*live.latency.min_rate * 1000));
  if (live.latency.max_rate)
    number("max_rate_permille", std::llround(*live.latency.max_rate * 1000));
  field("latency_reference", live.latency.reference_id);
  optional_time("availability_start", live.availability_start);
  optional_time("availability_end", live.availability_end);
  optional_time("publish_time", live.publish_time);
  for (const UtcTiming& timing : live.utc_timings) {
    line(2, "utc_timing");
    field("scheme", timing.scheme);
    field("value", timing.value);
  }
  for (const std::string& url : live.locations) {
    line(2, "location");
    field("url", url);
  }
  for (const LiveInfo::PatchLocation& patch : live.patch_locations) {
    line(2, "patch_location");
    field("url", patch.url);
    optional_time("ttl", patch.ttl);
  }
}

void Printer::facts(const Presentation& presentation) {
  if (presentation.live) live(*presentation.live);
  if (presentation.start) {
    line(1, "start_point");
    time("offset", presentation.start->offset.count());
    flag("precise", presentation.start->is_precise);
  }
  if (presentation.content_steering) {
    const ContentSteering& steering = *presentation.content_steering;
    line(1, "content_steering");
    field("server_url", steering.server_url);
    field("default_pathway", steering.default_pathway);
    flag("query_before_start", steering.query_before_start);
    field("proxy_url", steering.proxy_url);
  }
  for (const ContentProtection& key : presentation.session_keys) protection(1, "session_key", key);
  for (const Presentation::SessionData& data : presentation.session_data) {
    line(1, "session_data");
    field("id", data.id);
    field("value", data.value);
    field("url", data.url);
    field("language", data.language);
    field("format", data.format);
  }
}

void Printer::presentation(const Presentation& presentation) {
  line(0, "presentation");
  field("format", presentation.format == ManifestFormat::kHls ? "hls" : "dash");
  field("type", name_of(presentation.type));
  if (presentation.duration) time("duration", presentation.duration->count());
  number("warnings", presentation.warnings);
  optional_time("min_buffer_time", presentation.min_buffer_time);
  field("title", presentation.title);
  facts(presentation);
  for (const Period& p : presentation.periods) period(p);
}

}  // namespace

std::string dump(const Presentation& presentation, const DumpOptions& options) {
  Printer printer(presentation.url, options);
  printer.presentation(presentation);
  return printer.take();
}

std::string dump(const SegmentIndex& index, const std::string& base_url,
                 const DumpOptions& options) {
  Printer printer(base_url, options);
  printer.segments(0, index);
  return printer.take();
}

}  // namespace playhead

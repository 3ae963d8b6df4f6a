// SPDX-License-Identifier: Apache-2.0
#include "corpus/hls_translator.h"

#include <string>

#include "base/url.h"
#include "manifest/hls/key_tracker.h"

namespace playhead::corpus {
namespace {

using nlohmann::json;

bool is_by(const std::string& source, const char* project) { return source.rfind(project, 0) == 0; }

json text_or_null(std::string_view text) { return text.empty() ? json() : json(std::string(text)); }
json seconds_or_null(const std::optional<Duration>& duration) {
  return duration ? json(to_seconds(*duration)) : json();
}
template <typename T>
json value_or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

json translate(const std::optional<ByteRange>& range) {
  if (!range) return json();
  json out{{"offset", range->first}, {"start", range->first}};
  out["length"] = range->last ? json(*range->last - range->first + 1) : json();
  out["end"] = range->last ? json(*range->last + 1) : json();  // hls.js: the byte after
  return out;
}

json start_end(const std::optional<ByteRange>& range) {
  return range && range->last ? json::array({range->first, *range->last + 1}) : json::array();
}

json translate(const SegmentKey& key) {
  json out{{"method", hls::name_of(key.method)},
           {"uri", text_or_null(key.uri)},
           {"url", text_or_null(key.uri)},
           {"keyformat", key.key_format},
           {"keyformatversions", text_or_null(key.key_format_versions)}};
  out["iv"] = json();
  if (key.iv) {
    std::string hex = "0x";
    for (const uint8_t byte : *key.iv) {
      hex += "0123456789abcdef"[byte >> 4];
      hex += "0123456789abcdef"[byte & 15];
    }
    out["iv"] = hex;
  }
  return out;
}

// The key upstream projects show: the identity key, else the first.
json main_key(const std::shared_ptr<const SegmentKeys>& keys) {
  if (keys == nullptr) return json();
  for (const SegmentKey& key : *keys) {
    if (key.key_format == "identity") return translate(key);
  }
  return translate(keys->front());
}

json translate(const PartialSegment& part, MediaTime start) {
  return {{"uri", part.media.url},
          {"url", part.media.url},
          {"duration", to_seconds(part.end - part.start)},
          {"relative_start", to_seconds(part.start - start)},
          {"independent", part.is_independent},
          {"gap", part.is_gap},
          {"byterange", translate(part.media.range)},
          {"byterange_start_end", start_end(part.media.range)}};
}

json translate_parts(const SegmentIndex& index, std::size_t position) {
  json parts = json::array();
  for (const PartialSegment& part : index.parts(position)) {
    parts.push_back(translate(part, index.start()));
  }
  return parts;
}

json translate_segment(const LoadedIndex& index, std::size_t i, const std::string& source) {
  const Segment segment = index.segments->at(i);
  const uint64_t base = index.playlist->discontinuity_sequence;
  // `timeline` with EXT-X-DISCONTINUITY-SEQUENCE, or relative to it.
  const bool counts_absolute =
      is_by(source, "video-dev") || is_by(source, "chromium") || is_by(source, "videojs");
  const uint64_t before = i == 0 ? base : index.segments->at(i - 1).discontinuity_sequence;
  json out{
      {"uri", std::string(index.playlist->uri(i))},
      {"url", segment.media.url},
      {"duration", to_seconds(segment.duration())},
      {"start", to_seconds(segment.start)},
      {"relative_start", to_seconds(segment.start - index.segments->start())},
      {"sequence", segment.number},
      {"media_sequence", segment.number},
      {"timeline", segment.discontinuity_sequence - (counts_absolute ? 0 : base)},
      {"discontinuity", segment.discontinuity_sequence != before},
      {"byterange", translate(segment.media.range)},
      {"byterange_start_end", start_end(segment.media.range)},
      {"gap", segment.is_gap},
      {"gap_tag", segment.is_gap},
      {"bandwidth", segment.bitrate.bps},
      {"bitrate", is_by(source, "chromium") ? segment.bitrate.bps : segment.bitrate.bps / 1000},
      {"key", main_key(segment.keys)},
      {"parts", translate_parts(*index.segments, i)}};
  out["byte_length"] = segment.media.range ? json(segment.media.range->length()) : json();
  out["program_date_time_ms"] =
      segment.date ? json(static_cast<double>(segment.date->us) / 1000) : json();
  out["program_date_time"] = out["program_date_time_ms"];
  out["current_program_date_time"] = out["program_date_time_ms"];
  out["keys_by_format"] = json();
  if (segment.keys != nullptr) {
    for (const SegmentKey& key : *segment.keys) {
      out["keys_by_format"][key.key_format] = translate(key);
    }
  }
  out["map"] = json();
  if (segment.init != nullptr) {
    out["map"] = {{"uri", segment.init->url},
                  {"url", segment.init->url},
                  {"byterange", translate(segment.init->range)},
                  {"byterange_start_end", start_end(segment.init->range)},
                  {"key", main_key(segment.init_keys)}};
  }
  return out;
}

json translate_event(const TimedEvent& event) {
  json out{{"id", event.id},
           {"class", text_or_null(event.value)},
           {"duration", seconds_or_null(event.duration)},
           {"planned_duration", seconds_or_null(event.planned_duration)},
           {"end_on_next", event.end_on_next}};
  out["start_date"] = event.date ? json(static_cast<double>(event.date->us) / 1000) : json();
  out["start_date_unix"] = event.date ? json(static_cast<double>(event.date->us) / 1e6) : json();
  out["end_date_unix"] = event.date && event.duration
                             ? json(static_cast<double>((*event.date + *event.duration).us) / 1e6)
                             : json();
  for (const auto& [name, value] : event.attributes) {
    std::string snake(name);
    for (char& c : snake) c = c == '-' ? '_' : static_cast<char>(std::tolower(c));
    out[snake] = value;
  }
  out["start_time"] = event.start ? json(to_seconds(*event.start)) : json();
  return out;
}

bool is_interstitial(const TimedEvent& event) {
  return event.value == "com.apple.hls.interstitial";
}

void add_low_latency(const LoadedIndex& index, json& out) {
  out["part_target"] = seconds_or_null(index.part_target);
  out["server_control"] = json();
  if (index.server_control) {
    const ServerControl& control = *index.server_control;
    out["server_control"] = {{"can_block_reload", control.can_block_reload},
                             {"can_skip_dateranges", control.can_skip_date_ranges},
                             {"can_skip_until", seconds_or_null(control.can_skip_until)},
                             {"hold_back", seconds_or_null(control.hold_back)},
                             {"part_hold_back", seconds_or_null(control.part_hold_back)}};
  }
  out["trailing_parts"] = translate_parts(*index.segments, index.segments->size());
  out["parts"] = json::array();
  for (std::size_t i = 0; i <= index.segments->size(); ++i) {
    for (json& part : translate_parts(*index.segments, i)) out["parts"].push_back(part);
  }
  out["rendition_reports"] = json::array();
  for (const RenditionReport& report : index.rendition_reports) {
    out["rendition_reports"].push_back({{"uri", report.url},
                                        {"url", report.url},
                                        {"last_msn", value_or_null(report.last_number)},
                                        {"last_mSN", value_or_null(report.last_number)},
                                        {"last_part", value_or_null(report.last_part)}});
  }
  out["preload_hints"] = json::array();
  for (const PreloadHint& hint : index.segments->preload_hints()) {
    out["preload_hints"].push_back({{"uri", hint.location.url},
                                    {"type", hint.is_map ? "MAP" : "PART"},
                                    {"byterange", translate(hint.location.range)}});
  }
}

json attributes_of(const hls::Variant& variant) {
  json out;
  const auto set = [&](const char* name, json value) {
    std::string snake(name);
    for (char& c : snake) c = c == '-' ? '_' : static_cast<char>(std::tolower(c));
    out[name] = value;
    out[snake] = std::move(value);
  };
  set("BANDWIDTH", variant.bandwidth);
  set("AVERAGE-BANDWIDTH",
      variant.average_bandwidth == 0 ? json() : json(variant.average_bandwidth));
  set("CODECS", text_or_null(variant.codecs));
  set("SUPPLEMENTAL-CODECS", text_or_null(variant.supplemental_codecs));
  set("FRAME-RATE", variant.frame_rate == 0 ? json() : json(variant.frame_rate));
  set("AUDIO", text_or_null(variant.audio));
  set("VIDEO", text_or_null(variant.video));
  set("SUBTITLES", text_or_null(variant.subtitles));
  set("CLOSED-CAPTIONS",
      variant.has_no_closed_captions ? json("NONE") : text_or_null(variant.closed_captions));
  set("NAME", text_or_null(variant.name));
  set("PATHWAY-ID", text_or_null(variant.pathway_id));
  set("STABLE-VARIANT-ID", text_or_null(variant.stable_id));
  set("REQ-VIDEO-LAYOUT", text_or_null(variant.video_layout));
  set("ALLOWED-CPC", text_or_null(variant.allowed_cpc));
  set("SCORE", value_or_null(variant.score));
  constexpr const char* kRanges[] = {"", "SDR", "PQ", "HLG"};
  set("VIDEO-RANGE", text_or_null(kRanges[static_cast<std::size_t>(variant.video_range)]));
  return out;
}

json translate(const hls::Variant& variant, const std::string& base) {
  const Result<std::string> url = resolve_url(base, variant.uri);
  json out{{"uri", std::string(variant.uri)},
           {"url", url ? *url : std::string(variant.uri)},
           {"bandwidth", variant.bandwidth},
           {"codecs", text_or_null(variant.codecs)},
           {"width", variant.width == 0 ? json() : json(variant.width)},
           {"height", variant.height == 0 ? json() : json(variant.height)},
           {"frame_rate", variant.frame_rate == 0 ? json() : json(variant.frame_rate)},
           {"score", value_or_null(variant.score)},
           {"audio", text_or_null(variant.audio)},
           {"video", text_or_null(variant.video)},
           {"subtitles", text_or_null(variant.subtitles)},
           {"name", text_or_null(variant.name)},
           {"pathway_id", text_or_null(variant.pathway_id)},
           {"stable_variant_id", text_or_null(variant.stable_id)},
           {"attributes", attributes_of(variant)}};
  out["format"] = {{"bandwidth", variant.bandwidth},
                   {"codecs", out["codecs"]},
                   {"width", out["width"]},
                   {"height", out["height"]},
                   {"frame_rate", out["frame_rate"]}};
  out["iframe_stream_info"] = out["image_stream_info"] = out["attributes"];
  return out;
}

json translate(const hls::Rendition& rendition) {
  constexpr const char* kTypes[] = {"AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"};
  return {{"type", kTypes[static_cast<std::size_t>(rendition.type)]},
          {"uri", text_or_null(rendition.uri)},
          {"group_id", text_or_null(rendition.group_id)},
          {"name", text_or_null(rendition.name)},
          {"language", text_or_null(rendition.language)},
          {"channels", text_or_null(rendition.channels)},
          {"characteristics", text_or_null(rendition.characteristics)},
          {"instream_id", text_or_null(rendition.instream_id)},
          {"stable_rendition_id", text_or_null(rendition.stable_id)},
          {"default", rendition.is_default},
          {"autoselect", rendition.is_autoselect},
          {"forced", rendition.is_forced}};
}

}  // namespace

json translate(const LoadedIndex& index, const std::string& source) {
  const hls::MediaPlaylist& playlist = *index.playlist;
  constexpr const char* kTypes[] = {"", "EVENT", "VOD"};
  const std::size_t size = index.segments->size();
  json out{{"version", playlist.version},
           {"target_duration", to_seconds(playlist.target_duration)},
           {"media_sequence", playlist.media_sequence},
           {"discontinuity_sequence", playlist.discontinuity_sequence},
           {"end_list", playlist.has_end_list},
           {"live", !playlist.has_end_list},
           {"playlist_type", text_or_null(kTypes[static_cast<std::size_t>(playlist.type)])},
           {"independent_segments", playlist.has_independent_segments},
           {"iframes_only", playlist.is_iframes_only},
           {"is_images_only", playlist.is_images_only},
           {"has_program_date_time", !playlist.dates.empty()},
           {"total_duration", to_seconds(index.segments->end() - index.segments->start())},
           {"segment_count", size},
           {"is_multivariant", false},
           {"variants", json::array()}};
  out["segments"] = json::array();
  out["discontinuity_starts"] = json::array();
  for (std::size_t i = 0; i < size; ++i) {
    out["segments"].push_back(translate_segment(index, i, source));
    if (out["segments"][i]["discontinuity"] == true) out["discontinuity_starts"].push_back(i);
  }
  out["start"] = json();
  if (playlist.start_offset) {
    out["start"] = {{"time_offset", to_seconds(*playlist.start_offset)},
                    {"precise", playlist.is_start_precise}};
  }
  out["skip"] = {{"skipped_segments", playlist.skipped_segments},
                 {"removed_dateranges", playlist.removed_date_ranges}};
  out["date_ranges"] = json::array();
  out["interstitials"] = json::array();
  for (const TimedEvent& event : index.events) {
    out["date_ranges"].push_back(translate_event(event));
    if (is_interstitial(event)) out["interstitials"].push_back(translate_event(event));
  }
  if (is_by(source, "video-dev")) {  // by ID
    json by_id = json::object();
    for (const TimedEvent& event : index.events) by_id[event.id] = translate_event(event);
    out["date_ranges"] = by_id;
  }
  add_low_latency(index, out);
  return out;
}

json translate(const hls::MultivariantPlaylist& playlist, const std::string& source) {
  json out{{"version", playlist.version},
           {"independent_segments", playlist.has_independent_segments},
           {"is_multivariant", true}};
  const auto list = [&](const char* name, const std::vector<hls::Variant>& variants) {
    out[name] = json::array();
    for (const hls::Variant& v : variants) out[name].push_back(translate(v, playlist.url));
  };
  list("variants", playlist.variants);
  list("iframe_variants", playlist.iframe_variants);
  list("image_playlists", playlist.image_variants);
  out["media"] = out["audios"] = out["subtitle_renditions"] = out["closed_captions"] =
      json::array();
  for (const hls::Rendition& rendition : playlist.renditions) {
    out["media"].push_back(translate(rendition));
    if (rendition.type == hls::Rendition::Type::kAudio) {
      out["audios"].push_back(translate(rendition));
    }
    if (rendition.type == hls::Rendition::Type::kClosedCaptions) {
      out["closed_captions"].push_back(translate(rendition));
    }
  }
  out["session_data"] = json::array();
  for (const hls::SessionData& data : playlist.session_data) {
    out["session_data"].push_back({{"data_id", std::string(data.id)},
                                   {"value", text_or_null(data.value)},
                                   {"uri", text_or_null(data.uri)},
                                   {"language", text_or_null(data.language)}});
  }
  if (is_by(source, "video-dev")) {  // by DATA-ID
    json by_id = json::object();
    for (const hls::SessionData& data : playlist.session_data) {
      json& item = by_id[std::string(data.id)];
      item["DATA-ID"] = std::string(data.id);
      if (!data.value.empty()) item["VALUE"] = std::string(data.value);
      if (!data.uri.empty()) item["URI"] = std::string(data.uri);
      if (!data.language.empty()) item["LANGUAGE"] = std::string(data.language);
    }
    out["session_data"] = by_id;
  }
  out["session_keys"] = json::array();
  for (const SegmentKey& key : playlist.session_keys) {
    out["session_keys"].push_back(translate(key));
  }
  out["content_steering"] = json();
  if (playlist.content_steering) {
    out["content_steering"] = {
        {"server_uri", text_or_null(playlist.content_steering->server_url)},
        {"pathway_id", text_or_null(playlist.content_steering->default_pathway)}};
  }
  out["start"] = json();
  if (playlist.start) {
    out["start"] = {{"time_offset", to_seconds(playlist.start->offset)},
                    {"precise", playlist.start->is_precise}};
  }
  out["variables"] = json::object();
  for (const auto& [name, value] : *playlist.variables) out["variables"][name] = value;
  out["definitions"] = out["variables"];
  return out;
}

}  // namespace playhead::corpus

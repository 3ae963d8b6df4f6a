// SPDX-License-Identifier: Apache-2.0
#include "corpus/dash_facts.h"

#include <algorithm>
#include <cmath>

#include "base/decimal.h"

namespace playhead::corpus {
namespace {

using nlohmann::json;

bool is_near(double a, double b) { return std::abs(a - b) < 0.002; }

// Numbers beyond 2^53 stand as text.
std::optional<double> number_of(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const auto integer = parse_uint64(value.get<std::string>());
  return integer ? std::optional(static_cast<double>(*integer)) : std::nullopt;
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number_at(const json& object, const char* key, double missing) {
  const auto found = object.find(key);
  return found != object.end() ? number_of(*found).value_or(missing) : missing;
}

std::string_view name_of(TrackKind kind) {
  return kind == TrackKind::kVideo   ? "video"
         : kind == TrackKind::kAudio ? "audio"
         : kind == TrackKind::kText  ? "text"
                                     : "image";
}

// Ids as the MPD writes them: without what makes them unique.
std::string plain_id(const Representation& representation) {
  std::string id = representation.id;
  const std::size_t hash = id.rfind('#');
  if (hash != std::string::npos) id.resize(hash);
  const std::size_t slash = id.rfind('/');
  return slash == std::string::npos ? id : id.substr(slash + 1);
}

template <typename Use>
void for_each_representation(const Presentation& presentation, Use use) {
  for (const Period& period : presentation.periods) {
    for (const AdaptationSet& set : period.adaptation_sets) {
      for (const Representation& representation : set.representations) {
        use(period, set, representation);
      }
    }
  }
}

// The segment at `url`, looked for near `hint_s` and from the start.
std::optional<Segment> find_url(const SegmentIndex& index, const std::string& url, double hint_s) {
  const auto matches = [&](const Segment& segment) {
    return segment.media.url == url ||
           (segment.media.url.size() > url.size() && segment.media.url.ends_with("/" + url));
  };
  const auto near = index.find(MediaTime{static_cast<int64_t>(hint_s * 1e6) + 1000});
  const std::size_t from = near && *near > 3 ? *near - 3 : 0;
  for (std::size_t i = from; i < std::min(index.size(), from + 8); ++i) {
    if (Segment segment = index.at(i); matches(segment)) return segment;
  }
  constexpr std::size_t kSearched = 4'000;
  for (std::size_t i = 0; i < std::min(index.size(), kSearched); ++i) {
    if (Segment segment = index.at(i); matches(segment)) return segment;
  }
  for (std::size_t i = 0; i < std::min(index.size(), kSearched); ++i) {
    if (Segment segment = index.at(index.size() - 1 - i); matches(segment)) return segment;
  }
  return std::nullopt;
}

json properties_json(const std::vector<Descriptor>& properties) {
  json list = json::array();
  for (const Descriptor& property : properties) {
    list.push_back({{"scheme", property.scheme}, {"value", property.value}});
  }
  return list;
}

json representation_json(const Period& period, const AdaptationSet& set, const Representation& r) {
  json format = {{"width", r.width}, {"height", r.height}, {"label", set.label}};
  format["codecs"] = r.codecs.empty() ? json() : json(r.codecs);
  if (!set.label.empty()) format["labels"] = json::array({{{"value", set.label}}});
  if (r.tiles) {
    format["tiles_x"] = r.tiles->columns;
    format["tiles_y"] = r.tiles->rows;
  }
  if (r.video_range == VideoRange::kPq) {
    format["color_info"] = {{"color_transfer", "COLOR_TRANSFER_ST2084"}};
  }
  std::string license;
  for (const ContentProtection& protection : set.protections) {
    if (!protection.license_url.empty()) license = protection.license_url;
    if (protection.scheme == "urn:mpeg:dash:mp4protection:2011") {
      format["drm"]["scheme_type"] = protection.value;
    }
  }
  json urls = json::array({{{"service_location", r.service_location}}});
  for (const ServiceLocation& other : r.alternatives) {
    urls.push_back(
        {{"service_location", other.name}, {"priority", other.priority}, {"weight", other.weight}});
  }
  // A Representation has its set's properties too.
  json essential = properties_json(set.essential_properties);
  for (const json& property : properties_json(r.essential_properties))
    essential.push_back(property);
  json supplemental = properties_json(set.supplemental_properties);
  for (const json& property : properties_json(r.supplemental_properties)) {
    supplemental.push_back(property);
  }
  json out = {{"id", plain_id(r)},
              {"bandwidth", r.bandwidth.bps},
              {"format", format},
              {"base_urls", urls},
              {"essential_properties", essential},
              {"supplemental_properties", supplemental}};
  if (r.media_offset) {
    out["presentation_time_offset"] = to_seconds(period.start - MediaTime{0} - *r.media_offset);
  }
  return out;
}

json period_json(const Period& period) {
  json out = {{"id", period.id}, {"adaptation_sets", json::array()}};
  for (const AdaptationSet& set : period.adaptation_sets) {
    json representations = json::array();
    for (const Representation& r : set.representations) {
      representations.push_back(representation_json(period, set, r));
    }
    out["adaptation_sets"].push_back(
        {{"id", set.id},
         {"representations", representations},
         {"essential_properties", properties_json(set.essential_properties)},
         {"supplemental_properties", properties_json(set.supplemental_properties)}});
  }
  if (!period.asset_id.empty()) {
    const std::size_t space = period.asset_id.find(' ');
    out["asset_identifier"] = {{"scheme", period.asset_id.substr(0, space)},
                               {"value", period.asset_id.substr(space + 1)}};
  }
  return out;
}

}  // namespace

json translate(const Presentation& presentation) {
  json out = {{"periods", json::array()}};
  for (const Period& period : presentation.periods) out["periods"].push_back(period_json(period));
  if (!presentation.live) return out;
  const LatencyTargets& latency = presentation.live->latency;
  if (latency.target || latency.min_rate) {
    json description = json::object();
    description["target_latency_ms"] = latency.target ? json(to_ms(*latency.target)) : json();
    description["min_latency_ms"] = latency.min ? json(to_ms(*latency.min)) : json();
    description["max_latency_ms"] = latency.max ? json(to_ms(*latency.max)) : json();
    description["min_rate"] = latency.min_rate ? json(*latency.min_rate) : json();
    description["max_rate"] = latency.max_rate ? json(*latency.max_rate) : json();
    out["service_description"] = description;
  } else {
    out["service_description"] = json();
  }
  out["locations"] = json::array();
  for (const std::string& location : presentation.live->locations) {
    out["locations"].push_back({{"uri", location}});
  }
  if (!presentation.live->locations.empty()) out["location"] = presentation.live->locations.back();
  return out;
}

void check_segment_list(const json& segments, const Presentation& presentation, Check& check) {
  for (const json& expected : segments) {
    bool is_found = false;
    for (const Period& period : presentation.periods) {
      const auto& first = period.adaptation_sets.front().representations.front();
      if (first.segments == nullptr) continue;
      for (std::size_t i = 0; i < std::min<std::size_t>(first.segments->size(), 2000); ++i) {
        const Segment segment = first.segments->at(i);
        const auto& uris = expected["uris"];
        is_found =
            is_found || (is_near(number_at(expected, "start", -1e9), to_seconds(segment.start)) &&
                         is_near(number_at(expected, "end", -1e9), to_seconds(segment.end)) &&
                         std::find(uris.begin(), uris.end(), segment.media.url) != uris.end() &&
                         expected.value("start_byte", int64_t{0}) ==
                             (segment.media.range ? segment.media.range->first : 0));
      }
    }
    check.expect(is_found, "segment " + expected.dump());
  }
}

namespace {

void check_rx_representation(const json& expected, const Period& period, const AdaptationSet& set,
                             const Representation& r, Check& check) {
  const std::string who = period.id + "/" + plain_id(r) + " ";
  const auto equal = [&](const char* key, const json& actual) {
    if (!expected.contains(key)) return;
    check.expect(expected[key] == actual,
                 who + key + " " + expected[key].dump() + " is " + actual.dump());
  };
  equal("bitrate", r.bandwidth.bps);
  equal("codec", r.codecs);
  if (expected.contains("width")) equal("width", r.width);
  if (expected.contains("height")) equal("height", r.height);
  if (expected.contains("frame_rate")) {
    check.expect(is_near(number_at(expected, "frame_rate", -1), r.frame_rate), who + "frame_rate");
  }
  if (!expected.contains("index") || r.segments == nullptr) return;
  const json& index = expected["index"];
  if (index.contains("init") && index["init"].contains("url") && index["init"]["url"].is_string() &&
      r.segments->size() > 0) {
    const Segment first = r.segments->at(0);
    const std::string url = index["init"]["url"];
    check.expect(first.init != nullptr && first.init->url.ends_with(url), who + "init " + url);
  }
  for (const json& segment : index.value("segments", json::array())) {
    const double scale = number_at(segment, "timescale", 1.0);
    const double start = number_of(segment["time"]).value_or(0) / scale;
    const auto found = find_url(*r.segments, text_at(segment, "url"), start);
    const bool holds = found && is_near(number_of(segment["duration"]).value_or(0) / scale,
                                        to_seconds(found->duration()));
    check.expect(holds, who + "segment " + segment.dump());
  }
  (void)set;
}

}  // namespace

void check_rx_player(const json& facts, const Presentation& presentation, Check& check) {
  if (facts.contains("is_dynamic")) {
    check.expect(facts["is_dynamic"] == (presentation.type == PresentationType::kLive),
                 "is_dynamic");
  }
  if (facts.contains("duration") && facts["duration"].is_number() && presentation.duration) {
    check.expect(is_near(number_at(facts, "duration", -1), to_seconds(*presentation.duration)),
                 "duration");
  }
  const json periods = facts.value("periods", json::array());
  if (!periods.empty()) {
    check.expect(periods.size() == presentation.periods.size(), "number of Periods");
  }
  for (std::size_t i = 0; i < std::min(periods.size(), presentation.periods.size()); ++i) {
    const Period& period = presentation.periods[i];
    if (periods[i].contains("start")) {
      check.expect(is_near(number_of(periods[i]["start"]).value_or(-1), to_seconds(period.start)),
                   "Period start");
    }
    const json kinds = periods[i].value("adaptations", json::object());
    for (const auto& [kind, sets] : kinds.items()) {
      for (const json& set : sets) {
        for (const json& expected : set.value("representations", json::array())) {
          bool is_found = false;
          for (const AdaptationSet& ours : period.adaptation_sets) {
            for (const Representation& r : ours.representations) {
              if (name_of(ours.kind) != kind || is_found || !ours.trick_mode_for.empty()) continue;
              if (expected.contains("id")
                      ? plain_id(r) != expected["id"]
                      : r.bandwidth.bps != expected.value("bitrate", int64_t{0})) {
                continue;
              }
              if (set.contains("language") && set["language"].is_string() &&
                  ours.language != set["language"]) {
                continue;
              }
              is_found = true;
              check_rx_representation(expected, period, ours, r, check);
            }
          }
          check.expect(is_found, kind + " Representation " + text_at(expected, "id"));
        }
      }
    }
  }
  const json events = facts.value("events", json::object()).value("periods", json::array());
  for (const json& of_period : events) {
    for (const json& expected : of_period) {
      bool is_found = false;
      for (const Period& period : presentation.periods) {
        for (const TimedEvent& event : period.events) {
          is_found =
              is_found || (event.scheme == text_at(expected, "scheme_id_uri") && event.start &&
                           is_near(number_at(expected, "start", -1e9), to_seconds(*event.start)));
        }
      }
      check.expect(is_found, "event " + expected.dump().substr(0, 120));
    }
  }
}

namespace {

void check_mpd_parser_list(const json& list, const Presentation& presentation, Check& check) {
  for (const json& expected : list) {
    const std::string id = text_at(expected.value("attributes", json::object()), "NAME");
    for (const json& segment : expected.value("segments", json::array())) {
      bool is_found = false;
      const double start = number_at(segment, "presentation_time", 0.0);
      for_each_representation(presentation, [&](const Period&, const AdaptationSet&,
                                                const Representation& r) {
        if (r.segments == nullptr || is_found || plain_id(r) != id) return;
        const auto found = find_url(*r.segments, text_at(segment, "url"), start);
        is_found =
            found && is_near(to_seconds(found->duration()), number_at(segment, "duration", -1)) &&
            (!segment.contains("presentation_time") || is_near(to_seconds(found->start), start));
      });
      check.expect(is_found, id + " segment " + segment.dump().substr(0, 200));
    }
  }
}

}  // namespace

void check_mpd_parser(const json& facts, const Presentation& presentation, Check& check) {
  const bool is_static = presentation.type == PresentationType::kVod;
  if (facts.contains("end_list")) check.expect(facts["end_list"] == is_static, "end_list");
  if (facts.contains("duration") && presentation.duration) {
    check.expect(is_near(number_at(facts, "duration", -1), to_seconds(*presentation.duration)),
                 "duration");
  }
  check_mpd_parser_list(facts.value("representations", json::array()), presentation, check);
  const json groups = facts.value("media_groups", json::object());
  for (const auto& [type, named] : groups.items()) {
    for (const auto& [group, entries] : named.items()) {
      for (const auto& [label, entry] : entries.items()) {
        check_mpd_parser_list(entry.value("representations", json::array()), presentation, check);
        if (!entry.contains("instream_id")) continue;
        bool is_found = false;
        for_each_representation(
            presentation, [&](const Period&, const AdaptationSet& set, const Representation&) {
              for (const auto& caption : set.closed_captions) {
                is_found = is_found || caption.channel == entry["instream_id"];
              }
            });
        check.expect(is_found, "captions " + label);
      }
    }
  }
}

void check_streamlink(const json& expects, const Presentation& presentation, Check& check) {
  const json mpd = expects.value("mpd", json::object());
  if (mpd.contains("type")) {
    const bool is_static = mpd["type"].is_null() || mpd["type"] == "static";
    check.expect(is_static == (presentation.type == PresentationType::kVod), "type");
  }
  const json periods = expects.value("periods", json::array());
  for (const json& expected : periods) {
    for (const json& set : expected.value("adaptation_sets", json::array())) {
      for (const json& wanted : set.value("representations", json::array())) {
        bool is_found = false;
        for_each_representation(
            presentation, [&](const Period&, const AdaptationSet& ours, const Representation& r) {
              is_found = is_found || (plain_id(r) == text_at(wanted, "id") &&
                                      std::abs(static_cast<double>(r.bandwidth.bps) / 1000 -
                                               number_at(wanted, "bandwidth", 0.0)) < 1 &&
                                      (!wanted.contains("width") || wanted["width"].is_null() ||
                                       wanted["width"] == r.width) &&
                                      (!wanted.contains("codecs") || wanted["codecs"].is_null() ||
                                       wanted["codecs"] == r.codecs) &&
                                      (!set.contains("lang") || set["lang"].is_null() ||
                                       set["lang"] == ours.language));
            });
        check.expect(is_found, "Representation " + wanted.dump());
      }
    }
  }
  for (const json& consumed : expects.value("consumed_segments", json::array())) {
    for (const json& segment : consumed["segments"]) {
      bool is_found = false;
      for_each_representation(
          presentation, [&](const Period&, const AdaptationSet&, const Representation& r) {
            if (is_found || plain_id(r) != text_at(consumed, "representation")) return;
            const std::string uri = text_at(segment, "uri");
            if (r.segments == nullptr) {
              is_found = r.index_source.location.url == uri;
            } else if (segment.value("init", false)) {
              is_found = r.segments->size() > 0 && r.segments->at(0).init != nullptr &&
                         r.segments->at(0).init->url == uri;
            } else {
              const auto found = find_url(*r.segments, uri, 0);
              is_found = found.has_value();
            }
          });
      check.expect(is_found,
                   consumed["representation"].dump() + " segment " + segment.dump().substr(0, 200));
    }
  }
}

void check_yt_dlp(const json& expects, const Presentation& presentation, Check& check) {
  for (const json& format : expects.value("formats", json::array())) {
    const std::string id = text_at(format, "format_id");
    bool is_found = false;
    for_each_representation(
        presentation, [&](const Period&, const AdaptationSet& set, const Representation& r) {
          const bool is_video = set.kind == TrackKind::kVideo;
          const std::string codec = text_at(format, is_video ? "vcodec" : "acodec");
          is_found = is_found || (id.starts_with(plain_id(r)) &&
                                  is_near(static_cast<double>(r.bandwidth.bps) / 1000,
                                          number_at(format, "tbr", 0.0)) &&
                                  (!is_video || number_at(format, "width", 0) == r.width) &&
                                  r.codecs.find(codec) != std::string::npos);
        });
    check.expect(is_found, "format " + format.dump().substr(0, 160));
  }
}

void check_shaka(const json& output, const Presentation& presentation, Check& check) {
  const bool is_live = presentation.type == PresentationType::kLive;
  if (output.contains("is_live")) check.expect(output["is_live"] == is_live, "is_live");
  if (output.contains("duration") && output["duration"].is_number() && presentation.duration &&
      !is_live) {
    check.expect(is_near(output["duration"], to_seconds(*presentation.duration)),
                 "duration " + output["duration"].dump());
  }
  for (const json& stream : output.value("streams", json::array())) {
    bool is_found = false;
    for_each_representation(presentation, [&](const Period&, const AdaptationSet& set,
                                              const Representation& r) {
      const std::string codecs = text_at(stream, "codecs");
      is_found =
          is_found ||
          (name_of(set.kind) == text_at(stream, "type") &&
           (!stream.contains("width") || stream["width"] == r.width) &&
           (!stream.contains("height") || stream["height"] == r.height) &&
           (!stream.contains("channels") || stream["channels"] == r.channels) &&
           (!stream.contains("label") || stream["label"] == set.label) &&
           (!stream.contains("original_language") || stream["original_language"] == set.language) &&
           (codecs.empty() || codecs.find(',') != std::string::npos || codecs == r.codecs));
    });
    check.expect(is_found, "stream " + stream.dump());
  }
}

}  // namespace playhead::corpus

// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/mpd_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/decimal.h"
#include "base/iso8601.h"
#include "manifest/base64.h"
#include "manifest/dash/xml_text.h"

namespace playhead::dash {
namespace {

using Node = pugi::xml_node;

bool has(Node node, std::string_view name) {
  for (const pugi::xml_attribute attribute : node.attributes()) {
    if (local_name(attribute.name()) == name) return true;
  }
  return false;
}

bool has_child(Node node, std::string_view name) {
  return std::any_of(node.begin(), node.end(),
                     [&](Node child) { return local_name(child) == name; });
}

// The attribute here or on an enclosing element of the same or another kind.
std::string_view inherited(Node node, std::string_view name) {
  for (; node.type() == pugi::node_element; node = node.parent()) {
    if (has(node, name)) return trim(attribute_of(node, name));
  }
  return {};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_dynamic(Node node) {
  while (node.parent().type() == pugi::node_element) node = node.parent();
  return trim(attribute_of(node, "type")) == "dynamic";
}

// Repeated values of one attribute among the children of that name.
void check_unique(Node node, std::string_view child_name, std::string_view attribute,
                  std::string_view rule, Findings& findings) {
  std::set<std::string_view> known;
  for (const Node child : node.children()) {
    if (local_name(child) != child_name || !has(child, attribute)) continue;
    if (!known.insert(attribute_of(child, attribute)).second) {
      findings.violation(byte_of(child), rule,
                         std::string(child_name) + "@" + std::string(attribute) + " is not unique");
    }
  }
}

void check_mpd(Node mpd, Findings& findings) {
  const auto report = [&](const char* rule, const char* what) {
    findings.violation(byte_of(mpd), rule, what);
  };
  const bool has_namespace =
      std::any_of(mpd.attributes_begin(), mpd.attributes_end(), [](pugi::xml_attribute a) {
        const std::string_view name(a.name());
        const std::string_view value(a.value());
        return name.substr(0, 5) == "xmlns" && (value == "urn:mpeg:dash:schema:mpd:2011" ||
                                                value == "urn:mpeg:DASH:schema:MPD:2011");
      });
  if (!has_namespace) report("5.2.2", "the MPD is not in the name space of MPDs");
  const std::string_view type = trim(attribute_of(mpd, "type"));
  if (has(mpd, "type") && type != "static" && type != "dynamic") {
    report("5.3.1.2", "MPD@type is neither static nor dynamic");
  }
  if (type == "dynamic" && !has(mpd, "availabilityStartTime")) {
    report("5.3.1.2", "a dynamic MPD needs @availabilityStartTime");
  }
  if (type == "dynamic" && !has(mpd, "publishTime")) {
    report("5.3.1.2", "a dynamic MPD needs @publishTime");
  }
  const Node first = mpd.find_child([](Node child) { return local_name(child) == "Period"; });
  const std::optional<Duration> start = parse_iso_duration(trim(attribute_of(first, "start")));
  if (type != "dynamic" && start && start->count() != 0) {
    report("5.3.2.1", "the first Period of a static MPD starts at 0");
  }
  if (!has(mpd, "minBufferTime")) report("5.3.1.2", "MPD@minBufferTime is missing");
  if (!has(mpd, "profiles")) report("5.3.1.2", "MPD@profiles is missing");
  const Node last = mpd.last_child();
  if (!has(mpd, "mediaPresentationDuration") && !has(mpd, "minimumUpdatePeriod") &&
      local_name(last) == "Period" && !has(last, "duration")) {
    report("5.3.1.2", "nothing says how long the presentation is");
  }
  check_unique(mpd, "Period", "id", "5.3.2.2", findings);
  std::size_t information = 0;
  for (const Node child : mpd.children()) {
    if (local_name(child) == "ProgramInformation" && !has(child, "lang")) ++information;
  }
  if (information > 1) report("5.3.1.2", "several ProgramInformation without @lang");
}

void check_period(Node period, Findings& findings) {
  if (is_dynamic(period) && !has(period, "id")) {
    findings.violation(byte_of(period), "5.3.2.2", "a Period of a dynamic MPD needs @id");
  }
  const bool is_remote = has(period, "href") || has_child(period, "ImportedMPD");
  const bool has_no_length = trim(attribute_of(period, "duration")) == "PT0S";
  if (!has_child(period, "AdaptationSet") && !has_child(period, "EmptyAdaptationSet") &&
      !is_remote && !has_no_length) {
    findings.violation(byte_of(period), "5.3.2.2", "a Period needs an AdaptationSet");
  }
  check_unique(period, "AdaptationSet", "id", "5.3.3.2", findings);
  // 5.3.5.2: equal ids are for functionally identical Representations, of other sets.
  std::map<std::string_view, std::string_view> ids;
  for (const Node set : period.children()) {
    if (local_name(set) != "AdaptationSet") continue;
    check_unique(set, "Representation", "id", "5.3.5.2", findings);
    for (const Node representation : set.children()) {
      if (local_name(representation) != "Representation") continue;
      const std::string_view id = attribute_of(representation, "id");
      const auto known = ids.emplace(id, inherited(representation, "codecs")).first;
      if (!id.empty() && known->second != inherited(representation, "codecs")) {
        findings.violation(byte_of(representation), "5.3.5.2",
                           "Representations that are not the same have one @id");
      }
    }
  }
  const bool switches = trim(attribute_of(period, "bitstreamSwitching")) == "true";
  for (const Node set : period.children()) {
    if (switches && trim(attribute_of(set, "bitstreamSwitching")) == "false") {
      findings.violation(byte_of(set), "5.3.2.2", "@bitstreamSwitching contradicts the Period's");
    }
  }
}

// "25", "30000/1001" as a comparable number; nothing when it is neither.
std::optional<double> number_of(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<int64_t> top = parse_decimal(text.substr(0, slash), 3);
  const std::optional<int64_t> bottom =
      slash == std::string_view::npos ? 1000 : parse_decimal(text.substr(slash + 1), 3);
  if (!top || !bottom || *bottom == 0) return std::nullopt;
  return static_cast<double>(*top) / static_cast<double>(*bottom);
}

void check_bounds(Node set, Findings& findings) {
  struct Row {
    std::string_view low, high, own;
  };
  static constexpr std::array<Row, 4> kRows{{{"minBandwidth", "maxBandwidth", "bandwidth"},
                                             {"minWidth", "maxWidth", "width"},
                                             {"minHeight", "maxHeight", "height"},
                                             {"minFrameRate", "maxFrameRate", "frameRate"}}};
  for (const Row& row : kRows) {
    const std::optional<double> low = number_of(trim(attribute_of(set, row.low)));
    const std::optional<double> high = number_of(trim(attribute_of(set, row.high)));
    if (low && high && *low > *high) {
      findings.violation(byte_of(set), "5.3.3.2",
                         std::string(row.low) + " is above " + std::string(row.high));
    }
    for (const Node representation : set.children()) {
      if (local_name(representation) != "Representation") continue;
      const std::optional<double> own = number_of(trim(attribute_of(representation, row.own)));
      if (own && ((low && *own < *low) || (high && *own > *high))) {
        findings.violation(byte_of(representation), "5.3.3.2",
                           "@" + std::string(row.own) + " is outside what the set announces");
      }
    }
  }
}

void check_key_ids(Node set, Findings& findings) {
  std::string_view first;
  for (const Node child : set.children()) {
    if (local_name(child) != "ContentProtection") continue;
    const std::string_view id = trim(attribute_of(child, "default_KID"));
    if (id.empty()) continue;
    const auto is_same = [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) ==
             (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
    };
    if (!first.empty() && !std::equal(id.begin(), id.end(), first.begin(), first.end(), is_same)) {
      findings.violation(byte_of(child), "ISO/IEC 23001-7 11.2",
                         "ContentProtection elements of one level name different keys");
    }
    if (first.empty()) first = id;
  }
}

void check_set(Node set, Findings& findings) {
  if (!has_child(set, "Representation") && !has(set, "href")) {
    findings.violation(byte_of(set), "5.3.3.2", "an AdaptationSet needs a Representation");
  }
  check_unique(set, "ContentComponent", "id", "5.3.4.2", findings);
  check_bounds(set, findings);
  for (const Node child : set.children()) {
    if (local_name(child) != "ContentComponent") continue;
    for (const std::string_view name : {"lang", "contentType", "par"}) {
      if (has(set, name) && has(child, name)) {
        findings.violation(byte_of(child), "5.3.3.2",
                           "@" + std::string(name) + " stands on the set and on its component");
      }
    }
  }
  for (const Node child : set.children()) {
    if (local_name(child) != "Representation") continue;
    for (const std::string_view name :
         {"width", "height", "sar", "frameRate", "audioSamplingRate", "mimeType"}) {
      if (has(set, name) && has(child, name)) {
        findings.violation(byte_of(child), "5.3.7.1",
                           "@" + std::string(name) + " stands on the set and on a Representation");
      }
    }
  }
}

void check_representation(Node representation, Findings& findings) {
  const auto report = [&](const char* rule, const char* what) {
    findings.violation(byte_of(representation), rule, what);
  };
  if (!has(representation, "id")) report("5.3.5.2", "Representation@id is missing");
  if (!has(representation, "bandwidth")) report("5.3.5.2", "Representation@bandwidth is missing");
  if (inherited(representation, "mimeType").empty()) {
    report("5.3.7.2", "neither the Representation nor its set has @mimeType");
  }
  bool is_addressed = has_child(representation, "BaseURL");
  for (Node level = representation; level.type() == pugi::node_element; level = level.parent()) {
    for (const std::string_view kind :
         {"SegmentBase", "SegmentList", "SegmentTemplate", "BaseURL"}) {
      is_addressed = is_addressed || has_child(level, kind);
    }
  }
  if (!is_addressed) report("5.3.9.1", "nothing says where the media of the Representation is");
}

// At most one of the three at one level.
void check_segment_level(Node node, Findings& findings) {
  int kinds = 0;
  for (const std::string_view kind : {"SegmentBase", "SegmentList", "SegmentTemplate"}) {
    if (has_child(node, kind)) ++kinds;
  }
  if (kinds > 1) {
    findings.violation(byte_of(node), "5.3.9.1",
                       "SegmentBase, SegmentList and SegmentTemplate exclude each other");
  }
}

// Whether this or an enclosing level of the same kind has the attribute or child.
bool is_inherited(Node info, std::string_view attribute, std::string_view child) {
  const std::string_view kind = local_name(info);
  for (Node level = info.parent(); level.type() == pugi::node_element; level = level.parent()) {
    for (const Node other : level.children()) {
      if (local_name(other) == kind && (has(other, attribute) || has_child(other, child))) {
        return true;
      }
    }
  }
  return false;
}

// Whether some Representation below leaves the times to this level, and nobody else says them.
bool is_innermost(Node info) { return local_name(info.parent()) == "Representation"; }

void check_segment_base(Node info, Findings& findings) {
  if (has(info, "indexRangeExact") && !has(info, "indexRange")) {
    findings.violation(byte_of(info), "5.3.9.2.2", "@indexRangeExact needs @indexRange");
  }
}

void check_segment_times(Node info, Findings& findings) {
  check_segment_base(info, findings);
  const bool has_timeline = has_child(info, "SegmentTimeline");
  if (has(info, "duration") && has_timeline) {
    findings.violation(byte_of(info), "5.3.9.2.2",
                       "@duration and SegmentTimeline exclude each other");
  }
  const Node timeline =
      info.find_child([](Node child) { return local_name(child) == "SegmentTimeline"; });
  const bool is_empty = timeline && !has_child(timeline, "S") && !is_dynamic(info);
  if (is_empty) findings.violation(byte_of(timeline), "5.3.9.6", "a SegmentTimeline needs an S");
  const bool is_single = local_name(info) == "SegmentTemplate" &&
                         !contains(attribute_of(info, "media"), "$Number") &&
                         !contains(attribute_of(info, "media"), "$Time");
  if (!has_timeline && !has(info, "duration") && is_innermost(info) && !is_single &&
      !is_inherited(info, "duration", "SegmentTimeline")) {
    findings.violation(byte_of(info), "5.3.9.2.2", "segments need @duration or a SegmentTimeline");
  }
  const std::optional<Duration> longest = parse_iso_duration(inherited(info, "maxSegmentDuration"));
  const int64_t timescale =
      std::max<int64_t>(parse_int64(trim(attribute_of(info, "timescale"))).value_or(1), 1);
  if (!longest || !timeline) return;
  for (const Node s : timeline.children()) {
    const std::optional<int64_t> duration = parse_int64(trim(attribute_of(s, "d")));
    if (duration && ticks_to_us(*duration, timescale) > longest->count()) {
      findings.violation(byte_of(s), "5.3.9.6", "S@d is longer than MPD@maxSegmentDuration");
    }
  }
}

bool has_unknown_identifier(std::string_view pattern) {
  constexpr std::array<std::string_view, 5> kNames{"RepresentationID", "Number", "Time",
                                                   "Bandwidth", "SubNumber"};
  while (true) {
    const std::size_t open = pattern.find('$');
    if (open == std::string_view::npos) return false;
    const std::size_t close = pattern.find('$', open + 1);
    if (close == std::string_view::npos) return true;
    std::string_view inside = pattern.substr(open + 1, close - open - 1);
    inside = inside.substr(0, inside.find('%'));
    if (close != open + 1 && std::find(kNames.begin(), kNames.end(), inside) == kNames.end()) {
      return true;
    }
    pattern.remove_prefix(close + 1);
  }
}

void check_template(Node info, Findings& findings) {
  check_segment_times(info, findings);
  const std::string_view media = attribute_of(info, "media");
  if (has_unknown_identifier(media)) {
    findings.violation(byte_of(info), "5.3.9.4.4",
                       "SegmentTemplate@media has an unknown identifier");
  }
  for (const std::string_view name : {"initialization", "bitstreamSwitching"}) {
    const std::string_view pattern = attribute_of(info, name);
    if (contains(pattern, "$Number") || contains(pattern, "$Time")) {
      findings.violation(byte_of(info), "5.3.9.4.2",
                         "SegmentTemplate@" + std::string(name) + " cannot depend on the segment");
    }
  }
  const bool is_named = contains(media, "$Number") || contains(media, "$Time");
  if (!media.empty() && !is_named && has(info, "duration")) {
    findings.violation(byte_of(info), "5.3.9.4.4", "all segments have the same URL");
  }
}

void check_protection(Node node, Findings& findings) {
  const std::string_view scheme = trim(attribute_of(node, "schemeIdUri"));
  const std::string_view value = trim(attribute_of(node, "value"));
  if (scheme == "urn:mpeg:dash:mp4protection:2011" && value.size() != 4) {
    findings.violation(byte_of(node), "5.8.5.2", "the protection scheme is not four characters");
  }
  const bool is_hex = std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
  if (contains(scheme, "13818:1:CA_descriptor") && (value.size() != 4 || !is_hex)) {
    findings.violation(byte_of(node), "5.8.5.2", "the CA system id is not four hexadecimal digits");
  }
  for (const Node child : node.children()) {
    if (local_name(child) == "pssh" && !decode_base64(text_of(child))) {
      findings.violation(byte_of(child), "ISO/IEC 23001-7 11.2", "cenc:pssh is not base64");
    }
  }
}

void check_role(Node node, Findings& findings) {
  constexpr std::array<std::string_view, 24> kRoles{"caption",
                                                    "subtitle",
                                                    "main",
                                                    "alternate",
                                                    "supplementary",
                                                    "commentary",
                                                    "dub",
                                                    "description",
                                                    "sign",
                                                    "metadata",
                                                    "enhanced-audio-intelligibility",
                                                    "emergency",
                                                    "forced-subtitle",
                                                    "easyreader",
                                                    "karaoke",
                                                    "forced_subtitle",
                                                    "captions",
                                                    "subtitles",
                                                    "medianame",
                                                    "production",
                                                    "trickmode",
                                                    "programme",
                                                    "transcript",
                                                    "text-description"};
  const std::string_view scheme = trim(attribute_of(node, "schemeIdUri"));
  const std::string_view value = trim(attribute_of(node, "value"));
  const bool is_known = std::find(kRoles.begin(), kRoles.end(), value) != kRoles.end();
  if (scheme == "urn:mpeg:dash:role:2011" && !is_known) {
    findings.violation(byte_of(node), "5.8.5.5", "the role scheme has no such value");
  }
  if (scheme == "urn:mpeg:dash:stereoid:2011") {
    bool is_stereo = true;
    for_each_word(value, [&](std::string_view word) {
      is_stereo = is_stereo && word.size() >= 2 && (word[0] == 'l' || word[0] == 'r') &&
                  parse_uint64(word.substr(1)).has_value();
    });
    if (!is_stereo) findings.violation(byte_of(node), "5.8.5.6", "stereoid is l or r and a number");
  }
}

void check_frame_packing(Node node, Findings& findings) {
  const std::string_view scheme = trim(attribute_of(node, "schemeIdUri"));
  const std::optional<uint64_t> value = parse_uint64(trim(attribute_of(node, "value")));
  const bool is_avc = contains(scheme, "14496:10:frame_packing_arrangement_type");
  const bool is_ts = contains(scheme, "13818:1:stereo_video_format_type");
  if (!is_avc && !is_ts) {
    findings.violation(byte_of(node), "5.8.5.7", "an unknown scheme of frame packing");
  } else if (!value || (is_avc && *value > 6) || (is_ts && *value > 15)) {
    findings.violation(byte_of(node), "5.8.5.7", "the frame packing has no such value");
  }
  const std::string_view mime_type = inherited(node, "mimeType");
  if ((is_avc && contains(mime_type, "mp2t")) || (is_ts && contains(mime_type, "mp4"))) {
    findings.violation(byte_of(node), "5.8.5.7", "the frame packing is not for this container");
  }
}

void check_sub_representation(Node node, Findings& findings) {
  if (has(node, "level") && !has(node, "bandwidth")) {
    findings.violation(byte_of(node), "5.3.6.2", "SubRepresentation@level needs @bandwidth");
  }
}

struct Rule {
  std::string_view element;
  void (*check)(Node, Findings&);
};
constexpr std::array<Rule, 16> kRules{{
    {"MPD", check_mpd},
    {"Period", check_period},
    {"Period", check_segment_level},
    {"AdaptationSet", check_set},
    {"AdaptationSet", check_segment_level},
    {"AdaptationSet", check_key_ids},
    {"Representation", check_representation},
    {"Representation", check_segment_level},
    {"Representation", check_key_ids},
    {"SubRepresentation", check_sub_representation},
    {"SegmentBase", check_segment_base},
    {"SegmentList", check_segment_times},
    {"SegmentTemplate", check_template},
    {"ContentProtection", check_protection},
    {"Role", check_role},
    {"FramePacking", check_frame_packing},
}};

// Foreign elements inside these are not the MPD's own.
bool is_opaque(std::string_view name) { return name == "Event" || name == "SegmentTimeline"; }

}  // namespace

void check_rules(Node mpd, Findings& findings) {
  Node node = mpd;
  while (true) {
    const std::string_view name = local_name(node);
    if (node.type() == pugi::node_element) {
      for (const Rule& rule : kRules) {
        if (rule.element == name) rule.check(node, findings);
      }
    }
    if (node.first_child() && !is_opaque(name)) {
      node = node.first_child();
      continue;
    }
    while (node != mpd && !node.next_sibling()) node = node.parent();
    if (node == mpd) return;
    node = node.next_sibling();
  }
}

}  // namespace playhead::dash

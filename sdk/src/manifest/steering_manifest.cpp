// SPDX-License-Identifier: Apache-2.0
#include "manifest/steering_manifest.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json_depth.h"
#include "base/limits.h"
#include "base/url.h"
#include "manifest/segment_index.h"

namespace playhead {

namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 16;
// Chosen: oftener than every 5 s no client has to ask; after a day the order is no order any more.
constexpr double kMinTtlSeconds = 5;
constexpr double kMaxTtlSeconds = 24 * 3600;

Error bad(ErrorCode code, const std::string& url, const std::string& what) {
  return make_error(code, "the steering manifest " + redact(url) + ": " + what);
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::map<std::string, std::string, std::less<>> texts_of(const Json& object, const char* name) {
  std::map<std::string, std::string, std::less<>> texts;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_object()) return texts;
  for (const auto& [key, value] : found->items()) {
    if (texts.size() >= limits::kVariants) break;
    if (value.is_string()) texts.emplace(key, value.get<std::string>());
  }
  return texts;
}

Duration ttl_of(const Json& object) {
  const auto found = object.find("TTL");
  if (found == object.end() || !found->is_number()) return SteeringManifest().ttl;
  const double seconds = found->get<double>();
  if (std::isnan(seconds)) return SteeringManifest().ttl;
  return Duration{static_cast<int64_t>(std::clamp(seconds, kMinTtlSeconds, kMaxTtlSeconds) * 1e6)};
}

std::vector<std::string> names_of(const Json& object, const char* name) {
  std::vector<std::string> names;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) return names;
  for (const Json& entry : *found) {
    if (names.size() >= limits::kSteeringPathways) break;
    if (entry.is_string()) names.push_back(entry.get<std::string>());
  }
  return names;
}

// Nothing for a clone that says not what of.
std::optional<PathwayClone> read_clone(const Json& object) {
  if (!object.is_object()) return std::nullopt;
  PathwayClone clone;
  clone.base_id = text_of(object, "BASE-ID");
  clone.id = text_of(object, "ID");
  const auto rules = object.find("URI-REPLACEMENT");
  const bool is_usable =
      !clone.base_id.empty() && !clone.id.empty() && rules != object.end() && rules->is_object();
  if (!is_usable) return std::nullopt;
  clone.host = text_of(*rules, "HOST");
  clone.params = texts_of(*rules, "PARAMS");
  clone.variant_urls = texts_of(*rules, "PER-VARIANT-URIS");
  clone.rendition_urls = texts_of(*rules, "PER-RENDITION-URIS");
  return clone;
}

// `name` set to `value` in the query, wherever it stood before.
std::string with_parameter(const std::string& url, const std::string& name,
                           const std::string& value) {
  const std::size_t hash = std::min(url.find('#'), url.size());
  const std::size_t mark = std::min(url.find('?'), hash);
  std::string out = url.substr(0, mark);
  char separator = '?';
  std::string query = mark < hash ? url.substr(mark + 1, hash - mark - 1) : std::string();
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string part = query.substr(0, end);
    query.erase(0, std::min(end + 1, query.size()));
    if (part.substr(0, part.find('=')) == name || part.empty()) continue;
    out += separator + part;
    separator = '&';
  }
  out += separator + name + "=" + value;
  return out + url.substr(hash);
}

// The user information goes with the old host.
std::string with_host(const std::string& url, const std::string& host) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const std::size_t begin = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  return url.substr(0, begin) + host + url.substr(end);
}

bool is_web(const std::string& url) {
  const auto origin = url_origin(url);
  return origin && (origin->scheme == "http" || origin->scheme == "https");
}

// The URL that the clone names for this Representation, else its rules applied to `url`.
std::string clone_of(const PathwayClone& clone, const Representation& r, const std::string& url) {
  if (!r.stable_id.empty()) {
    for (const auto* urls : {&clone.variant_urls, &clone.rendition_urls}) {
      const auto found = urls->find(r.stable_id);
      if (found != urls->end() && is_web(found->second)) return found->second;
    }
  }
  return cloned_url(clone, url);
}

// Segments at the URLs that a clone has for those of another place. They follow the clock as these
// do.
class ClonedLocator final : public MediaLocator {
 public:
  ClonedLocator(std::shared_ptr<const MediaLocator> base, PathwayClone clone)
      : base_(std::move(base)), clone_(std::move(clone)) {}
  [[nodiscard]] ResourceLocation locate(const SegmentPlace& place) const override {
    ResourceLocation location = base_->locate(place);
    location.url = cloned_url(clone_, location.url);
    return location;
  }
  [[nodiscard]] std::size_t memory_bytes() const override { return sizeof *this; }
  [[nodiscard]] bool uses_numbers() const override { return base_->uses_numbers(); }

 private:
  const std::shared_ptr<const MediaLocator> base_;
  const PathwayClone clone_;
};

std::shared_ptr<const ResourceLocation> cloned_init(
    const std::shared_ptr<const ResourceLocation>& init, const PathwayClone& clone) {
  if (!init) return nullptr;
  auto cloned = std::make_shared<ResourceLocation>(*init);
  cloned->url = cloned_url(clone, init->url);
  return cloned;
}

std::shared_ptr<const SegmentIndex> cloned_index(const SegmentIndex& segments,
                                                 const PathwayClone& clone) {
  const TimelineSegmentIndex* base = TimelineSegmentIndex::of(&segments);
  if (!base) return nullptr;
  auto cloned = std::make_shared<TimelineSegmentIndex>(*base);
  cloned->share(nullptr, std::make_shared<ClonedLocator>(base->locator(), clone),
                cloned_init(base->init(), clone));
  return cloned;
}

void add_clone(Representation& r, const PathwayClone& clone) {
  const bool is_known =
      r.service_location == clone.id ||
      std::any_of(r.alternatives.begin(), r.alternatives.end(),
                  [&](const ServiceLocation& place) { return place.name == clone.id; });
  if (is_known || r.alternatives.size() + 1 >= limits::kServiceLocations) return;
  ServiceLocation place;
  if (r.service_location == clone.base_id) {
    place.segments = r.segments;
    place.index_source = r.index_source;
  } else {
    const auto base =
        std::find_if(r.alternatives.begin(), r.alternatives.end(),
                     [&](const ServiceLocation& other) { return other.name == clone.base_id; });
    if (base == r.alternatives.end()) return;
    place = *base;
  }
  place.name = clone.id;
  if (!place.index_source.location.url.empty()) {
    place.index_source.location.url = clone_of(clone, r, place.index_source.location.url);
  }
  place.index_source.init = cloned_init(place.index_source.init, clone);
  if (place.segments) {
    place.segments = cloned_index(*place.segments, clone);
    if (!place.segments) return;
  }
  r.alternatives.push_back(std::move(place));
}

}  // namespace

Result<SteeringManifest> parse_steering_manifest(std::string_view text, const std::string& url) {
  if (text.size() > limits::kSteeringBytes) return bad(ErrorCode::kManifestLimit, url, "too large");
  if (!is_json_shallow(text, kMaxDepth))
    return bad(ErrorCode::kManifestLimit, url, "nested too deeply");
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) {
    return bad(ErrorCode::kManifestSyntax, url, "not a JSON object");
  }
  const auto version = json.find("VERSION");
  if (version == json.end() || !version->is_number_integer() || *version != 1) {
    return bad(ErrorCode::kManifestUnsupported, url, "its VERSION is not 1");
  }
  SteeringManifest manifest;
  manifest.ttl = ttl_of(json);
  const std::string reload = text_of(json, "RELOAD-URI");
  if (!reload.empty()) {
    auto resolved = resolve_url(url, reload);
    if (resolved && is_web(*resolved)) manifest.reload_url = *std::move(resolved);
  }
  manifest.priority = names_of(json, "PATHWAY-PRIORITY");
  // The name of drafts of DASH-IF.
  if (manifest.priority.empty()) manifest.priority = names_of(json, "SERVICE-LOCATION-PRIORITY");
  if (manifest.priority.empty()) {
    return bad(ErrorCode::kManifestSyntax, url, "it names no pathway");
  }
  const auto clones = json.find("PATHWAY-CLONES");
  if (clones != json.end() && clones->is_array()) {
    for (const Json& entry : *clones) {
      if (manifest.clones.size() >= limits::kSteeringPathways) break;
      if (auto clone = read_clone(entry)) manifest.clones.push_back(*std::move(clone));
    }
  }
  return manifest;
}

std::string cloned_url(const PathwayClone& clone, const std::string& url) {
  std::string cloned = clone.host.empty() ? url : with_host(url, clone.host);
  for (const auto& [name, value] : clone.params) {
    cloned = with_parameter(cloned, percent_encoded(name), percent_encoded(value));
  }
  return is_web(cloned) ? cloned : url;
}

std::shared_ptr<const Presentation> with_clones(
    const std::shared_ptr<const Presentation>& presentation,
    const std::vector<PathwayClone>& clones) {
  if (clones.empty()) return presentation;
  auto copy = std::make_shared<Presentation>(*presentation);
  for (Period& period : copy->periods) {
    for (AdaptationSet& set : period.adaptation_sets) {
      for (Representation& representation : set.representations) {
        for (const PathwayClone& clone : clones) add_clone(representation, clone);
      }
    }
  }
  return copy;
}

std::vector<std::size_t> places_in_order(const Representation& representation,
                                         const std::vector<std::string>& priority) {
  const auto name_of = [&](std::size_t place) -> const std::string& {
    return place == 0 ? representation.service_location
                      : representation.alternatives[place - 1].name;
  };
  const auto rank_of = [&](std::size_t place) {
    return std::find(priority.begin(), priority.end(), name_of(place)) - priority.begin();
  };
  std::vector<std::size_t> places(representation.alternatives.size() + 1);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return rank_of(a) < rank_of(b); });
  return places;
}

std::string steering_url(const std::string& url, ManifestFormat format,
                         const SteeringReport& report) {
  std::string pathways;
  for (const std::string& name : report.pathways) pathways += (pathways.empty() ? "" : ",") + name;
  const bool is_dash = format == ManifestFormat::kDash;
  std::string out = url;
  if (!pathways.empty()) {
    // DASH-IF CTS: a quoted list. HLS: the name of the one pathway.
    out = is_dash ? with_parameter(out, "_DASH_pathway", percent_encoded('"' + pathways + '"'))
                  : with_parameter(out, "_HLS_pathway", percent_encoded(report.pathways.front()));
  }
  if (report.throughput.bps > 0) {
    out = with_parameter(out, is_dash ? "_DASH_throughput" : "_HLS_throughput",
                         std::to_string(report.throughput.bps));
  }
  return out;
}

}  // namespace playhead

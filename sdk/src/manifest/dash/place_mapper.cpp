// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/url.h"
#include "manifest/dash/representation_mapper.h"

namespace playhead::dash {
namespace {

// One step inwards; null when the reference cannot be resolved.
std::optional<Place> step(const Place& outer, const BaseUrl& url) {
  Place place = outer;
  if (!url.url.empty()) {
    Result<std::string> resolved = resolve_url(outer.base->url(), url.url);
    if (!resolved) return std::nullopt;
    place.base = std::make_shared<const BaseLocation>(*std::move(resolved));
  }
  if (!url.service_location.empty()) {
    place.name = url.service_location;
    place.priority = url.priority;
    place.weight = url.weight;
  } else if (place.name.empty() || url.url.find("://") != std::string_view::npos) {
    place.name = host_of(place.base->url());
    place.priority = url.priority;
    place.weight = url.weight;
  }
  // 5.6.4: the offsets of all levels add up.
  const std::optional<int64_t> offset =
      checked_add(place.availability_time_offset.count(), url.availability_time_offset.count());
  place.availability_time_offset = offset ? Duration{*offset} : Duration::max();
  return place;
}

}  // namespace

std::vector<Place> places_below(const std::vector<Place>& outer, const std::vector<BaseUrl>& urls,
                                int& warnings) {
  std::vector<Place> places;
  for (const Place& from : outer) {
    for (const BaseUrl& url : urls) {
      if (places.size() >= limits::kServiceLocations) break;
      std::optional<Place> place = step(from, url);
      if (!place) {
        ++warnings;
        continue;
      }
      // An absolute URL below several places is one place.
      const bool is_known = std::any_of(places.begin(), places.end(), [&](const Place& known) {
        return known.base->url() == place->base->url();
      });
      if (!is_known) places.push_back(*std::move(place));
    }
  }
  if (places.empty()) return outer;
  // Among equal priorities the MPD's order counts: a draw by weight is for whoever fails over.
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return a.priority < b.priority; });
  return places;
}

}  // namespace playhead::dash

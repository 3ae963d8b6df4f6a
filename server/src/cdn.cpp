// SPDX-License-Identifier: Apache-2.0
#include "cdn.h"

#include <algorithm>

#include "json_body.h"

namespace playhead::server {
namespace {

constexpr std::size_t kMaxLocations = 64;
constexpr std::size_t kMaxRegions = 250;
// Users remembered per location: more say nothing new.
constexpr std::size_t kMaxReporters = 64;

Error bad(std::string why) { return Error{500, "bad_cdn_file", "The CDN file: " + why + "."}; }

bool is_origin(const std::string& url) {
  const bool is_http = url.rfind("http://", 0) == 0 || url.rfind("https://", 0) == 0;
  return is_http && url.find('/', url.find("://") + 3) == std::string::npos;
}

Result<CdnLocation> read_location(const Json& object) {
  if (!object.is_object()) return bad("a location is no object");
  CdnLocation location;
  auto id = text_member(object, "id", true);
  if (!id.ok()) return bad(id.error().message);
  auto origin = text_member(object, "origin", true, 512);
  if (!origin.ok()) return bad(origin.error().message);
  location.id = std::move(id.value());
  location.origin = std::move(origin.value());
  if (!is_origin(location.origin)) return bad("'origin' is not like https://cdn.example");
  if (const auto regions = object.find("regions"); regions != object.end()) {
    if (!regions->is_array() || regions->size() > kMaxRegions) return bad("'regions' is no list");
    for (const Json& region : *regions) {
      if (!region.is_string()) return bad("a region is no text");
      location.regions.push_back(region.get<std::string>());
    }
  }
  if (const auto enabled = object.find("enabled"); enabled != object.end()) {
    if (!enabled->is_boolean()) return bad("'enabled' is not true or false");
    location.is_enabled = enabled->get<bool>();
  }
  return location;
}

}  // namespace

Result<std::vector<CdnLocation>> parse_locations(std::string_view json_text) {
  const auto object = parse_object(json_text);
  if (!object.ok()) return bad(object.error().message);
  const auto list = object.value().find("locations");
  if (list == object.value().end() || !list->is_array() || list->size() > kMaxLocations) {
    return bad("'locations' is no list, or too long");
  }
  std::vector<CdnLocation> locations;
  for (const Json& entry : *list) {
    auto location = read_location(entry);
    if (!location.ok()) return location.error();
    locations.push_back(std::move(location.value()));
  }
  return locations;
}

std::vector<CdnLocation> order_locations(const std::vector<CdnLocation>& locations,
                                         std::string_view country,
                                         const std::set<std::string>& unwell) {
  std::vector<CdnLocation> ordered;
  std::copy_if(locations.begin(), locations.end(), std::back_inserter(ordered),
               [](const CdnLocation& location) { return location.is_enabled; });
  const auto rank = [&](const CdnLocation& location) {
    const auto& near = location.regions;
    const int distance = near.empty()                                                 ? 1
                         : std::find(near.begin(), near.end(), country) != near.end() ? 0
                                                                                      : 2;
    return distance + (unwell.count(location.id) != 0 ? 10 : 0);
  };
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&](const CdnLocation& a, const CdnLocation& b) { return rank(a) < rank(b); });
  return ordered;
}

CdnHealth::CdnHealth(const std::vector<CdnLocation>& locations) {
  for (const CdnLocation& location : locations) errors_[location.id];
}

void CdnHealth::note_error(std::string_view location, std::string_view user, int64_t at_ms,
                           int64_t now_ms) {
  if (at_ms + kWindowMs <= now_ms) return;
  const std::lock_guard lock(mutex_);
  const auto found = errors_.find(location);
  if (found == errors_.end()) return;
  auto& users = found->second;
  for (auto it = users.begin(); it != users.end();) {
    it = it->second + kWindowMs <= now_ms ? users.erase(it) : std::next(it);
  }
  if (users.size() >= kMaxReporters) return;
  int64_t& last_ms = users[std::string(user)];
  last_ms = std::max(last_ms, at_ms);
}

std::set<std::string> CdnHealth::unwell(int64_t now_ms) const {
  std::set<std::string> ids;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, users] : errors_) {
    const auto recent = std::count_if(users.begin(), users.end(), [&](const auto& user) {
      return user.second + kWindowMs > now_ms;
    });
    if (static_cast<std::size_t>(recent) >= kReporters) ids.insert(id);
  }
  return ids;
}

}  // namespace playhead::server

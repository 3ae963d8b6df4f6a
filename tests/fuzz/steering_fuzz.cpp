// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "base/limits.h"
#include "manifest/steering_manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const std::string url = "https://s.example/steer";
  const auto manifest = parse_steering_manifest(as_text({data, size}), url);
  if (!manifest) return 0;
  auto presentation = std::make_shared<Presentation>();
  AdaptationSet& set = presentation->periods.emplace_back().adaptation_sets.emplace_back();
  Representation& r = set.representations.emplace_back();
  r.service_location = manifest->priority.front();
  r.stable_id = "v1";
  r.index_source.kind = IndexSource::Kind::kHlsMediaPlaylist;
  r.index_source.location.url = "https://a.example/v1.m3u8?k=1";
  const auto more = with_clones(presentation, manifest->clones);
  const auto& out = more->periods[0].adaptation_sets[0].representations[0];
  const bool is_bounded = out.alternatives.size() < limits::kServiceLocations &&
                          manifest->ttl >= 5s && manifest->ttl <= 24h;
  const auto places = places_in_order(out, manifest->priority);
  if (!is_bounded || places.size() != out.alternatives.size() + 1) std::abort();
  (void)steering_url(url, ManifestFormat::kDash, {manifest->priority, {1}});
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/presentation.h"
#include "playhead/result.h"
#include "playhead/time.h"

namespace playhead {

// A pathway made of another one by other URLs (RFC 8216bis §7.2, DASH-IF CTS).
struct PathwayClone {
  std::string base_id, id;
  std::string host;                                        // replaces the host; may be empty
  std::map<std::string, std::string, std::less<>> params;  // set in the query
  // Whole URLs by STABLE-VARIANT-ID and STABLE-RENDITION-ID; they win over the above.
  std::map<std::string, std::string, std::less<>> variant_urls, rendition_urls;
};

// What a steering server answers (RFC 8216bis §7.1, DASH-IF CTS 00XX §6).
struct SteeringManifest {
  Duration ttl = 300s;                // until it is asked again
  std::string reload_url;             // absolute; empty: where it was asked
  std::vector<std::string> priority;  // pathways, service locations; best first
  std::vector<PathwayClone> clones;
};

// `url`: where it came from, after redirects. kManifestSyntax; kManifestUnsupported for a VERSION
// that is not 1; kManifestLimit beyond limits::kSteeringBytes and its fellows. A TTL that is no
// number, or out of 5 s to 1 day, is taken for the nearest that is sensible: a server cannot make
// its clients storm it. Any thread.
[[nodiscard]] Result<SteeringManifest> parse_steering_manifest(std::string_view text,
                                                               const std::string& url);

// `url` as the clone has it: RFC 8216bis §7.2. Unchanged when the result would be no URL.
[[nodiscard]] std::string cloned_url(const PathwayClone& clone, const std::string& url);

// `presentation` with the clones as further alternatives of the Representations that are at their
// base pathways; the same object when nothing is added.
[[nodiscard]] std::shared_ptr<const Presentation> with_clones(
    const std::shared_ptr<const Presentation>& presentation,
    const std::vector<PathwayClone>& clones);

// The place for `representation` by the steering order: 0 is its own, n its alternatives[n - 1].
// Places that the order does not name come last, in the manifest's order. Empty order: the
// manifest's.
[[nodiscard]] std::vector<std::size_t> places_in_order(const Representation& representation,
                                                       const std::vector<std::string>& priority);

// The steering server's URL with what the client tells it: the pathways used last, and the
// throughput measured at each (0: not known).
struct SteeringReport {
  std::vector<std::string> pathways;
  Bitrate throughput;
};
[[nodiscard]] std::string steering_url(const std::string& url, ManifestFormat format,
                                       const SteeringReport& report);

}  // namespace playhead

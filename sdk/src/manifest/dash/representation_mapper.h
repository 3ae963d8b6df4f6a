// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "manifest/dash/mpd.h"
#include "manifest/dash/segment_resolver.h"
#include "playhead/presentation.h"

namespace playhead::dash {

// What kind of media a set holds; nothing when neither types nor codecs tell.
[[nodiscard]] std::optional<TrackKind> kind_of(std::string_view content_type,
                                               std::string_view mime_type, std::string_view codecs);

// What the attributes and descriptors of both levels say about one Representation; addressing and
// ids are not its matter.
void describe(const AdaptationSet& set, const Representation& source,
              playhead::Representation& out);

// Stands in AdaptationSet::trick_mode_for until the sets of the Period are known, where the MPD
// does not name the main set.
inline constexpr std::string_view kUnnamedMainSet = "?";

// What the set's own attributes and descriptors say: language, roles, captions, properties.
void describe_set(const AdaptationSet& source, playhead::AdaptationSet& out);

// Turns ContentProtection elements into the model's. Binary data that repeats over the Periods is
// decoded and kept once.
class ProtectionMapper {
 public:
  // Appends to `out`. `warnings` counts what cannot be read and contradicting key ids.
  void map(const std::vector<ContentProtection>& sources,
           std::vector<playhead::ContentProtection>& out, int& warnings);

 private:
  SharedBytes decode(std::string_view text, int& warnings);
  playhead::ContentProtection map_one(const ContentProtection& source, int& warnings);

  std::vector<std::pair<std::string_view, SharedBytes>> decoded_;  // the latest few
};

// The places one level's BaseURLs lead to from those of the level above (5.6.4): every combination,
// best first by DVB priority, at most limits::kServiceLocations.
[[nodiscard]] std::vector<Place> places_below(const std::vector<Place>& outer,
                                              const std::vector<BaseUrl>& urls, int& warnings);

}  // namespace playhead::dash

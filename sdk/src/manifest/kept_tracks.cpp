// SPDX-License-Identifier: Apache-2.0
#include "manifest/kept_tracks.h"

#include <utility>
#include <vector>

namespace playhead {

std::shared_ptr<const Presentation> kept_tracks(
    const Presentation& presentation, const std::function<bool(const std::string& id)>& keeps) {
  auto kept = std::make_shared<Presentation>(presentation);
  kept->content_steering.reset();
  for (Period& period : kept->periods) {
    for (AdaptationSet& set : period.adaptation_sets) {
      std::erase_if(set.representations, [&](const Representation& representation) {
        return !keeps(representation.id);
      });
      for (Representation& representation : set.representations) {
        representation.alternatives.clear();
      }
    }
    std::erase_if(period.adaptation_sets,
                  [](const AdaptationSet& set) { return set.representations.empty(); });
  }
  return kept;
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "manifest/manifest_source.h"
#include "playhead/presentation.h"

namespace playhead {

// The SegmentIndexes of a Presentation's Representations as they become known. Engine thread.
class IndexTable {
 public:
  // `on_change` runs when an index arrived or failed; never inside a call.
  IndexTable(ManifestSource& manifests, UniqueFunction<void()> on_change);

  // Forgets all; fetches under way are cancelled.
  void clear() { entries_.clear(); }

  // Null when not known (yet).
  [[nodiscard]] const LoadedIndex* find(const Representation& representation) const;
  // Makes it known, by fetching when the manifest does not list it. Harmless to repeat.
  void request(const Representation& representation);
  // The failure of the last request, taken once; a later request tries again.
  [[nodiscard]] std::optional<Error> take_error(const std::string& representation_id);

 private:
  struct Entry {
    std::optional<LoadedIndex> index;
    std::optional<Error> error;
    CancelHandle fetch;
  };
  ManifestSource& manifests_;
  UniqueFunction<void()> on_change_;
  std::map<std::string, Entry> entries_;  // by Representation id
};

}  // namespace playhead

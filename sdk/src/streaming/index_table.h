// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "manifest/manifest_source.h"
#include "playhead/executor.h"
#include "playhead/presentation.h"

namespace playhead {

// The SegmentIndexes of a Presentation's Representations as they become known. Engine thread.
class IndexTable {
 public:
  // `on_change` runs when an index arrived or failed; never inside a call.
  IndexTable(ManifestSource& manifests, Executor& executor, UniqueFunction<void()> on_change);

  // Forgets all; fetches under way are cancelled. Live HLS playlists that come later are put on the
  // timeline of those that were here.
  void clear();

  // Null when not known (yet).
  [[nodiscard]] const LoadedIndex* find(const Representation& representation) const;
  // Makes it known, by fetching when the manifest does not list it. Harmless to repeat.
  void request(const Representation& representation);
  // The failure of the last request, taken once; a later request tries again.
  [[nodiscard]] std::optional<Error> take_error(const std::string& representation_id);

  // A later state, asked for at that time, of one that is known.
  void update(const Representation& representation, LoadedIndex index, MonotonicTime asked);
  // The same of all that a later MPD lists; what is not in it any more is forgotten.
  void follow(const Presentation& presentation);
  // Lists what of a dynamic MPD can be fetched at `now`. Answers when there will be more.
  std::optional<WallTime> relist(WallTime now);

  // Some HLS playlist has no end yet.
  [[nodiscard]] bool has_live_playlist() const;
  // When it was asked for last; that of a known one.
  [[nodiscard]] MonotonicTime asked(const Representation& representation) const;
  // When its end was first seen where it is.
  [[nodiscard]] MonotonicTime grown(const Representation& representation) const;

 private:
  struct Entry {
    std::optional<LoadedIndex> index;
    std::optional<Error> error;
    CancelHandle fetch;
    MonotonicTime asked;
    MonotonicTime grown;
    bool was_live = false;
  };
  void take(Entry& entry, LoadedIndex index);
  void on_loaded(const Representation& representation, Result<LoadedIndex> result);
  // The title has ended: what was not asked for since then does not know.
  void drop_unaware(const Entry& ended);
  // A live HLS playlist, or one that was, whose timeline the others are put on; null when there is
  // none.
  [[nodiscard]] const LoadedIndex* reference() const;

  ManifestSource& manifests_;
  Executor& executor_;
  UniqueFunction<void()> on_change_;
  std::map<std::string, Entry> entries_;  // by Representation id
  std::optional<LoadedIndex> earlier_;    // the reference before clear()
};

// Up to where media of it can be fetched: the end of the last segment, or of the last part.
[[nodiscard]] MediaTime listed_end(const SegmentIndex& index);

}  // namespace playhead

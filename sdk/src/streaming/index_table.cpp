// SPDX-License-Identifier: Apache-2.0
#include "streaming/index_table.h"

#include <utility>

namespace playhead {

IndexTable::IndexTable(ManifestSource& manifests, UniqueFunction<void()> on_change)
    : manifests_(manifests), on_change_(std::move(on_change)) {}

const LoadedIndex* IndexTable::find(const Representation& representation) const {
  const auto found = entries_.find(representation.id);
  if (found == entries_.end() || !found->second.index) return nullptr;
  return &*found->second.index;
}

void IndexTable::request(const Representation& representation) {
  Entry& entry = entries_[representation.id];
  if (entry.index || entry.fetch) return;
  if (representation.segments) {
    LoadedIndex inline_index;
    inline_index.segments = representation.segments;
    inline_index.container = representation.container;
    entry.index = std::move(inline_index);
    return;
  }
  entry.error.reset();
  entry.fetch = manifests_.load_index(representation,
                                      [this, id = representation.id](Result<LoadedIndex> result) {
                                        Entry& target = entries_[id];
                                        if (result) {
                                          target.index = *std::move(result);
                                        } else {
                                          target.error = std::move(result).error();
                                        }
                                        on_change_();
                                      });
}

std::optional<Error> IndexTable::take_error(const std::string& representation_id) {
  const auto found = entries_.find(representation_id);
  if (found == entries_.end() || !found->second.error) return std::nullopt;
  std::optional<Error> error = std::move(found->second.error);
  entries_.erase(found);
  return error;
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "manifest/loaded_index.h"

// Which run of its encoder a live HLS playlist is of: caches answer for a run that is over, and
// without dates nothing but numbers and names tells. Pure; any thread.
namespace playhead {

[[nodiscard]] inline bool is_live_playlist(const LoadedIndex& index) {
  return index.playlist && index.type != PresentationType::kVod;
}

// Of a place of a Representation, among all of a title's.
[[nodiscard]] inline std::string place_name(const std::string& representation_id,
                                            std::size_t place) {
  return representation_id + '#' + std::to_string(place);
}

// What a playlist lists; nothing unless it is HLS and has segments.
[[nodiscard]] std::optional<MediaNumbers> numbers_of(const LoadedIndex& index);

// Two at least of the others, the newest, count alike, and `mine` ends before any of them begins: it
// is of an encoder that was started anew, and they were not asked for since then.
[[nodiscard]] bool is_of_other_run(const MediaNumbers& mine,
                                   const std::vector<MediaNumbers>& others);

// The run before the one that is played, by the last state of each of its playlists.
class RunBefore {
 public:
  // `begun`: what the answers that told of the new run listed.
  explicit RunBefore(std::vector<MediaNumbers> begun) : begun_(std::move(begun)) {}
  // `name`: of the place it was had at.
  void add(const std::string& name, const LoadedIndex& last);
  [[nodiscard]] bool is_empty() const { return last_.empty(); }

  // `index`, had at the place of that name, is of the run before rather than of the one that
  // `others` are of. Where numbers fit both, segments of the same names say so; what by its dates
  // was made after that run is not of it.
  [[nodiscard]] bool has(const std::string& name, const LoadedIndex& index,
                         std::vector<MediaNumbers> others) const;
  // By the numbers alone.
  [[nodiscard]] bool is_nearer(const MediaNumbers& mine, std::vector<MediaNumbers> others) const;

 private:
  [[nodiscard]] bool was_made_later(const LoadedIndex& index) const;
  // To the run before, and to the other one.
  [[nodiscard]] std::pair<uint64_t, uint64_t> distances(const MediaNumbers& mine,
                                                        std::vector<MediaNumbers> others) const;

  std::vector<MediaNumbers> begun_;
  std::map<std::string, LoadedIndex> last_;
};

}  // namespace playhead

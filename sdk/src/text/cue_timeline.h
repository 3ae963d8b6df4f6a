// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "playhead/cues.h"

namespace playhead::text {

// The cues of one track on the presentation timeline, filled segment by segment in any order, asked
// while playing. Engine thread.
//
// Segments repeat what crosses their boundary (ISO/IEC 14496-30 §7.4, RFC 8216 §3.5), and segments
// are fetched again after a seek: a cue equal in all but its times that overlaps or touches one
// that is there only makes it longer. Equal cues apart stay two.
class CueTimeline {
 public:
  using Handle = std::shared_ptr<const Cue>;

  // Adds a cue. False: there are limits::kTimelineCues already, or it ends before it starts.
  // O(log n).
  bool insert(Cue cue);

  // Cues that cover `time`, by start, then in the order they came. O(log n) for each of the answer,
  // and O(n log n) once after changes.
  [[nodiscard]] std::vector<Handle> active_at(MediaTime time) const;
  // The earliest time after `time` at which active_at() answers something else; none: never again.
  // As fast.
  [[nodiscard]] std::optional<MediaTime> next_change_after(MediaTime time) const;

  // Ends every cue that nobody knew the end of (CEA-608). Those starting at `time` or later vanish.
  void close_open_cues(MediaTime time);
  // Forgets what ended at or before `time`; what is on screen there stays.
  void trim_before(MediaTime time);
  void clear();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // Grows with every change; equal values mean equal answers.
  [[nodiscard]] uint64_t version() const { return version_; }

 private:
  // Equal contents stand side by side, by start; those are apart from each other, or they would be
  // one.
  struct Key {
    std::size_t content = 0;  // hash of all but the times
    MediaTime start;
    uint64_t order = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  using Entries = std::map<Key, Handle>;
  struct Item {
    MediaTime start, end;
    uint64_t order = 0;
    Handle cue;
  };
  // What questions are answered from; built when the first is asked after a change.
  struct Index {
    std::vector<Item> items;         // by start, then order
    std::vector<MediaTime> latest;   // heap shaped: latest end in each half, for skipping
    std::vector<MediaTime> changes;  // every start and end, ascending
  };

  const Index& index() const;
  void changed();
  // Where an entry of the same content stands that `cue` overlaps or touches.
  Entries::iterator find_joinable(std::size_t content, const Cue& cue);

  Entries entries_;
  uint64_t next_order_ = 0;
  uint64_t version_ = 0;
  mutable Index index_;
  mutable bool is_index_good_ = true;
};

}  // namespace playhead::text

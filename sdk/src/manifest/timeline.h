// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "playhead/time.h"

namespace playhead {

// When the segments of one Representation start and end: runs of equally long neighbours, in ticks.
// Size and cost follow the number of runs, never the number of segments. Boundaries are converted
// one by one with floor, so neighbours abut exactly. Built once, then immutable; any thread.
class Timeline {
 public:
  struct Run {
    int64_t start_ticks = 0;
    int64_t duration_ticks = 0;   // of each segment, >= 0
    uint32_t first_position = 0;  // of its first segment
    uint32_t left_out = 0;        // numbers not given to any segment before it
    friend bool operator==(const Run&, const Run&) = default;
  };

  // timescale > 0. Presentation time = ticks / timescale + media_offset.
  Timeline(int64_t timescale, Duration media_offset)
      : timescale_(timescale), media_offset_(media_offset) {}

  // Adds `count` > 0 segments. They may start later than the last one ends (a gap), or before that
  // (an overlap: the last one then ends earlier), but not before the last one starts.
  // Numbers ascend; at most 2^32 may be left out in between.
  // Each segment consists of `parts` equally long ones.
  // False, and nothing added, when a rule is broken or times overflow. A count that would exceed
  // kMaxSegments is cut.
  bool append(int64_t start_ticks, int64_t duration_ticks, uint64_t count, uint64_t first_number,
              uint32_t parts = 1);
  // The last segment ends there at the latest (the Period's end).
  void limit_end(MediaTime end) { end_limit_ = end; }
  void shrink_to_fit() { runs_.shrink_to_fit(); }
  // Room for that many runs.
  void reserve(std::size_t runs) { runs_.reserve(runs); }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(size_); }
  [[nodiscard]] int64_t timescale() const { return timescale_; }
  [[nodiscard]] Duration media_offset() const { return media_offset_; }
  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  [[nodiscard]] std::size_t memory_bytes() const {
    return sizeof(*this) + runs_.capacity() * sizeof(Run) + parts_.capacity() * sizeof(uint32_t);
  }
  // Same segments, numbers and times.
  friend bool operator==(const Timeline&, const Timeline&) = default;
  // End of the last segment as declared, without the limit; 0 when empty.
  [[nodiscard]] int64_t end_ticks() const { return end_ticks_; }

  // For positions < size().
  [[nodiscard]] int64_t start_ticks(std::size_t position) const;
  [[nodiscard]] MediaTime start(std::size_t position) const;
  [[nodiscard]] MediaTime end(std::size_t position) const;
  [[nodiscard]] uint64_t number(std::size_t position) const;
  [[nodiscard]] uint32_t parts(std::size_t position) const {
    return parts_.empty() ? 1 : parts_[run_of(position)];
  }
  // Start of part `part` < parts(position) of a segment; part == parts(position): its end.
  [[nodiscard]] MediaTime part_start(std::size_t position, uint32_t part) const;

  // As SegmentIndex::find and find_number. O(log n).
  [[nodiscard]] std::optional<std::size_t> find(MediaTime time) const;
  [[nodiscard]] std::optional<std::size_t> find_number(uint64_t number) const;

  // Most segments a Timeline stands for; positions fit 32-bit platforms.
  static constexpr uint64_t kMaxSegments = (uint64_t{1} << 31) - 1;

 private:
  [[nodiscard]] std::size_t run_of(std::size_t position) const;
  [[nodiscard]] uint64_t count_of(std::size_t run) const;
  [[nodiscard]] uint64_t first_number(const Run& run) const {
    return base_number_ + run.first_position + run.left_out;
  }
  [[nodiscard]] MediaTime to_time(int64_t ticks) const;

  int64_t timescale_;
  Duration media_offset_;
  std::vector<Run> runs_;        // ascending by start, position and number
  std::vector<uint32_t> parts_;  // of each run's segments; empty: one each
  uint64_t base_number_ = 0;     // of the first segment
  uint64_t size_ = 0;
  int64_t end_ticks_ = 0;
  std::optional<MediaTime> end_limit_;
};

}  // namespace playhead

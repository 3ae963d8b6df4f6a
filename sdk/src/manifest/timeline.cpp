// SPDX-License-Identifier: Apache-2.0
#include "manifest/timeline.h"

#include <algorithm>
#include <limits>

#include "base/decimal.h"
#include "base/wide_int.h"

namespace playhead {

bool Timeline::append(int64_t start_ticks, int64_t duration_ticks, uint64_t count,
                      uint64_t first_number, uint32_t parts) {
  if (duration_ticks < 0 || count == 0 || size_ >= kMaxSegments) return false;
  count = std::min(count, kMaxSegments - size_);
  const std::optional<int64_t> length =
      checked_multiply(duration_ticks, static_cast<int64_t>(count));
  const std::optional<int64_t> end =
      length ? checked_add(start_ticks, *length) : std::optional<int64_t>();
  if (!end) return false;

  uint64_t left_out = 0;
  if (!runs_.empty()) {
    const Run& last = runs_.back();
    const uint64_t next_number = base_number_ + size_ + last.left_out;
    if (first_number < next_number) return false;
    left_out = last.left_out + (first_number - next_number);
    if (left_out > std::numeric_limits<uint32_t>::max()) return false;
    if (start_ticks == end_ticks_ && last.duration_ticks == duration_ticks &&
        first_number == next_number && (parts_.empty() ? 1 : parts_.back()) == parts) {
      size_ += count;
      end_ticks_ = *end;
      return true;
    }
    if (start_ticks < this->start_ticks(size() - 1)) return false;
  } else {
    base_number_ = first_number;
  }
  runs_.push_back(
      {start_ticks, duration_ticks, static_cast<uint32_t>(size_), static_cast<uint32_t>(left_out)});
  if (parts != 1 && parts_.empty()) parts_.assign(runs_.size() - 1, 1);
  if (parts != 1 || !parts_.empty()) parts_.push_back(parts);
  size_ += count;
  end_ticks_ = *end;
  return true;
}

std::size_t Timeline::run_of(std::size_t position) const {
  const auto after =
      std::upper_bound(runs_.begin(), runs_.end(), position,
                       [](std::size_t p, const Run& run) { return p < run.first_position; });
  return static_cast<std::size_t>(after - runs_.begin()) - 1;
}

uint64_t Timeline::count_of(std::size_t run) const {
  const uint64_t end = run + 1 < runs_.size() ? runs_[run + 1].first_position : size_;
  return end - runs_[run].first_position;
}

MediaTime Timeline::to_time(int64_t ticks) const {
  int64_t us = 0;
  // Saturates: only absurd manifests come here, and their times only need an order.
  if (!portable::add(ticks_to_us(ticks, timescale_), media_offset_.count(), us)) {
    us = ticks < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
  }
  return MediaTime{us};
}

int64_t Timeline::start_ticks(std::size_t position) const {
  const Run& run = runs_[run_of(position)];
  // Cannot overflow: append() computed the run's end, which is not less.
  return run.start_ticks + run.duration_ticks * static_cast<int64_t>(position - run.first_position);
}

MediaTime Timeline::start(std::size_t position) const { return to_time(start_ticks(position)); }

MediaTime Timeline::end(std::size_t position) const {
  const std::size_t index = run_of(position);
  const Run& run = runs_[index];
  int64_t ticks = run.start_ticks +
                  run.duration_ticks * static_cast<int64_t>(position + 1 - run.first_position);
  const bool is_last_of_run = position + 1 == run.first_position + count_of(index);
  if (is_last_of_run && index + 1 < runs_.size()) {
    ticks = std::min(ticks, runs_[index + 1].start_ticks);
  }
  const MediaTime time = to_time(ticks);
  if (!end_limit_ || position + 1 != size_) return time;
  return std::max(std::min(time, *end_limit_), start(position));
}

MediaTime Timeline::part_start(std::size_t position, uint32_t part) const {
  const uint32_t count = parts(position);
  if (part >= count) return end(position);
  const int64_t duration = runs_[run_of(position)].duration_ticks;
  const WideInt offset = WideInt(duration) * part / count;
  return to_time(start_ticks(position) + static_cast<int64_t>(offset));
}

uint64_t Timeline::number(std::size_t position) const {
  return base_number_ + position + runs_[run_of(position)].left_out;
}

std::optional<std::size_t> Timeline::find(MediaTime time) const {
  if (runs_.empty()) return std::nullopt;
  const auto after = std::upper_bound(
      runs_.begin(), runs_.end(), time,
      [this](MediaTime t, const Run& run) { return t < to_time(run.start_ticks); });
  if (after == runs_.begin()) return 0;
  const auto index = static_cast<std::size_t>(after - runs_.begin()) - 1;
  const Run& run = runs_[index];

  // Last segment of the run that starts at or before `time`. Bisected rather than divided: with
  // floored boundaries several segments may start at the same microsecond.
  uint64_t low = 0;
  uint64_t high = count_of(index) - 1;
  while (low < high) {
    const uint64_t middle = low + (high - low + 1) / 2;
    const int64_t ticks = run.start_ticks + run.duration_ticks * static_cast<int64_t>(middle);
    if (to_time(ticks) <= time) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  const auto position = static_cast<std::size_t>(run.first_position + low);
  if (time < end(position)) return position;
  if (position + 1 < size()) return position + 1;
  return std::nullopt;
}

std::optional<std::size_t> Timeline::find_number(uint64_t number) const {
  const auto after =
      std::upper_bound(runs_.begin(), runs_.end(), number,
                       [this](uint64_t n, const Run& run) { return n < first_number(run); });
  if (after == runs_.begin()) return std::nullopt;
  const auto index = static_cast<std::size_t>(after - runs_.begin()) - 1;
  const uint64_t offset = number - first_number(runs_[index]);
  if (offset >= count_of(index)) return std::nullopt;
  return static_cast<std::size_t>(runs_[index].first_position + offset);
}

}  // namespace playhead

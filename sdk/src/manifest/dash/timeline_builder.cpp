// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/timeline_builder.h"

#include <algorithm>
#include <limits>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/wide_int.h"

namespace playhead::dash {
namespace {

constexpr int64_t kMaxTicks = std::numeric_limits<int64_t>::max();

int64_t saturate(WideInt value) {
  if (value > kMaxTicks) return kMaxTicks;
  if (value < -WideInt(kMaxTicks)) return -kMaxTicks;
  return static_cast<int64_t>(value);
}

// How long "without end" lasts: from 1970 to well past today and any Timeline's capacity.
constexpr Duration kOpenEnd = 100 * 365 * 24h;

// A last, cut-off segment shorter than this is not believed in: packagers round the presentation's
// duration up (FFmpeg to 0.1 s), and the segment that would follow does not exist. Longer: the end
// of short clips is lost. Shorter: the last request of many titles is answered 404.
constexpr Duration kRoundingSlack = 100ms;

class TimelineBuilder {
 public:
  TimelineBuilder(const SegmentInfo& info, const PeriodBounds& period,
                  std::optional<std::size_t> listed, int& warnings)
      : info_(info),
        period_(period),
        warnings_(warnings),
        timescale_(info.timescale.value_or(1)),
        offset_ticks_(info.presentation_time_offset.value_or(0)),
        number_(info.start_number.value_or(1)),
        left_(Timeline::kMaxSegments),
        timeline_(std::make_shared<Timeline>(timescale_, media_offset_of(info, period))) {
    if (listed) left_ = *listed;
    if (info.end_number) {
      // endNumber below startNumber - 1 is a contradiction; no segment is the plain reading.
      left_ = *info.end_number < number_
                  ? 0
                  : std::min(left_, std::min(*info.end_number - number_, kMaxNumber) + 1);
    }
    // A Period of no length that has a timeline is a packager's slip, not an empty Period.
    if (period.duration && period.duration->count() > 0) end_ticks_ = to_ticks(*period.duration);
  }

  std::shared_ptr<const Timeline> build();
  [[nodiscard]] std::size_t announced() const { return announced_; }

 private:
  static constexpr uint64_t kMaxNumber = Timeline::kMaxSegments;

  [[nodiscard]] int64_t to_ticks(Duration in_period) const {
    const WideInt scaled = WideInt(in_period.count()) * timescale_;
    return saturate(scaled / 1'000'000 + offset_ticks_);
  }
  [[nodiscard]] uint64_t repeats_until(int64_t start, int64_t end, int64_t duration) const;
  [[nodiscard]] uint64_t repeats_to_period_end(int64_t start, int64_t duration);
  [[nodiscard]] uint64_t count_of(std::size_t entry, int64_t start);
  void append_run(int64_t start, int64_t duration, uint64_t count, uint32_t parts);
  [[nodiscard]] uint32_t parts_of(const TimelineEntry& entry) const {
    return entry.parts > 0 ? entry.parts : info_.parts.value_or(1);
  }
  int64_t append_pattern(const TimelineEntry& entry, int64_t start, std::optional<int64_t> end);
  [[nodiscard]] std::optional<int64_t> time_after(std::size_t entry) const;
  void build_from_entries(int64_t first_start);
  void build_constant();
  void build_single();

  const SegmentInfo& info_;
  const PeriodBounds& period_;
  int& warnings_;
  int64_t timescale_;
  int64_t offset_ticks_;
  uint64_t number_;  // of the next segment
  uint64_t left_;    // segments that may still be listed
  std::optional<int64_t> end_ticks_;
  std::shared_ptr<Timeline> timeline_;
  std::size_t announced_ = 0;
};

// Segments from `start` that start before `end`; the last one only if enough of it is inside.
uint64_t TimelineBuilder::repeats_until(int64_t start, int64_t end, int64_t duration) const {
  if (end <= start) return 0;
  const WideInt span = WideInt(end) - start;
  const WideInt whole = span / duration;
  const WideInt rest = span % duration;
  const WideInt slack =
      std::min<WideInt>(WideInt(kRoundingSlack.count()) * timescale_ / 1'000'000, duration / 2);
  const WideInt count = whole + (rest > slack || (whole == 0 && rest > 0) ? 1 : 0);
  return static_cast<uint64_t>(std::min<WideInt>(count, Timeline::kMaxSegments));
}

uint64_t TimelineBuilder::repeats_to_period_end(int64_t start, int64_t duration) {
  if (end_ticks_) return repeats_until(start, *end_ticks_, duration);
  if (period_.is_dynamic) return repeats_until(start, to_ticks(kOpenEnd), duration);
  ++warnings_;  // without an end in sight, one is what is certain
  return 1;
}

std::optional<int64_t> TimelineBuilder::time_after(std::size_t entry) const {
  const std::vector<TimelineEntry>& entries = *info_.timeline;
  if (entry + 1 >= entries.size() || entries[entry + 1].time == TimelineEntry::kNoTime) {
    return std::nullopt;
  }
  return entries[entry + 1].time;
}

uint64_t TimelineBuilder::count_of(std::size_t index, int64_t start) {
  const TimelineEntry& entry = (*info_.timeline)[index];
  if (entry.repeat >= 0) {
    return static_cast<uint64_t>(std::min<int64_t>(entry.repeat, kMaxNumber)) + 1;
  }
  if (index + 1 == info_.timeline->size()) return repeats_to_period_end(start, entry.duration);
  const std::optional<int64_t> next = time_after(index);
  if (!next || *next <= start) {
    ++warnings_;  // 5.3.9.6.2: a negative @r needs the next S@t
    return 1;
  }
  const WideInt span = WideInt(*next) - start;
  return static_cast<uint64_t>(
      std::min<WideInt>((span + entry.duration - 1) / entry.duration, Timeline::kMaxSegments));
}

// Adds what of the run lies inside the Period.
void TimelineBuilder::append_run(int64_t start, int64_t duration, uint64_t count, uint32_t parts) {
  // Segments that end before the Period starts are no part of it, but they have numbers.
  if (start < offset_ticks_) {
    const WideInt before = (WideInt(offset_ticks_) - start) / duration;
    const auto skipped = static_cast<uint64_t>(std::min<WideInt>(before, count));
    number_ += skipped;
    left_ -= std::min(left_, skipped);
    count -= skipped;
    start = saturate(start + WideInt(skipped) * duration);
  }
  const uint64_t next_number = number_ + count;
  if (end_ticks_) {
    const WideInt span = WideInt(*end_ticks_) - start;
    const WideInt inside = span <= 0 ? 0 : (span + duration - 1) / duration;
    count = static_cast<uint64_t>(std::min<WideInt>(inside, count));
  }
  count = std::min(count, left_);
  if (count > 0) {
    if (timeline_->append(start, duration, count, number_, parts)) {
      left_ -= count;
    } else {
      ++warnings_;
    }
  }
  number_ = next_number;
}

// S@p (6th edition): the pattern's durations in turn from @pE on, @r + 1 of them, or, when @r is
// negative, up to `end`. Returns where it ends.
int64_t TimelineBuilder::append_pattern(const TimelineEntry& entry, int64_t start,
                                        std::optional<int64_t> end) {
  const std::vector<int64_t>& durations = (*info_.patterns)[entry.pattern - 1U];
  if (durations.empty()) {
    ++warnings_;
    return start;
  }
  // Every segment may be a run of its own, so their number is capped as S elements are.
  uint64_t count = limits::kSegments;
  if (entry.repeat >= 0) {
    count = std::min(count, static_cast<uint64_t>(entry.repeat) + 1);
  } else if (!end) {
    ++warnings_;
    count = durations.size();
  }
  count = std::min<uint64_t>(count, limits::kSegments - std::min(timeline_->runs().size(), limits::kSegments));
  std::size_t at = entry.pattern_start % durations.size();
  for (uint64_t i = 0; i < count && left_ > 0; ++i) {
    if (entry.repeat < 0 && end && start >= *end) break;
    append_run(start, durations[at], 1, parts_of(entry));
    start = saturate(WideInt(start) + durations[at]);
    at = at + 1 < durations.size() ? at + 1 : 0;
  }
  return start;
}

// `first_start` counts when the first S has no @t.
void TimelineBuilder::build_from_entries(int64_t first_start) {
  const std::vector<TimelineEntry>& entries = *info_.timeline;
  timeline_->reserve(entries.size());
  int64_t next_start = first_start;
  for (std::size_t i = 0; i < entries.size() && left_ > 0; ++i) {
    const TimelineEntry& entry = entries[i];
    const int64_t start = entry.time == TimelineEntry::kNoTime ? next_start : entry.time;
    if (entry.number != TimelineEntry::kNoNumber) number_ = std::max(number_, entry.number);
    const bool is_open = entry.repeat < 0 && i + 1 == entries.size();
    if (is_open) announced_ = timeline_->size();
    if (entry.pattern > 0) {
      const std::optional<int64_t> end = i + 1 == entries.size() ? end_ticks_ : time_after(i);
      next_start = append_pattern(entry, start, end);
    } else {
      const uint64_t count = count_of(i, start);
      next_start = saturate(start + WideInt(entry.duration) * count);
      append_run(start, entry.duration, count, parts_of(entry));
    }
    if (!is_open) announced_ = timeline_->size();
  }
}

void TimelineBuilder::build_constant() {
  const int64_t duration = *info_.duration;
  // SegmentLists and endNumber say how many there are at most; else the Period's length does.
  const bool is_counted = left_ < Timeline::kMaxSegments;
  const uint64_t count = is_counted ? left_ : repeats_to_period_end(offset_ticks_, duration);
  append_run(offset_ticks_, duration, std::min(count, left_), info_.parts.value_or(1));
  if (end_ticks_) timeline_->limit_end(period_.start + *period_.duration);
}

// No duration at all: one segment for the Period, or the SegmentURLs spread over it evenly.
void TimelineBuilder::build_single() {
  const uint64_t count = left_ < Timeline::kMaxSegments ? left_ : 1;
  if (!end_ticks_ || count == 0) return;
  const int64_t length = *end_ticks_ - offset_ticks_;
  if (count > 1) ++warnings_;
  const int64_t each = std::max<int64_t>((length - 1) / static_cast<int64_t>(count) + 1, 1);
  append_run(offset_ticks_, each, count, 1);
  announced_ = timeline_->size();
  timeline_->limit_end(period_.start + *period_.duration);
}

std::shared_ptr<const Timeline> TimelineBuilder::build() {
  if (left_ == 0) return nullptr;
  if (info_.timeline != nullptr && !info_.timeline->empty()) {
    const uint64_t first_number = number_;
    const uint64_t most = left_;
    build_from_entries(0);
    if (timeline_->size() == 0 && info_.timeline->front().time == TimelineEntry::kNoTime &&
        offset_ticks_ > 0) {
      // 5.3.9.6.2 makes a missing first @t 0, which puts all of it before the Period; services that
      // write such lists mean the Period's start.
      ++warnings_;
      number_ = first_number;
      left_ = most;
      build_from_entries(offset_ticks_);
    }
  } else if (info_.duration) {
    build_constant();
  } else {
    build_single();
  }
  timeline_->shrink_to_fit();
  if (timeline_->size() == 0) return nullptr;
  return timeline_;
}

}  // namespace

Duration media_offset_of(const SegmentInfo& info, const PeriodBounds& period) {
  const int64_t offset_us =
      ticks_to_us(info.presentation_time_offset.value_or(0), info.timescale.value_or(1));
  int64_t us = 0;
  if (__builtin_sub_overflow(period.start.us, offset_us, &us)) return Duration{0};
  return Duration{us};
}

std::shared_ptr<const Timeline> build_timeline(const SegmentInfo& info, const PeriodBounds& period,
                                               std::optional<std::size_t> listed, int& warnings,
                                               std::size_t* announced) {
  TimelineBuilder builder(info, period, listed, warnings);
  std::shared_ptr<const Timeline> timeline = builder.build();
  // SegmentURLs are announced as much as S elements are.
  if (announced != nullptr) {
    *announced = timeline != nullptr && listed ? timeline->size() : builder.announced();
  }
  return timeline;
}

}  // namespace playhead::dash

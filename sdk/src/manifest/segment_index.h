// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "manifest/timeline.h"
#include "playhead/segment_index.h"

namespace playhead {

namespace dash {
class TemplateLocator;
}

// What tells one segment of a Timeline, or a part of it, from the others.
struct SegmentPlace {
  std::size_t position = 0;
  uint64_t number = 0;
  int64_t start_ticks = 0;
  uint64_t sub_number = 1;
};

// Where the bytes of segments are: one implementation for each way a manifest says it. Immutable.
class MediaLocator {
 public:
  virtual ~MediaLocator() = default;
  // A URL that cannot be resolved is answered as written, for the Transport to refuse.
  [[nodiscard]] virtual ResourceLocation locate(const SegmentPlace& place) const = 0;
  // Bytes it holds on to.
  [[nodiscard]] virtual std::size_t memory_bytes() const = 0;
  // Whether URLs depend on numbers, which then are the manifest's own.
  [[nodiscard]] virtual bool uses_numbers() const { return true; }
  [[nodiscard]] virtual const dash::TemplateLocator* as_template() const { return nullptr; }
  // Whether it answers the same as `other` for every place.
  [[nodiscard]] virtual bool equals(const MediaLocator& /*other*/) const { return false; }
};

// Byte ranges of one file, as a segment index (sidx) lists them.
class RangeLocator final : public MediaLocator {
 public:
  // One range for each segment.
  RangeLocator(std::string url, std::vector<ByteRange> ranges)
      : url_(std::move(url)), ranges_(std::move(ranges)) {}
  [[nodiscard]] ResourceLocation locate(const SegmentPlace& place) const override {
    return {url_, ranges_[place.position]};
  }
  [[nodiscard]] std::size_t memory_bytes() const override {
    return sizeof(*this) + url_.capacity() + ranges_.capacity() * sizeof(ByteRange);
  }

 private:
  std::string url_;
  std::vector<ByteRange> ranges_;
};

// One resource that is the only segment.
class FixedLocator final : public MediaLocator {
 public:
  explicit FixedLocator(ResourceLocation location) : location_(std::move(location)) {}
  [[nodiscard]] ResourceLocation locate(const SegmentPlace&) const override { return location_; }
  [[nodiscard]] std::size_t memory_bytes() const override {
    return sizeof(*this) + location_.url.capacity();
  }
  [[nodiscard]] bool uses_numbers() const override { return false; }

 private:
  ResourceLocation location_;
};

// When segments of a dynamic Presentation can be fetched (ISO/IEC 23009-1 A.3.4): from the
// wall-clock time of their end, less `offset`, until `depth` after it.
struct Availability {
  WallTime origin;                // of presentation time 0: @availabilityStartTime
  std::optional<WallTime> end;    // @availabilityEndTime
  std::optional<Duration> depth;  // @timeShiftBufferDepth
  Duration offset{0};             // @availabilityTimeOffset
  MediaTime period_start;         // a Period that has not started has no segments
  // Segments before that position were announced one by one: they are there whatever the clock
  // says, so that a clock that is behind hides nothing.
  std::size_t announced = 0;
  friend bool operator==(const Availability&, const Availability&) = default;
};

// SegmentIndex of a Timeline, which several Representations may share, and a way to locate. It may
// show a window of the Timeline only; the window moves by making another one over the same parts.
class TimelineSegmentIndex final : public SegmentIndex {
 public:
  // The Timeline is not empty; `init` may be null.
  TimelineSegmentIndex(std::shared_ptr<const Timeline> timeline,
                       std::shared_ptr<const MediaLocator> locator,
                       std::shared_ptr<const ResourceLocation> init)
      : timeline_(std::move(timeline)),
        locator_(std::move(locator)),
        init_(std::move(init)),
        size_(timeline_->size()) {}
  // `index`, if it is one of these; null: it is none, or null.
  [[nodiscard]] static const TimelineSegmentIndex* of(const SegmentIndex* index) {
    return index ? index->as_timeline() : nullptr;
  }

  // Set once, before it is shared.
  void set_availability(std::shared_ptr<const Availability> availability) {
    availability_ = std::move(availability);
  }
  void set_parts_cadence(uint32_t cadence) { cadence_ = cadence; }
  // Shows only what can be fetched at `now`; everything when there is no Availability.
  void restrict_to(WallTime now);
  // Added to the numbers the Timeline counts, so that a segment keeps its number over refreshes.
  void set_number_shift(int64_t shift) { number_shift_ = shift; }

  // Takes over equal objects of the index before a refresh; null keeps its own.
  void share(const std::shared_ptr<const Timeline>& timeline,
             const std::shared_ptr<const MediaLocator>& locator,
             const std::shared_ptr<const ResourceLocation>& init);
  // Whether both show the same positions of equal Timelines.
  [[nodiscard]] bool has_window_of(const TimelineSegmentIndex& other) const {
    return window() == other.window() && cadence_ == other.cadence_;
  }
  // Whether it shows what can be fetched at `now`.
  [[nodiscard]] bool is_listed_at(WallTime now) const { return window_at(now) == window(); }

  // The same segments as far as they can be fetched at `now`.
  [[nodiscard]] std::shared_ptr<const TimelineSegmentIndex> listed_at(WallTime now) const;
  // When one more segment can be fetched; nothing when no more is announced.
  [[nodiscard]] std::optional<WallTime> next_listing() const;
  [[nodiscard]] const std::shared_ptr<const Timeline>& timeline() const { return timeline_; }
  [[nodiscard]] const std::shared_ptr<const MediaLocator>& locator() const { return locator_; }
  [[nodiscard]] const std::shared_ptr<const ResourceLocation>& init() const { return init_; }
  [[nodiscard]] const std::shared_ptr<const Availability>& availability() const {
    return availability_;
  }
  [[nodiscard]] int64_t number_shift() const { return number_shift_; }
  // Positions of the Timeline that are shown.
  [[nodiscard]] std::size_t first() const { return first_; }

  [[nodiscard]] std::size_t size() const override { return size_; }
  [[nodiscard]] Segment at(std::size_t index) const override;
  [[nodiscard]] std::optional<std::size_t> find(MediaTime time) const override;
  [[nodiscard]] std::optional<std::size_t> find_number(uint64_t number) const override;
  [[nodiscard]] MediaTime start() const override {
    return size_ == 0 ? MediaTime{0} : timeline_->start(first_);
  }
  [[nodiscard]] MediaTime end() const override {
    return size_ == 0 ? MediaTime{0} : timeline_->end(first_ + size_ - 1);
  }
  [[nodiscard]] std::vector<PartialSegment> parts(std::size_t index) const override;
  // A Timeline that several share counts in each of them.
  [[nodiscard]] std::size_t memory_bytes() const override {
    return sizeof(*this) + timeline_->memory_bytes() + locator_->memory_bytes();
  }

 private:
  [[nodiscard]] const TimelineSegmentIndex* as_timeline() const override { return this; }
  struct Window {
    std::size_t first = 0, size = 0;
    std::optional<MediaTime> edge;
    friend bool operator==(const Window&, const Window&) = default;
  };
  [[nodiscard]] Window window() const { return {first_, size_, edge_}; }
  [[nodiscard]] Window window_at(WallTime now) const;
  [[nodiscard]] SegmentPlace place_of(std::size_t position) const {
    return {position, timeline_->number(position), timeline_->start_ticks(position), 1};
  }

  std::shared_ptr<const Timeline> timeline_;
  std::shared_ptr<const MediaLocator> locator_;
  std::shared_ptr<const ResourceLocation> init_;
  std::shared_ptr<const Availability> availability_;
  std::size_t first_ = 0, size_ = 0;
  // What ends after it cannot be fetched yet; none: no segment of the Timeline does.
  std::optional<MediaTime> edge_;
  int64_t number_shift_ = 0;
  uint32_t cadence_ = 0;
};

}  // namespace playhead

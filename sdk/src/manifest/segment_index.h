// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "manifest/timeline.h"
#include "playhead/segment_index.h"

namespace playhead {

// What tells one segment of a Timeline from the others.
struct SegmentPlace {
  std::size_t position = 0;
  uint64_t number = 0;
  int64_t start_ticks = 0;
};

// Where the bytes of segments are: one implementation for each way a manifest says it. Immutable.
class MediaLocator {
 public:
  virtual ~MediaLocator() = default;
  // A URL that cannot be resolved is answered as written, for the Transport to refuse.
  [[nodiscard]] virtual ResourceLocation locate(const SegmentPlace& place) const = 0;
  // Bytes it holds on to.
  [[nodiscard]] virtual std::size_t memory_bytes() const = 0;
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

 private:
  ResourceLocation location_;
};

// SegmentIndex of a Timeline, which several Representations may share, and a way to locate.
class TimelineSegmentIndex final : public SegmentIndex {
 public:
  // The Timeline is not empty; `init` may be null.
  TimelineSegmentIndex(std::shared_ptr<const Timeline> timeline,
                       std::unique_ptr<const MediaLocator> locator,
                       std::shared_ptr<const ResourceLocation> init)
      : timeline_(std::move(timeline)), locator_(std::move(locator)), init_(std::move(init)) {}

  [[nodiscard]] std::size_t size() const override { return timeline_->size(); }
  [[nodiscard]] Segment at(std::size_t index) const override;
  [[nodiscard]] std::optional<std::size_t> find(MediaTime time) const override {
    return timeline_->find(time);
  }
  [[nodiscard]] std::optional<std::size_t> find_number(uint64_t number) const override {
    return timeline_->find_number(number);
  }
  [[nodiscard]] MediaTime start() const override { return timeline_->start(0); }
  [[nodiscard]] MediaTime end() const override { return timeline_->end(size() - 1); }
  // A Timeline that several share counts in each of them.
  [[nodiscard]] std::size_t memory_bytes() const override {
    return sizeof(*this) + timeline_->memory_bytes() + locator_->memory_bytes();
  }

 private:
  std::shared_ptr<const Timeline> timeline_;
  std::unique_ptr<const MediaLocator> locator_;
  std::shared_ptr<const ResourceLocation> init_;
};

}  // namespace playhead

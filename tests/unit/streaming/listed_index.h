// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "playhead/segment_index.h"

namespace playhead::test {

// Segments as a test lists them, some with parts.
class ListedIndex final : public SegmentIndex {
 public:
  explicit ListedIndex(std::vector<Segment> segments) : segments_(std::move(segments)) {}

  // `count` segments of that length from `first` on.
  static ListedIndex regular(uint64_t first, std::size_t count, Duration length) {
    std::vector<Segment> segments;
    for (std::size_t i = 0; i < count; ++i) {
      Segment segment;
      segment.number = first + i;
      segment.start = MediaTime{static_cast<int64_t>(i) * length.count()};
      segment.end = segment.start + length;
      segment.media.url = "s" + std::to_string(segment.number);
      segments.push_back(std::move(segment));
    }
    return ListedIndex(std::move(segments));
  }
  void set_parts(std::size_t index, std::vector<PartialSegment> parts) {
    parts_[index] = std::move(parts);
  }
  // Parts of that length; the first one, and every `independent`th after it, begins with a key
  // frame.
  void add_parts(std::size_t index, MediaTime from, int count, Duration length, int independent) {
    std::vector<PartialSegment> parts;
    for (int i = 0; i < count; ++i) {
      PartialSegment part;
      part.start = from + i * length;
      part.end = part.start + length;
      part.media.url = "p" + std::to_string(index) + "." + std::to_string(i);
      part.is_independent = i % independent == 0;
      parts.push_back(std::move(part));
    }
    set_parts(index, std::move(parts));
  }
  void set_hints(std::vector<PreloadHint> hints) { hints_ = std::move(hints); }

  [[nodiscard]] std::size_t size() const override { return segments_.size(); }
  [[nodiscard]] Segment at(std::size_t index) const override { return segments_.at(index); }
  [[nodiscard]] std::optional<std::size_t> find(MediaTime time) const override {
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if (time < segments_[i].end) return i;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::size_t> find_number(uint64_t number) const override {
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if (segments_[i].number == number) return i;
    }
    return std::nullopt;
  }
  [[nodiscard]] MediaTime start() const override {
    return segments_.empty() ? MediaTime{} : segments_.front().start;
  }
  [[nodiscard]] MediaTime end() const override {
    return segments_.empty() ? MediaTime{} : segments_.back().end;
  }
  [[nodiscard]] std::vector<PartialSegment> parts(std::size_t index) const override {
    const auto found = parts_.find(index);
    return found == parts_.end() ? std::vector<PartialSegment>{} : found->second;
  }
  [[nodiscard]] std::vector<PreloadHint> preload_hints() const override { return hints_; }
  [[nodiscard]] std::size_t memory_bytes() const override { return sizeof(*this); }

 private:
  std::vector<Segment> segments_;
  std::map<std::size_t, std::vector<PartialSegment>> parts_;
  std::vector<PreloadHint> hints_;
};

}  // namespace playhead::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "playhead/segment_index.h"

namespace playhead {

// A SegmentIndex whose segments are at other URLs: a place that a steering server has made up of a
// place of the manifest. Costs nothing per segment.
class RelocatedIndex final : public SegmentIndex {
 public:
  using UrlRule = std::function<std::string(const std::string&)>;  // pure

  RelocatedIndex(std::shared_ptr<const SegmentIndex> base, UrlRule rule)
      : base_(std::move(base)), rule_(std::move(rule)) {}

  [[nodiscard]] std::size_t size() const override { return base_->size(); }
  [[nodiscard]] Segment at(std::size_t index) const override {
    Segment segment = base_->at(index);
    segment.media.url = rule_(segment.media.url);
    if (segment.init) {
      auto init = std::make_shared<ResourceLocation>(*segment.init);
      init->url = rule_(init->url);
      segment.init = std::move(init);
    }
    return segment;
  }
  [[nodiscard]] std::optional<std::size_t> find(MediaTime time) const override {
    return base_->find(time);
  }
  [[nodiscard]] std::optional<std::size_t> find_number(uint64_t number) const override {
    return base_->find_number(number);
  }
  [[nodiscard]] MediaTime start() const override { return base_->start(); }
  [[nodiscard]] MediaTime end() const override { return base_->end(); }
  [[nodiscard]] std::vector<PartialSegment> parts(std::size_t index) const override {
    std::vector<PartialSegment> parts = base_->parts(index);
    for (PartialSegment& part : parts) part.media.url = rule_(part.media.url);
    return parts;
  }
  [[nodiscard]] std::size_t memory_bytes() const override { return sizeof *this; }

 private:
  const std::shared_ptr<const SegmentIndex> base_;
  const UrlRule rule_;
};

}  // namespace playhead

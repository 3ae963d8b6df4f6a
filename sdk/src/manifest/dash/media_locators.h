// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "manifest/dash/base_url.h"
#include "manifest/dash/mpd.h"
#include "manifest/dash/segment_template.h"
#include "manifest/segment_index.h"

namespace playhead::dash {

// SegmentTemplate@media at one place. That of the first place has the template, for the others too.
class TemplateLocator final : public MediaLocator {
 public:
  // `time_bias`: ticks $Time$ is less than the segment's container time. `query` is added to URLs.
  // `init` is where the InitSegment is; empty for none.
  TemplateLocator(SegmentTemplate media, std::shared_ptr<const BaseLocation> base,
                  int64_t time_bias, std::string query, ResourceLocation init)
      : own_media_(std::move(media)),
        base_(std::move(base)),
        time_bias_(time_bias),
        query_(std::move(query)),
        init_(std::move(init)) {}
  TemplateLocator(std::shared_ptr<const TemplateLocator> first_place,
                  std::shared_ptr<const BaseLocation> base, int64_t time_bias, std::string query,
                  ResourceLocation init)
      : first_place_(std::move(first_place)),
        base_(std::move(base)),
        time_bias_(time_bias),
        query_(std::move(query)),
        init_(std::move(init)) {}

  [[nodiscard]] const TemplateLocator* as_template() const override { return this; }
  [[nodiscard]] ResourceLocation locate(const SegmentPlace& place) const override;
  [[nodiscard]] std::size_t memory_bytes() const override {
    return sizeof(*this) + media().memory_bytes() + query_.capacity() + init_.url.capacity();
  }
  [[nodiscard]] bool uses_numbers() const override { return media().uses_number(); }
  [[nodiscard]] bool equals(const MediaLocator& other) const override;
  [[nodiscard]] const ResourceLocation& init() const { return init_; }

 private:
  [[nodiscard]] const SegmentTemplate& media() const {
    return first_place_ != nullptr ? first_place_->own_media_ : own_media_;
  }

  SegmentTemplate own_media_;
  std::shared_ptr<const TemplateLocator> first_place_;  // null: this is it
  std::shared_ptr<const BaseLocation> base_;
  int64_t time_bias_;
  std::string query_;
  ResourceLocation init_;
};

// SegmentURL elements at one place.
class ListLocator final : public MediaLocator {
 public:
  // `first_number` is the number of urls[0].
  ListLocator(std::shared_ptr<const std::vector<SegmentUrl>> urls,
              std::shared_ptr<const BaseLocation> base, uint64_t first_number, std::string query)
      : urls_(std::move(urls)),
        base_(std::move(base)),
        first_number_(first_number),
        query_(std::move(query)) {}

  [[nodiscard]] ResourceLocation locate(const SegmentPlace& place) const override;
  [[nodiscard]] std::size_t memory_bytes() const override;
  // Numbers choose the SegmentURL but are in no URL.
  [[nodiscard]] bool uses_numbers() const override { return false; }

 private:
  std::shared_ptr<const std::vector<SegmentUrl>> urls_;
  std::shared_ptr<const BaseLocation> base_;
  uint64_t first_number_;
  std::string query_;
};

// `url` with `query` ("a=b") added; unchanged when that is empty.
[[nodiscard]] std::string with_query(std::string url, std::string_view query);

}  // namespace playhead::dash

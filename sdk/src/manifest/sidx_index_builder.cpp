// SPDX-License-Identifier: Apache-2.0
#include "manifest/sidx_index_builder.h"

#include "base/decimal.h"
#include "base/limits.h"
#include "container/sidx.h"

namespace playhead {

std::optional<std::size_t> SidxIndexBuilder::next_index() const {
  for (std::size_t i = searched_; i < entries_.size(); ++i) {
    if (entries_[i].is_index) return i;
  }
  return std::nullopt;
}

Result<void> SidxIndexBuilder::add(ByteView bytes, int64_t file_offset) {
  PLAYHEAD_TRY(const Sidx sidx, parse_sidx(bytes, file_offset));
  if (++indexes_ > limits::kNestedIndexes) {
    return make_error(ErrorCode::kManifestLimit, "more than 1,000 nested segment indexes");
  }
  if (entries_.size() + sidx.references.size() > limits::kSegments) {
    return make_error(ErrorCode::kManifestLimit, "more than 500,000 segments");
  }
  std::size_t position = 0;
  if (indexes_ == 1) {
    timescale_ = sidx.timescale;
    start_ticks_ = sidx.earliest_presentation_ticks;
  } else {
    const std::optional<std::size_t> next = next_index();
    if (!next || sidx.timescale != timescale_) {
      return make_error(ErrorCode::kContainerSyntax,
                        "a nested segment index does not fit the one that names it");
    }
    position = *next;
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(position));
  }
  std::vector<Entry> listed;
  listed.reserve(sidx.references.size());
  for (const SidxReference& reference : sidx.references) {
    if (reference.size == 0) continue;  // no bytes: nothing to fetch or play
    listed.push_back(
        {reference.is_index, reference.offset, reference.size, reference.duration_ticks});
  }
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(position), listed.begin(),
                  listed.end());
  searched_ = position;
  return {};
}

std::optional<ByteRange> SidxIndexBuilder::missing() const {
  const std::optional<std::size_t> next = next_index();
  if (!next) return std::nullopt;
  const Entry& entry = entries_[*next];
  return ByteRange{entry.offset, entry.offset + entry.size - 1};
}

Result<std::shared_ptr<const SegmentIndex>> SidxIndexBuilder::build(
    std::string url, Duration media_offset, std::shared_ptr<const ResourceLocation> init) const {
  auto timeline = std::make_shared<Timeline>(timescale_, media_offset);
  std::vector<ByteRange> ranges;
  ranges.reserve(entries_.size());
  int64_t start = start_ticks_;
  for (const Entry& entry : entries_) {
    if (!timeline->append(start, entry.duration_ticks, 1, ranges.size() + 1)) {
      return make_error(ErrorCode::kContainerSyntax, "the segment index's times overflow");
    }
    start = timeline->end_ticks();
    ranges.push_back({entry.offset, entry.offset + entry.size - 1});
  }
  if (ranges.empty()) {
    return make_error(ErrorCode::kManifestEmpty, "the segment index lists no segment");
  }
  timeline->shrink_to_fit();
  return std::shared_ptr<const SegmentIndex>(std::make_shared<TimelineSegmentIndex>(
      std::move(timeline), std::make_shared<RangeLocator>(std::move(url), std::move(ranges)),
      std::move(init)));
}

}  // namespace playhead

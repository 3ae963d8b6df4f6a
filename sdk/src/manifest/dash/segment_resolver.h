// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "manifest/dash/mpd.h"
#include "manifest/dash/timeline_builder.h"
#include "playhead/presentation.h"

namespace playhead::dash {

// Merges what one level says over what it inherits, attribute by attribute (5.3.9.1).
[[nodiscard]] SegmentInfo inherit(const SegmentInfo& inherited, const SegmentInfo& own);

// Turns the segment information of one Period's Representations into indexes. Timelines that
// several Representations inherit are built once and shared.
class SegmentResolver {
 public:
  explicit SegmentResolver(PeriodBounds bounds) : bounds_(bounds) {}

  // The three levels' segment information, outermost first.
  using Levels = std::array<const SegmentInfos*, 3>;

  // Sets media_offset, segments or index_source of `out`, whose id, bandwidth and container are
  // set. `id` is Representation@id as written, `base_url` absolute. False when its media cannot be
  // addressed.
  bool resolve(const Levels& levels, const std::string& id, const std::string& base_url,
               playhead::Representation& out);

  [[nodiscard]] int warnings() const { return warnings_; }

 private:
  bool resolve_template(const SegmentInfo& info, const std::string& id, const std::string& base_url,
                        playhead::Representation& out);
  bool resolve_list(const SegmentInfo& info, const std::string& base_url,
                    playhead::Representation& out);
  bool resolve_base(const SegmentInfo& info, const std::string& base_url,
                    playhead::Representation& out);
  bool resolve_whole_file(const SegmentInfo& info, const std::string& base_url,
                          playhead::Representation& out);
  std::shared_ptr<const Timeline> timeline_for(const SegmentInfo& info,
                                               std::optional<std::size_t> listed);
  std::shared_ptr<const ResourceLocation> init_of(const SegmentInfo& info,
                                                  const std::string& base_url);
  std::optional<ResourceLocation> locate(const UrlElement& url, const std::string& base_url);

  struct CachedTimeline {
    std::shared_ptr<const std::vector<TimelineEntry>> entries;
    std::array<std::optional<int64_t>, 3> numbers;  // timescale, presentationTimeOffset, duration
    std::array<std::optional<uint64_t>, 3> bounds;  // startNumber, endNumber, listed
    std::shared_ptr<const Timeline> timeline;
  };

  PeriodBounds bounds_;
  std::vector<CachedTimeline> cache_;  // the latest few
  int warnings_ = 0;
};

}  // namespace playhead::dash

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "manifest/dash/base_url.h"
#include "manifest/dash/media_locators.h"
#include "manifest/dash/mpd.h"
#include "manifest/dash/segment_template.h"
#include "manifest/dash/timeline_builder.h"
#include "manifest/segment_index.h"
#include "playhead/presentation.h"

namespace playhead::dash {

// Merges what one level says over what it inherits, attribute by attribute (5.3.9.1).
[[nodiscard]] SegmentInfo inherit(const SegmentInfo& inherited, const SegmentInfo& own);

// A place the media of a Representation is at: one combination of the BaseURLs of its levels.
struct Place {
  std::shared_ptr<const BaseLocation> base;
  std::string name;  // ServiceLocation::name
  int priority = 1, weight = 1;
  Duration availability_time_offset{0};
};

// What all Periods of a dynamic MPD have in common; null pointers and nothing for a static one.
struct Clock {
  std::optional<WallTime> origin;  // @availabilityStartTime
  std::optional<WallTime> end;     // @availabilityEndTime
  std::optional<Duration> depth;   // @timeShiftBufferDepth
  std::optional<WallTime> now;
};

// Turns the segment information of one Period's Representations into indexes. Timelines that
// several Representations inherit are built once and shared; so are equal ones.
class SegmentResolver {
 public:
  SegmentResolver(PeriodBounds bounds, const Clock& clock) : bounds_(bounds), clock_(clock) {}

  // The three levels' segment information, outermost first.
  using Levels = std::array<const SegmentInfos*, 3>;

  struct Request {
    std::string_view id;                         // Representation@id as written
    const std::vector<Place>* places = nullptr;  // never empty, best first
    std::string_view query;                      // to add to media URLs; may be empty
    uint32_t parts_cadence = 0;
    std::size_t alternatives = 0;  // places used beside the first, at most
  };
  // Sets media_offset, segments or index_source, and alternatives of `out`, whose bandwidth and
  // container are set. False when its media cannot be addressed.
  bool resolve(const Levels& levels, const Request& request, playhead::Representation& out);

  // Ticks per second of the Representation that was resolved last.
  [[nodiscard]] int64_t timescale() const { return timescale_; }
  [[nodiscard]] int warnings() const { return warnings_; }
  [[nodiscard]] MediaTime period_start() const { return bounds_.start; }

 private:
  struct Addressed {
    std::shared_ptr<const SegmentIndex> segments;
    IndexSource index_source;
  };
  struct Timed {
    std::shared_ptr<const Timeline> timeline;
    std::size_t announced = 0;
  };
  enum class Scheme : uint8_t { kTemplate, kList, kBase };

  bool address(Scheme scheme, const SegmentInfo& info, const Request& request, const Place& place,
               int64_t bandwidth, Addressed& out);
  // SegmentTemplate of one Representation, with the identifiers filled in that all places share.
  struct Templates {
    std::shared_ptr<const TemplateLocator> first_place;  // null: not made yet
    std::string init;                                    // expanded @initialization
    Timed timed;
  };
  void expand_init(const SegmentInfo& info, const Request& request, int64_t bandwidth);
  bool address_template(const SegmentInfo& info, const Request& request, const Place& place,
                        int64_t bandwidth, Addressed& out);
  bool address_list(const SegmentInfo& info, const Request& request, const Place& place,
                    Addressed& out);
  bool address_base(const SegmentInfo& info, const Request& request, const Place& place,
                    Addressed& out);
  bool address_whole_file(const SegmentInfo& info, const Place& place, Addressed& out);
  std::shared_ptr<const SegmentIndex> make_index(const Timed& timed, const SegmentInfo& info,
                                                 const Place& place, const Request& request,
                                                 std::shared_ptr<const MediaLocator> locator,
                                                 std::shared_ptr<const ResourceLocation> init);
  std::shared_ptr<const Availability> availability_for(const Timed& timed, Duration offset);
  const Timed& timeline_for(const SegmentInfo& info, std::optional<std::size_t> listed);
  std::shared_ptr<const ResourceLocation> init_of(const SegmentInfo& info, const Place& place);
  std::optional<ResourceLocation> locate(const UrlElement& url, const Place& place);

  struct CachedTimeline {
    std::shared_ptr<const std::vector<TimelineEntry>> entries;
    std::array<std::optional<int64_t>, 4> numbers;  // timescale, offset, duration, k
    std::array<std::optional<uint64_t>, 3> bounds;  // startNumber, endNumber, listed
    Timed timed;
  };

  PeriodBounds bounds_;
  const Clock& clock_;
  std::vector<CachedTimeline> cache_;                 // the latest few
  std::shared_ptr<const Availability> availability_;  // the latest
  Templates templates_;                               // of the Representation being resolved
  SegmentTemplate init_pattern_;                      // for its memory
  int64_t timescale_ = 1;
  int warnings_ = 0;
};

}  // namespace playhead::dash

// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/segment_resolver.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/url.h"
#include "manifest/dash/media_locators.h"
#include "manifest/dash/segment_template.h"

namespace playhead::dash {
namespace {

template <typename T>
void take_own(const T& own, T& merged) {
  if (own) merged = own;
}

// All levels of one kind merged: the level itself where only one has it, `storage` otherwise; null
// when none has.
const SegmentInfo* merge(const SegmentResolver::Levels& levels,
                         std::unique_ptr<SegmentInfo> SegmentInfos::*kind, SegmentInfo& storage) {
  const SegmentInfo* merged = nullptr;
  for (const SegmentInfos* level : levels) {
    const SegmentInfo* own = (level->*kind).get();
    if (own == nullptr) continue;
    if (merged == nullptr) {
      merged = own;
    } else {
      storage = inherit(*merged, *own);
      merged = &storage;
    }
  }
  return merged;
}

Duration saturated_sum(Duration a, Duration b) {
  const std::optional<int64_t> sum = checked_add(a.count(), b.count());
  return sum ? Duration{*sum} : Duration::max();
}

}  // namespace

SegmentInfo inherit(const SegmentInfo& inherited, const SegmentInfo& own) {
  SegmentInfo merged = inherited;
  take_own(own.timescale, merged.timescale);
  take_own(own.presentation_time_offset, merged.presentation_time_offset);
  take_own(own.duration, merged.duration);
  take_own(own.start_number, merged.start_number);
  take_own(own.end_number, merged.end_number);
  take_own(own.parts, merged.parts);
  take_own(own.availability_time_offset, merged.availability_time_offset);
  take_own(own.index_range, merged.index_range);
  take_own(own.media, merged.media);
  take_own(own.initialization, merged.initialization);
  take_own(own.initialization_element, merged.initialization_element);
  take_own(own.representation_index, merged.representation_index);
  if (own.timeline != nullptr) {
    merged.timeline = own.timeline;
    merged.patterns = own.patterns;
  }
  take_own(own.segment_urls, merged.segment_urls);
  // @duration and SegmentTimeline exclude each other (5.3.9.2.2): the inner level's choice counts.
  if (own.duration && own.timeline == nullptr) merged.timeline = nullptr;
  return merged;
}

const SegmentResolver::Timed& SegmentResolver::timeline_for(const SegmentInfo& info,
                                                            std::optional<std::size_t> listed) {
  CachedTimeline wanted;
  wanted.entries = info.timeline;
  wanted.numbers = {info.timescale, info.presentation_time_offset, info.duration, info.parts};
  wanted.bounds = {info.start_number, info.end_number, listed};
  for (const CachedTimeline& known : cache_) {
    if (known.entries == wanted.entries && known.numbers == wanted.numbers &&
        known.bounds == wanted.bounds) {
      return known.timed;
    }
  }
  wanted.timed.timeline = build_timeline(info, bounds_, listed, warnings_, &wanted.timed.announced);
  // A live Period that has just begun, or is still to begin, has no segments yet.
  if (wanted.timed.timeline == nullptr && bounds_.is_dynamic) {
    wanted.timed.timeline =
        std::make_shared<Timeline>(info.timescale.value_or(1), media_offset_of(info, bounds_));
  }
  for (const CachedTimeline& known : cache_) {
    if (known.timed.timeline != nullptr && wanted.timed.timeline != nullptr &&
        known.timed.announced == wanted.timed.announced &&
        *known.timed.timeline == *wanted.timed.timeline) {
      wanted.timed.timeline = known.timed.timeline;
      break;
    }
  }
  constexpr std::size_t kCacheSize = 8;  // Representations that share stand side by side
  if (cache_.size() >= kCacheSize) cache_.erase(cache_.begin());
  cache_.push_back(std::move(wanted));
  return cache_.back().timed;
}

std::optional<ResourceLocation> SegmentResolver::locate(const UrlElement& url, const Place& place) {
  if (url.source_url.empty()) return ResourceLocation{place.base->url(), url.range};
  Result<std::string> resolved = resolve_url(place.base->url(), url.source_url);
  if (!resolved) {
    ++warnings_;
    return std::nullopt;
  }
  return ResourceLocation{*std::move(resolved), url.range};
}

std::shared_ptr<const ResourceLocation> SegmentResolver::init_of(const SegmentInfo& info,
                                                                 const Place& place) {
  if (!info.initialization_element) return nullptr;
  std::optional<ResourceLocation> location = locate(*info.initialization_element, place);
  if (!location) return nullptr;
  return std::make_shared<const ResourceLocation>(*std::move(location));
}

std::shared_ptr<const Availability> SegmentResolver::availability_for(const Timed& timed,
                                                                      Duration offset) {
  if (!clock_.origin) return nullptr;
  Availability wanted;
  wanted.origin = *clock_.origin;
  wanted.end = clock_.end;
  wanted.depth = clock_.depth;
  wanted.offset = offset;
  wanted.period_start = bounds_.start;
  wanted.announced = timed.announced;
  if (availability_ == nullptr || !(*availability_ == wanted)) {
    availability_ = std::make_shared<const Availability>(wanted);
  }
  return availability_;
}

std::shared_ptr<const SegmentIndex> SegmentResolver::make_index(
    const Timed& timed, const SegmentInfo& info, const Place& place, const Request& request,
    std::shared_ptr<const MediaLocator> locator, std::shared_ptr<const ResourceLocation> init) {
  auto index =
      std::make_shared<TimelineSegmentIndex>(timed.timeline, std::move(locator), std::move(init));
  index->set_parts_cadence(request.parts_cadence);
  if (clock_.origin) {
    index->set_availability(availability_for(
        timed, saturated_sum(place.availability_time_offset,
                             info.availability_time_offset.value_or(Duration{0}))));
    if (clock_.now) index->restrict_to(*clock_.now);
  }
  return index;
}

void SegmentResolver::expand_init(const SegmentInfo& info, const Request& request,
                                  int64_t bandwidth) {
  templates_.init.clear();
  if (!info.initialization || info.initialization->empty()) return;
  init_pattern_.read(*info.initialization, request.id, bandwidth);
  warnings_ += init_pattern_.warnings();
  init_pattern_.expand({}, templates_.init);
}

bool SegmentResolver::address_template(const SegmentInfo& info, const Request& request,
                                       const Place& place, int64_t bandwidth, Addressed& out) {
  if (!info.media || info.media->empty()) return false;
  const bool is_first = templates_.first_place == nullptr;
  if (is_first) {
    templates_.timed = timeline_for(info, std::nullopt);
    expand_init(info, request, bandwidth);
  }
  const Timed& timed = templates_.timed;
  if (timed.timeline == nullptr) return false;
  ResourceLocation init;
  if (info.initialization_element) {
    init = locate(*info.initialization_element, place).value_or(ResourceLocation{});
  }
  if (init.url.empty() && !templates_.init.empty()) {
    init.url = with_query(place.base->resolve(templates_.init), request.query);
  }
  // Without a SegmentTimeline, $Time$ counts from the Period's first segment (5.3.9.4.4).
  const bool is_constant = info.timeline == nullptr || info.timeline->empty();
  const int64_t bias = is_constant ? info.presentation_time_offset.value_or(0) : 0;
  std::shared_ptr<const TemplateLocator> locator;
  if (is_first) {
    SegmentTemplate media(*info.media, request.id, bandwidth);
    warnings_ += media.warnings();
    locator = std::make_shared<const TemplateLocator>(std::move(media), place.base, bias,
                                                      std::string(request.query), std::move(init));
    templates_.first_place = locator;
  } else {
    locator = std::make_shared<const TemplateLocator>(templates_.first_place, place.base, bias,
                                                      std::string(request.query), std::move(init));
  }
  // The InitSegment's place lives in the locator: one allocation less for each Representation.
  std::shared_ptr<const ResourceLocation> shared_init;
  if (!locator->init().url.empty()) {
    const ResourceLocation* inside = &locator->init();
    shared_init = std::shared_ptr<const ResourceLocation>(locator, inside);
  }
  out.segments =
      make_index(timed, info, place, request, std::move(locator), std::move(shared_init));
  return true;
}

bool SegmentResolver::address_list(const SegmentInfo& info, const Request& request,
                                   const Place& place, Addressed& out) {
  if (info.segment_urls == nullptr) return false;
  // Numbers tell SegmentURLs apart, so they must count from the first one, without jumps.
  const Timed timed = timeline_for(info, info.segment_urls->size());
  if (timed.timeline == nullptr) return false;
  const uint64_t first_number = info.start_number.value_or(1);
  if (timed.timeline->size() > 0) {
    const uint64_t last_number = timed.timeline->number(timed.timeline->size() - 1);
    if (last_number - first_number >= info.segment_urls->size()) return false;
  }
  out.segments =
      make_index(timed, info, place, request,
                 std::make_shared<const ListLocator>(info.segment_urls, place.base, first_number,
                                                     std::string(request.query)),
                 init_of(info, place));
  return true;
}

bool SegmentResolver::address_base(const SegmentInfo& info, const Request& request,
                                   const Place& place, Addressed& out) {
  if (!info.index_range && !info.representation_index) {
    return address_whole_file(info, place, out);
  }
  ResourceLocation index{with_query(place.base->url(), request.query), info.index_range};
  if (info.representation_index) {
    const std::optional<ResourceLocation> location = locate(*info.representation_index, place);
    if (!location) return false;
    index = *location;
    if (!index.range && info.index_range && info.representation_index->source_url.empty()) {
      index.range = info.index_range;
    }
  }
  out.index_source.kind = IndexSource::Kind::kSidx;
  out.index_source.location = index;
  out.index_source.init = init_of(info, place);
  if (out.index_source.init == nullptr && index.url == place.base->url() && index.range &&
      index.range->first > 0) {
    // Unsaid, but true of every self-indexed file: what stands before the index initialises.
    out.index_source.init = std::make_shared<const ResourceLocation>(
        ResourceLocation{place.base->url(), ByteRange{0, index.range->first - 1}});
  }
  return true;
}

bool SegmentResolver::address_whole_file(const SegmentInfo& info, const Place& place,
                                         Addressed& out) {
  const Timed timed = timeline_for(info, std::nullopt);
  if (timed.timeline == nullptr) return false;
  out.segments = std::make_shared<TimelineSegmentIndex>(
      timed.timeline,
      std::make_shared<const FixedLocator>(ResourceLocation{place.base->url(), std::nullopt}),
      nullptr);
  return true;
}

bool SegmentResolver::address(Scheme scheme, const SegmentInfo& info, const Request& request,
                              const Place& place, int64_t bandwidth, Addressed& out) {
  switch (scheme) {
    case Scheme::kTemplate:
      return address_template(info, request, place, bandwidth, out);
    case Scheme::kList:
      return address_list(info, request, place, out);
    case Scheme::kBase:
      return address_base(info, request, place, out);
  }
  return false;
}

bool SegmentResolver::resolve(const Levels& levels, const Request& request,
                              playhead::Representation& out) {
  struct Row {
    Scheme scheme;
    std::unique_ptr<SegmentInfo> SegmentInfos::*kind;
  };
  static constexpr std::array<Row, 3> kRows{{{Scheme::kTemplate, &SegmentInfos::segment_template},
                                             {Scheme::kList, &SegmentInfos::list},
                                             {Scheme::kBase, &SegmentInfos::base}}};
  SegmentInfo storage;
  const SegmentInfo* info = nullptr;
  Scheme scheme = Scheme::kBase;
  // The innermost level that has any of the three decides which of them is meant.
  for (auto level = levels.rbegin(); level != levels.rend() && info == nullptr; ++level) {
    for (const Row& row : kRows) {
      if (((*level)->*row.kind) == nullptr) continue;
      info = merge(levels, row.kind, storage);
      scheme = row.scheme;
      break;
    }
  }
  if (info == nullptr) info = &storage;
  out.media_offset = media_offset_of(*info, bounds_);
  timescale_ = info->timescale.value_or(1);

  templates_.first_place = nullptr;
  bool is_first = true;
  for (const Place& place : *request.places) {
    if (!is_first && out.alternatives.size() >= request.alternatives) break;
    Addressed addressed;
    if (!address(scheme, *info, request, place, out.bandwidth.bps, addressed)) return false;
    if (is_first) {
      out.segments = std::move(addressed.segments);
      out.index_source = std::move(addressed.index_source);
      out.service_location = place.name;
      out.alternatives.reserve(std::min(request.places->size() - 1, request.alternatives));
    } else {
      ServiceLocation& other = out.alternatives.emplace_back();
      other.name = place.name;
      other.priority = place.priority;
      other.weight = place.weight;
      other.availability_time_offset = place.availability_time_offset;
      other.segments = std::move(addressed.segments);
      other.index_source = std::move(addressed.index_source);
    }
    is_first = false;
  }
  return true;
}

}  // namespace playhead::dash

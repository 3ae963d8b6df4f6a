// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/segment_resolver.h"

#include "base/url.h"
#include "manifest/dash/segment_template.h"
#include "manifest/segment_index.h"

namespace playhead::dash {
namespace {

std::string resolve_or_keep(const std::string& base_url, std::string_view reference) {
  if (reference.empty()) return base_url;
  Result<std::string> url = resolve_url(base_url, reference);
  return url ? *std::move(url) : std::string(reference);
}

// SegmentTemplate@media.
class TemplateLocator final : public MediaLocator {
 public:
  // `time_bias`: ticks $Time$ is less than the segment's container time.
  TemplateLocator(SegmentTemplate media, std::string base_url, int64_t time_bias)
      : media_(std::move(media)), base_url_(std::move(base_url)), time_bias_(time_bias) {}

  [[nodiscard]] ResourceLocation locate(const SegmentPlace& place) const override {
    SegmentTemplate::Values values;
    values.number = place.number;
    values.time_ticks = place.start_ticks - time_bias_;
    return {resolve_or_keep(base_url_, media_.expand(values)), std::nullopt};
  }
  [[nodiscard]] std::size_t memory_bytes() const override {
    return sizeof(*this) + base_url_.capacity();
  }

 private:
  SegmentTemplate media_;
  std::string base_url_;
  int64_t time_bias_;
};

// SegmentURL elements.
class ListLocator final : public MediaLocator {
 public:
  // `first_number` is the number of urls[0].
  ListLocator(std::shared_ptr<const std::vector<SegmentUrl>> urls, std::string base_url,
              uint64_t first_number)
      : urls_(std::move(urls)), base_url_(std::move(base_url)), first_number_(first_number) {}

  [[nodiscard]] ResourceLocation locate(const SegmentPlace& place) const override {
    const SegmentUrl& url = (*urls_)[static_cast<std::size_t>(place.number - first_number_)];
    return {resolve_or_keep(base_url_, url.media), url.range};
  }
  [[nodiscard]] std::size_t memory_bytes() const override {
    return sizeof(*this) + base_url_.capacity() + urls_->capacity() * sizeof(SegmentUrl);
  }

 private:
  std::shared_ptr<const std::vector<SegmentUrl>> urls_;
  std::string base_url_;
  uint64_t first_number_;
};

template <typename T>
void take_own(const T& own, T& merged) {
  if (own) merged = own;
}

// All levels of one kind merged; nothing when no level has it.
std::optional<SegmentInfo> merge(const SegmentResolver::Levels& levels,
                                 std::optional<SegmentInfo> SegmentInfos::*kind) {
  std::optional<SegmentInfo> merged;
  for (const SegmentInfos* level : levels) {
    const std::optional<SegmentInfo>& own = level->*kind;
    if (own) merged = merged ? inherit(*merged, *own) : *own;
  }
  return merged;
}

}  // namespace

SegmentInfo inherit(const SegmentInfo& inherited, const SegmentInfo& own) {
  SegmentInfo merged = inherited;
  take_own(own.timescale, merged.timescale);
  take_own(own.presentation_time_offset, merged.presentation_time_offset);
  take_own(own.duration, merged.duration);
  take_own(own.start_number, merged.start_number);
  take_own(own.end_number, merged.end_number);
  take_own(own.index_range, merged.index_range);
  take_own(own.media, merged.media);
  take_own(own.initialization, merged.initialization);
  take_own(own.initialization_element, merged.initialization_element);
  take_own(own.representation_index, merged.representation_index);
  take_own(own.timeline, merged.timeline);
  take_own(own.segment_urls, merged.segment_urls);
  // @duration and SegmentTimeline exclude each other (5.3.9.2.2): the inner level's choice counts.
  if (own.duration && own.timeline == nullptr) merged.timeline = nullptr;
  return merged;
}

std::shared_ptr<const Timeline> SegmentResolver::timeline_for(const SegmentInfo& info,
                                                              std::optional<std::size_t> listed) {
  CachedTimeline wanted;
  wanted.entries = info.timeline;
  wanted.numbers = {info.timescale, info.presentation_time_offset, info.duration};
  wanted.bounds = {info.start_number, info.end_number, listed};
  for (const CachedTimeline& known : cache_) {
    if (known.entries == wanted.entries && known.numbers == wanted.numbers &&
        known.bounds == wanted.bounds) {
      return known.timeline;
    }
  }
  wanted.timeline = build_timeline(info, bounds_, listed, warnings_);
  constexpr std::size_t kCacheSize = 8;  // Representations that share stand side by side
  if (cache_.size() >= kCacheSize) cache_.erase(cache_.begin());
  cache_.push_back(wanted);
  return wanted.timeline;
}

std::optional<ResourceLocation> SegmentResolver::locate(const UrlElement& url,
                                                        const std::string& base_url) {
  if (url.source_url.empty()) return ResourceLocation{base_url, url.range};
  Result<std::string> resolved = resolve_url(base_url, url.source_url);
  if (!resolved) {
    ++warnings_;
    return std::nullopt;
  }
  return ResourceLocation{*std::move(resolved), url.range};
}

std::shared_ptr<const ResourceLocation> SegmentResolver::init_of(const SegmentInfo& info,
                                                                 const std::string& base_url) {
  if (!info.initialization_element) return nullptr;
  std::optional<ResourceLocation> location = locate(*info.initialization_element, base_url);
  if (!location) return nullptr;
  return std::make_shared<const ResourceLocation>(*std::move(location));
}

bool SegmentResolver::resolve_template(const SegmentInfo& info, const std::string& id,
                                       const std::string& base_url, playhead::Representation& out) {
  if (!info.media || info.media->empty()) return false;
  SegmentTemplate media(*info.media, id, out.bandwidth.bps);
  warnings_ += media.warnings();
  std::shared_ptr<const Timeline> timeline = timeline_for(info, std::nullopt);
  if (timeline == nullptr) return false;

  std::shared_ptr<const ResourceLocation> init = init_of(info, base_url);
  if (init == nullptr && info.initialization && !info.initialization->empty()) {
    const SegmentTemplate pattern(*info.initialization, id, out.bandwidth.bps);
    warnings_ += pattern.warnings();
    init = std::make_shared<const ResourceLocation>(
        ResourceLocation{resolve_or_keep(base_url, pattern.expand({})), std::nullopt});
  }
  // Without a SegmentTimeline, $Time$ counts from the Period's first segment (5.3.9.4.4).
  const bool is_constant = info.timeline == nullptr || info.timeline->empty();
  const int64_t bias = is_constant ? info.presentation_time_offset.value_or(0) : 0;
  out.segments = std::make_shared<TimelineSegmentIndex>(
      std::move(timeline), std::make_unique<TemplateLocator>(std::move(media), base_url, bias),
      std::move(init));
  return true;
}

bool SegmentResolver::resolve_list(const SegmentInfo& info, const std::string& base_url,
                                   playhead::Representation& out) {
  if (info.segment_urls == nullptr) return false;
  // Numbers tell SegmentURLs apart, so they must count from the first one, without jumps.
  std::shared_ptr<const Timeline> timeline = timeline_for(info, info.segment_urls->size());
  if (timeline == nullptr) return false;
  const uint64_t first_number = info.start_number.value_or(1);
  const uint64_t last_number = timeline->number(timeline->size() - 1);
  if (last_number - first_number >= info.segment_urls->size()) return false;
  out.segments = std::make_shared<TimelineSegmentIndex>(
      std::move(timeline), std::make_unique<ListLocator>(info.segment_urls, base_url, first_number),
      init_of(info, base_url));
  return true;
}

bool SegmentResolver::resolve_base(const SegmentInfo& info, const std::string& base_url,
                                   playhead::Representation& out) {
  if (!info.index_range && !info.representation_index) {
    return resolve_whole_file(info, base_url, out);
  }
  ResourceLocation index{base_url, info.index_range};
  if (info.representation_index) {
    const std::optional<ResourceLocation> location = locate(*info.representation_index, base_url);
    if (!location) return false;
    index = *location;
  }
  out.index_source.kind = IndexSource::Kind::kSidx;
  out.index_source.location = index;
  out.index_source.init = init_of(info, base_url);
  if (out.index_source.init == nullptr && index.url == base_url && index.range &&
      index.range->first > 0) {
    // Unsaid, but true of every self-indexed file: what stands before the index initialises.
    out.index_source.init = std::make_shared<const ResourceLocation>(
        ResourceLocation{base_url, ByteRange{0, index.range->first - 1}});
  }
  return true;
}

bool SegmentResolver::resolve_whole_file(const SegmentInfo& info, const std::string& base_url,
                                         playhead::Representation& out) {
  std::shared_ptr<const Timeline> timeline = timeline_for(info, std::nullopt);
  if (timeline == nullptr) return false;
  out.segments = std::make_shared<TimelineSegmentIndex>(
      std::move(timeline), std::make_unique<FixedLocator>(ResourceLocation{base_url, std::nullopt}),
      nullptr);
  return true;
}

bool SegmentResolver::resolve(const Levels& levels, const std::string& id,
                              const std::string& base_url, playhead::Representation& out) {
  const auto set_offset = [&](const SegmentInfo& info) {
    out.media_offset = media_offset_of(info, bounds_);
  };
  // The innermost level that has any of the three decides which of them is meant.
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    if ((*level)->segment_template) {
      const SegmentInfo info = *merge(levels, &SegmentInfos::segment_template);
      set_offset(info);
      return resolve_template(info, id, base_url, out);
    }
    if ((*level)->list) {
      const SegmentInfo info = *merge(levels, &SegmentInfos::list);
      set_offset(info);
      return resolve_list(info, base_url, out);
    }
    if ((*level)->base) {
      const SegmentInfo info = *merge(levels, &SegmentInfos::base);
      set_offset(info);
      return resolve_base(info, base_url, out);
    }
  }
  const SegmentInfo nothing;
  set_offset(nothing);
  return resolve_whole_file(nothing, base_url, out);
}

}  // namespace playhead::dash

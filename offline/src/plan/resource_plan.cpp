// SPDX-License-Identifier: Apache-2.0
#include "plan/resource_plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.h"
#include "plan/stable_key.h"
#include "streaming/title_keys.h"

namespace playhead::offline {

namespace {

// One file that holds more of a title than that may be large (chosen: segments are shorter).
constexpr Duration kLongSegment = 60s;
// Estimated size of what says nothing of itself, bytes (chosen; such things are small).
constexpr int64_t kUsualInitBytes = 2'000;
constexpr int64_t kKeyBytes = 16;  // AES-128

Error unsupported(std::string context) {
  return make_error(ErrorCode::kManifestUnsupported, std::move(context));
}

ResourceKind media_kind(TrackKind kind) {
  switch (kind) {
    case TrackKind::kText:
      return ResourceKind::kText;
    case TrackKind::kImage:
      return ResourceKind::kThumbnail;
    default:
      return ResourceKind::kMedia;
  }
}

std::string_view name_of(TrackKind kind) {
  switch (kind) {
    case TrackKind::kVideo:
      return "video";
    case TrackKind::kAudio:
      return "audio";
    case TrackKind::kText:
      return "text";
    default:
      return "image";
  }
}

bool is_http(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

PlannedResource locate(const ResourceLocation& location) {
  PlannedResource planned;
  planned.key = {stable_key(location.url), location.range};
  planned.url = location.url;
  if (location.range && location.range->last) {
    planned.size = location.range->length();
    planned.is_size_exact = true;
  }
  return planned;
}

// Collects the resources of one track after the other, then puts them in play order.
class Planner {
 public:
  explicit Planner(const PlanInputs& in) : in_(in) {
    if (in.from) from_ = MediaTime{in.from->count()};
    if (in.to) to_ = MediaTime{in.to->count()};
  }

  Result<TitlePlan> run() {
    for (std::size_t number = 0; number < in_.tracks.size(); ++number) {
      if (auto added = add_track(in_.tracks[number], number); !added) {
        return std::move(added).error();
      }
    }
    if (!has_media_) {
      return make_error(ErrorCode::kManifestEmpty, "nothing of the title lies in that range");
    }
    plan_.resources.sort_by_start();
    for (std::size_t i = 0; !whole_files_.empty() && i < plan_.resources.size(); ++i) {
      if (is_whole_file(plan_.resources[i])) plan_.whole_files.push_back(i);
    }
    return std::move(plan_);
  }

 private:
  Result<void> add_track(const PlanTrack& track, std::size_t number) {
    if (track.index.type != PresentationType::kVod) {
      return unsupported("a live title cannot be downloaded while it goes on");
    }
    note_protection(track);
    track_ = std::string(name_of(track.kind)) + "." + std::to_string(track.period) + "." +
             std::to_string(number);
    seq_ = 0;
    init_ = nullptr;
    keys_ = nullptr;
    const SegmentIndex& segments = *track.index.segments;
    if (segments.size() == 0) return {};
    plan_.duration = std::max(plan_.duration, segments.end() - MediaTime{});
    const auto first = segments.find(std::max(from_, segments.start()));
    for (std::size_t i = first.value_or(segments.size()); i < segments.size(); ++i) {
      const Segment segment = segments.at(i);
      if (segment.start >= to_) break;
      if (segment.is_gap) continue;
      if (auto added = add_segment(track, segment, segments.size() == 1); !added) return added;
    }
    return {};
  }

  void note_protection(const PlanTrack& track) {
    const bool is_open = !track.is_encrypted && track.protections.empty();
    plan_.needs_licence = plan_.needs_licence || !is_open || track.index.needs_drm_system;
    if (!track.protections.empty()) wish_for(track.kind, track.protections);
  }

  void wish_for(TrackKind kind, std::vector<ContentProtection> protections) {
    plan_.wishes.push_back({kind, std::move(protections), std::nullopt});
  }

  Result<void> add_segment(const PlanTrack& track, const Segment& segment, bool is_only) {
    if (segment.init && segment.init != init_) {
      init_ = segment.init;
      add_keys(track.kind, segment.init_keys, segment);
      PlannedResource init = locate(*segment.init);
      if (!init.is_size_exact) init.size = kUsualInitBytes;
      init.kind = ResourceKind::kInit;
      add(std::move(init), segment);
    }
    if (segment.keys != keys_) {
      keys_ = segment.keys;
      add_keys(track.kind, segment.keys, segment);
    }
    PlannedResource media = locate(segment.media);
    media.kind = media_kind(track.kind);
    const bool is_played = track.kind == TrackKind::kVideo || track.kind == TrackKind::kAudio;
    has_media_ = has_media_ || is_played || in_.tracks.size() == 1;
    if (!media.is_size_exact) media.size = estimate(track, segment);
    if (media.is_size_exact && media.size > kPartBytes) {
      for (PlannedResource& part : cut_file(media, media.size)) add(std::move(part), segment);
    } else {
      const bool is_long = segment.duration() > kLongSegment;
      const bool is_whole =
          is_only && is_played && is_long && !media.is_size_exact && !media.key.range;
      if (is_whole) whole_files_.emplace(track_, seq_);
      add(std::move(media), segment);
    }
    const PlanList& all = plan_.resources;
    if (all.size() <= kMaxPlanned && all.text_bytes() <= kMaxPlannedText) return {};
    return make_error(ErrorCode::kManifestLimit, "the title has too many segments to download");
  }

  void add_keys(TrackKind kind, const std::shared_ptr<const SegmentKeys>& keys,
                const Segment& segment) {
    if (!keys) return;
    const SegmentKey* key = identity_key(keys.get());
    if (key == nullptr) {
      plan_.needs_licence = true;
      wish_for(kind, protections_of(*keys));
    } else if (is_http(key->uri)) {
      PlannedResource planned = locate({key->uri, std::nullopt});
      planned.kind = ResourceKind::kKey;
      planned.size = kKeyBytes;
      add(std::move(planned), segment);
    }
  }

  void add(PlannedResource resource, const Segment& segment) {
    resource.track = track_;
    resource.seq = seq_++;
    resource.start = std::max(segment.start, MediaTime{});
    resource.end = segment.end;
    plan_.resources.add(resource);
  }

  [[nodiscard]] bool is_whole_file(const PlannedResource& resource) const {
    return whole_files_.count({resource.track, resource.seq}) > 0;
  }

  static int64_t estimate(const PlanTrack& track, const Segment& segment) {
    const Representation& r = track.representation;
    Bitrate rate = r.average_bandwidth.bps > 0 ? r.average_bandwidth : r.bandwidth;
    if (segment.bitrate.bps > 0) rate = segment.bitrate;
    const double bytes = static_cast<double>(rate.bps) / 8 * to_seconds(segment.duration());
    return static_cast<int64_t>(
        std::clamp(bytes, 0.0, static_cast<double>(limits::kSegmentBytes) * 64));
  }

  const PlanInputs& in_;
  MediaTime from_{0};
  MediaTime to_ = MediaTime::max();
  std::string track_;
  int64_t seq_ = 0;
  std::shared_ptr<const ResourceLocation> init_;
  std::shared_ptr<const SegmentKeys> keys_;
  bool has_media_ = false;
  std::set<std::pair<std::string, int64_t>> whole_files_;  // by track and seq
  TitlePlan plan_;
};

}  // namespace

Result<TitlePlan> plan_resources(const PlanInputs& in) { return Planner(in).run(); }

std::vector<PlannedResource> cut_file(const PlannedResource& file, int64_t size) {
  const int64_t first = file.key.range ? file.key.range->first : 0;
  std::vector<PlannedResource> parts;
  for (int64_t at = 0; at < size; at += kPartBytes) {
    PlannedResource part = file;
    part.size = std::min(kPartBytes, size - at);
    part.is_size_exact = true;
    part.key.range = ByteRange{first + at, first + at + part.size - 1};
    part.seq = file.seq + static_cast<int64_t>(parts.size());
    parts.push_back(std::move(part));
  }
  return parts;
}

PlannedResource plan_plain_file(const std::string& url) {
  PlannedResource file;
  file.key = {stable_key(url), std::nullopt};
  file.url = url;
  file.track = kPlainTrack;
  return file;
}

}  // namespace playhead::offline

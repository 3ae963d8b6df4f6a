// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/live.h"
#include "playhead/media.h"
#include "playhead/presentation.h"
#include "playhead/segment_index.h"
#include "playhead/time.h"

namespace playhead {

namespace hls {
struct MediaPlaylist;
}

// Media sequence numbers of HLS; `end` is after the last one.
struct MediaNumbers {
  uint64_t first = 0, end = 0;
};

// What a Representation's index source told once it was fetched and parsed.
struct LoadedIndex {
  std::shared_ptr<const SegmentIndex> segments;  // never null; size() 0: it has only begun
  Container container = Container::kUnknown;     // kUnknown: look at the bytes
  PresentationType type = PresentationType::kVod;
  std::optional<Duration> target_duration;  // HLS: longest segment, for refreshing
  std::optional<Duration> start_offset;     // EXT-X-START; negative counts from the end
  bool is_start_precise = false;
  // HLS, what the playlist says beside its segments. Events are its EXT-X-DATERANGEs.
  std::vector<TimedEvent> events;
  std::optional<LiveInfo> live;  // kLive and kEvent
  std::optional<ServerControl> server_control;
  std::optional<Duration> part_target;  // longest part; none: no parts
  // HLS: what the tags behind the last segment say of the one in progress, whose parts may be
  // listed or announced: EXT-X-MAP, EXT-X-KEY, EXT-X-DISCONTINUITY. Its times and media say
  // nothing.
  std::optional<Segment> in_progress;
  std::vector<RenditionReport> rendition_reports;
  std::optional<TileLayout> tiles;  // pictures: how they lie in each segment
  bool is_iframes_only = false;
  // HLS: some segment or init segment needs a key: Segment::keys.
  bool is_encrypted = false;
  // HLS: of the keys of some segment none is an identity key.
  bool needs_drm_system = false;
  std::shared_ptr<const hls::MediaPlaylist> playlist;  // null unless HLS
  std::string url;                                     // where it came from, after redirects
  MonotonicTime told;  // when the answer that says so began to come; 0: not known
  int warnings = 0;
};

// Of the keys in force at once the one the library can have without a DRM system: KEYFORMAT
// "identity" and a METHOD that is known. Null: there is none, or (null) nothing is encrypted.
[[nodiscard]] const SegmentKey* identity_key(const SegmentKeys* keys);

}  // namespace playhead

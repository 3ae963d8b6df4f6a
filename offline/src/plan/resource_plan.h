// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/loaded_index.h"
#include "plan/plan_list.h"
#include "playhead/drm/license_keeper.h"
#include "playhead/presentation.h"
#include "store/rows.h"

// Which bytes have to be fetched for the chosen tracks. Pure.
namespace playhead::offline {

// Larger: more is read again when a download goes on after a kill. Smaller: more requests.
inline constexpr int64_t kPartBytes = int64_t{8} << 20;
// More: rows and time for a title that nobody means. A title of ten hours in segments of 2 s with
// six tracks has 108,000.
inline constexpr std::size_t kMaxPlanned = 500'000;
// Of URLs whose folders and queries differ all the time; bytes. More: memory for a manifest that
// nobody means.
inline constexpr std::size_t kMaxPlannedText = std::size_t{256} << 20;

// PlannedResource::track of a plain media file.
inline constexpr std::string_view kPlainTrack = "file";

// A chosen Representation with its segments.
struct PlanTrack {
  TrackKind kind = TrackKind::kVideo;
  std::size_t period = 0;
  Representation representation;
  bool is_encrypted = false;                   // of its AdaptationSet
  std::vector<ContentProtection> protections;  // of AdaptationSet and Representation
  LoadedIndex index;
};

struct PlanInputs {
  std::vector<PlanTrack> tracks;
  std::optional<Duration> from, to;  // whole segments that lie in it in part
};

struct TitlePlan {
  PlanList resources;
  // Positions in `resources` of files of which neither range nor size is known and which may be
  // large: a whole title in one file. See cut_file().
  std::vector<std::size_t> whole_files;
  Duration duration{0};             // of the title
  bool needs_licence = false;       // some of it opens by a DRM system alone
  std::vector<LicenseWish> wishes;  // what the licences are for, by track
};

// Their keys are those of resources that no query has to tell apart: see ResourceNames. Errors:
// kManifestUnsupported (a live title), kManifestLimit, kManifestEmpty (nothing lies between from
// and to).
[[nodiscard]] Result<TitlePlan> plan_resources(const PlanInputs& in);

// The same bytes as parts of at most kPartBytes; `file` has a range with an end, or `size` is the
// size of all of it.
[[nodiscard]] std::vector<PlannedResource> cut_file(const PlannedResource& file, int64_t size);

// A plain media file, whole.
[[nodiscard]] PlannedResource plan_plain_file(const std::string& url);

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "manifest/diagnostic.h"
#include "manifest/loaded_index.h"
#include "playhead/bytes.h"
#include "playhead/presentation.h"
#include "playhead/result.h"

// Manifests from bytes to the common model. Pure; any thread.
namespace playhead {

// Parses a playlist or an MPD, whichever it is. `url` is absolute: where it came from, after
// redirects. The Presentation may keep `bytes`.
// kManifestNotRecognised (with a sentence when it is a web page), kManifestEmpty, kManifestSyntax,
// kManifestLimit, kInvalidUrl.
[[nodiscard]] Result<Presentation> parse_manifest(SharedBytes bytes, const std::string& url,
                                                  const ParseOptions& options = {});

// Parses what `source.location` answered. `final_url` is where it came from, after redirects.
// kManifest… as above; kContainerSyntax for a damaged segment index; kManifestUnsupported for a
// segment index that names others outside `bytes` (ManifestSource follows those); kInvalidArgument
// for kInline.
[[nodiscard]] Result<LoadedIndex> parse_index(const IndexSource& source,
                                              const Representation& representation,
                                              SharedBytes bytes, const std::string& final_url,
                                              const ParseOptions& options = {});

// `index`, an HLS playlist just parsed, on the timeline of `reference`, that of another
// Representation of the same live title: see hls/media_playlist_alignment.h. What is no HLS is
// answered as it is. `is_guess`: nothing says where it belongs. `next_run_at`: the encoder was started anew since `reference`; without dates
// what it makes now begins there.
struct AlignedIndex {
  LoadedIndex index;
  bool is_guess = false;
};
[[nodiscard]] Result<AlignedIndex> align_index(LoadedIndex index, const LoadedIndex& reference,
                                               const IndexSource& source,
                                               std::optional<MediaTime> next_run_at = {});

// The segments a Representation came with (Representation::segments is not null).
[[nodiscard]] LoadedIndex inline_index(const Representation& representation);

struct RefreshedIndex {
  LoadedIndex index;
  bool is_new = true;  // false: `index` is the one before; nothing changed, or a cache was behind
  bool has_started_over = false;  // other segments under old numbers: `index` is the one before
  MediaNumbers begun{};           // then: what the answer lists
  std::optional<WallTime> begun_until{};  // and until when that was made, where it says so
};

// A later answer from `source.location` of an HLS playlist, merged with what was known: segments
// keep their numbers, times and init segments; see hls/media_playlist_refresh.h for the rules.
// Errors as parse_index(); kManifestSyntax also when the playlist skips segments that are not known
// (then fetch it without _HLS_skip); kInvalidArgument when `previous` is not HLS.
[[nodiscard]] Result<RefreshedIndex> refresh_index(const LoadedIndex& previous,
                                                   const IndexSource& source, SharedBytes bytes,
                                                   const std::string& final_url,
                                                   const ParseOptions& options = {});

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "manifest/hls/playlist.h"
#include "manifest/loaded_index.h"
#include "playhead/presentation.h"
#include "playhead/result.h"

// The one place where HLS words become the common model's. Pure; any thread.
namespace playhead::hls {

// One Period. The video Variants are one AdaptationSet (kVideo, "video"); every Rendition with
// media of its own is one (id: type/group/name), and Variants without video are one ("audio"): the
// main one when there is no other kind, an extra one beside video. Variants with the same URI
// become one Representation, which names every audio group (audio_group, alternate_audio_groups).
// Segments come later, through kHlsMediaPlaylist index sources.
// kManifestEmpty when no URI can be resolved.
[[nodiscard]] Result<Presentation> make_presentation(const MultivariantPlaylist& playlist);

// A media playlist alone: one Period, one AdaptationSet, one Representation with its segments.
[[nodiscard]] Presentation make_presentation(std::shared_ptr<const MediaPlaylist> playlist);

// What the model's users need to know of a media playlist.
[[nodiscard]] LoadedIndex make_loaded_index(std::shared_ptr<const MediaPlaylist> playlist);

}  // namespace playhead::hls

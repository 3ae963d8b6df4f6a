// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "manifest/hls/playlist.h"
#include "manifest/loaded_index.h"

// Our model in the vocabulary of the corpus. `counts_absolute`: `timeline` includes
// EXT-X-DISCONTINUITY-SEQUENCE, as some upstream projects have it.
namespace playhead::corpus {

nlohmann::json translate(const LoadedIndex& index, bool counts_absolute);
nlohmann::json translate(const hls::MultivariantPlaylist& playlist);

}  // namespace playhead::corpus

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "manifest/hls/playlist.h"
#include "manifest/loaded_index.h"

// Our model in the vocabulary of the corpus, with the habits of the project `source` where they
// differ.
namespace playhead::corpus {

nlohmann::json translate(const LoadedIndex& index, const std::string& source);
nlohmann::json translate(const hls::MultivariantPlaylist& playlist, const std::string& source);

}  // namespace playhead::corpus

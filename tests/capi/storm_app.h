// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "playhead/playhead.h"
#include "support/loopback_server.h"

// What an app brings along in call_storm and its lives: it keeps nothing, and its sound plays as fast as the clock goes.
namespace playhead::test {

// Titles out of a folder; nothing where there is none.
void serve(LoopbackServer& server, const std::filesystem::path& media);

// All of them end the program when they cannot be made.
[[nodiscard]] playhead_client* make_client(const std::string& storage);
// `frames` counts the pictures, and lives longer.
[[nodiscard]] playhead_player* make_player(playhead_client* client, std::atomic<int64_t>* frames);
[[nodiscard]] playhead_downloads* open_downloads(playhead_client* client, const std::string& path);

}  // namespace playhead::test

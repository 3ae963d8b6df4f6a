// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

namespace playhead::test {

// So many lives of a client and a player, one after the other, each with a play of the title in `media` that half of them
// end before anything can have come. Prints what the process holds; false: it is more than before.
[[nodiscard]] bool run_lives(int64_t count, const std::filesystem::path& media);

}  // namespace playhead::test

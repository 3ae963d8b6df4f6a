// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace playhead::e2e {

// Titles of 8 s, 24 pictures a second, as the server's scripts make them: "tiny" in the clear, and
// "tiny-aes" (MPEG-TS: another key each segment), "tiny-cenc", "tiny-cbcs", "tiny-turns" (cenc,
// another key each segment), "tiny-identity" (cbcs, keys in files). Made once per build tree; tests
// that run side by side share them and change nothing. Needs ffmpeg.
[[nodiscard]] const std::filesystem::path& protected_titles();
// The same folder with "uhd-cenc" in it: 4 s to 3840x2160, a key each to 720p, 1080p and above.
[[nodiscard]] const std::filesystem::path& uhd_titles();

}  // namespace playhead::e2e

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// What RFC 6381 codecs strings say about the kind of a track. Unknown codecs are neither.
namespace playhead {

[[nodiscard]] bool has_video_codec(std::string_view codecs);
[[nodiscard]] bool has_audio_codec(std::string_view codecs);
[[nodiscard]] bool has_text_codec(std::string_view codecs);
// At least one codec, and all of them are sound.
[[nodiscard]] bool has_only_audio_codecs(std::string_view codecs);

}  // namespace playhead

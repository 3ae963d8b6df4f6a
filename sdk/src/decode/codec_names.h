// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace playhead {

// FFmpeg's short name for an RFC 6381 codec string ("avc1.64001f" → "h264", "mp4a.40.2" → "aac");
// empty when the string is not in the table. Upper and lower case of the fourcc are told apart.
[[nodiscard]] std::string_view codec_name_of(std::string_view rfc6381_codec);

}  // namespace playhead

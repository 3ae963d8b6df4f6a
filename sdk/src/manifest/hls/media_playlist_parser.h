// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "manifest/hls/playlist.h"
#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead::hls {

// Parses a media playlist (RFC 8216 §4.3.2, §4.3.3). Pure; any thread. `url` is where it came from,
// absolute; `imports` (may be null) are the multivariant playlist's variables.
// Unknown tags, repeated or misplaced ones and bad optional values are passed over and counted in
// `warnings`. Errors, with the line: kManifestSyntax, kManifestLimit; kManifestEmpty without any
// segment.
[[nodiscard]] Result<MediaPlaylist> parse_media_playlist(SharedBytes text, const std::string& url,
                                                         const VariableMap* imports);

}  // namespace playhead::hls

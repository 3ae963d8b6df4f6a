// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "manifest/diagnostic.h"
#include "manifest/hls/playlist.h"
#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead::hls {

// Parses a multivariant playlist (RFC 8216bis §4.4.6). Pure; any thread. `url` is where it came
// from. Unknown tags and bad optional values are passed over and counted in `warnings`; in strict
// mode what breaks a MUST is an error.
// Errors, with the line: kManifestSyntax, kManifestLimit; kManifestEmpty without any Variant and
// without any Rendition that has media.
[[nodiscard]] Result<MultivariantPlaylist> parse_multivariant_playlist(
    SharedBytes text, const std::string& url, const ParseOptions& options = {});

// True when the text has a tag that only multivariant playlists have before one that only media
// playlists have.
[[nodiscard]] bool is_multivariant_playlist(std::string_view text);

}  // namespace playhead::hls

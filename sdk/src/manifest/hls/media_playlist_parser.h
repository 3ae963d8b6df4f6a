// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "manifest/diagnostic.h"
#include "manifest/hls/playlist.h"
#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead::hls {

// What a media playlist is read with.
struct MediaPlaylistInput {
  SharedBytes text;
  std::string url;                       // where it came from, absolute
  const VariableMap* imports = nullptr;  // the multivariant playlist's variables; may be null
  ParseOptions options;
  // The playlist that this one is a later state of; may be null. See media_playlist_refresh.h.
  const MediaPlaylist* previous = nullptr;
  // Start of the first segment listed, in ticks, when `previous` does not tell it.
  int64_t start_ticks = 0;
};

// Parses a media playlist (RFC 8216bis §4.4.3 to §4.4.5). Pure; any thread.
// Unknown tags, repeated or misplaced ones and bad optional values are passed over and counted in
// `warnings`; in strict mode those that break a MUST are errors. Errors, with the line:
// kManifestSyntax, kManifestLimit; kManifestEmpty without any segment,
// unless more will come: without EXT-X-ENDLIST and EXT-X-PLAYLIST-TYPE:VOD, a target duration or a
// part is enough, and size() is 0.
[[nodiscard]] Result<MediaPlaylist> parse_media_playlist(MediaPlaylistInput input);
[[nodiscard]] inline Result<MediaPlaylist> parse_media_playlist(SharedBytes text,
                                                                const std::string& url,
                                                                const VariableMap* imports) {
  return parse_media_playlist({std::move(text), url, imports, {}, nullptr, 0});
}

}  // namespace playhead::hls

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace playhead::server {

inline constexpr std::string_view kMediaPrefix = "/media/";

inline constexpr std::string_view kKeyType = "application/octet-stream";

// Title ids: 1 to 64 of A-Z a-z 0-9 '_' '-'. So an id is also a safe folder name.
[[nodiscard]] bool is_title_id(std::string_view text);

// A file of a title, as a request names it.
struct MediaPath {
  std::string title;
  std::string relative;   // below the title's folder, e.g. "cmaf/seg-0-00001.m4s"
  std::string_view mime;  // from the file's extension
};

// A playlist or an MPD.
[[nodiscard]] bool is_manifest(const MediaPath& path);

// The one way to write it as a request's path: what parse_media_path() understood, encoded no more
// than needed.
[[nodiscard]] std::string path_text(const MediaPath& path);

// `path` is a percent-encoded request path. Empty when it names nothing we would ever serve:
// outside /media/, no valid title, an unknown file type, or any segment that is empty, begins with
// a dot (so neither "..", nor our own hidden files) or holds a backslash or control character.
[[nodiscard]] std::optional<MediaPath> parse_media_path(std::string_view path);

}  // namespace playhead::server

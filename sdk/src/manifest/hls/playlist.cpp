// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/playlist.h"

#include <algorithm>

namespace playhead::hls {

std::string_view MediaPlaylist::uri(std::size_t position) const {
  const TextSpan span = uris[position];
  if (span.offset >= text.size()) {
    return std::string_view(substituted).substr(span.offset - text.size(), span.length);
  }
  return as_text(text.view()).substr(span.offset, span.length);
}

std::size_t MediaPlaylist::memory_bytes() const {
  return sizeof(*this) + text.size() + substituted.capacity() + timeline.memory_bytes() +
         uris.capacity() * sizeof(TextSpan) + byte_ranges.capacity() * sizeof(ByteSpan) +
         runs.capacity() * sizeof(SegmentRun) + dates.capacity() * sizeof(DateAnchor);
}

const SegmentRun& MediaPlaylist::run(std::size_t position) const {
  const auto after =
      std::upper_bound(runs.begin(), runs.end(), position,
                       [](std::size_t p, const SegmentRun& run) { return p < run.first_position; });
  return *(after - 1);
}

std::optional<WallTime> MediaPlaylist::date(std::size_t position) const {
  if (dates.empty()) return std::nullopt;
  const auto after =
      std::upper_bound(dates.begin(), dates.end(), position,
                       [](std::size_t p, const DateAnchor& anchor) { return p < anchor.position; });
  const DateAnchor& anchor = after == dates.begin() ? *after : *(after - 1);
  return anchor.date + (timeline.start(position) - timeline.start(anchor.position));
}

}  // namespace playhead::hls

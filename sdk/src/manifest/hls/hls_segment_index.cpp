// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/hls_segment_index.h"

#include "base/url.h"

namespace playhead::hls {

Segment HlsSegmentIndex::at(std::size_t index) const {
  const SegmentRun& run = playlist_->run(index);
  Segment segment;
  segment.number = playlist_->timeline.number(index);
  segment.start = playlist_->timeline.start(index);
  segment.end = playlist_->timeline.end(index);
  const std::string_view uri = playlist_->uri(index);
  Result<std::string> url = resolve_url(playlist_->url, uri);
  segment.media.url = url ? *std::move(url) : std::string(uri);
  if (index < playlist_->byte_ranges.size()) {
    const ByteSpan span = playlist_->byte_ranges[index];
    if (span.length > 0) segment.media.range = ByteRange{span.first, span.first + span.length - 1};
  }
  if (run.init != nullptr) {
    segment.init = std::shared_ptr<const ResourceLocation>(run.init, &run.init->location);
  }
  segment.discontinuity_sequence = run.discontinuity_sequence;
  segment.is_gap = run.is_gap;
  return segment;
}

}  // namespace playhead::hls

// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/hls_segment_index.h"

#include "base/decimal.h"

namespace playhead::hls {

namespace {

void apply(const SegmentRun& run, Segment& segment) {
  if (run.init != nullptr) {
    segment.init = std::shared_ptr<const ResourceLocation>(run.init, &run.init->location);
    segment.init_keys = run.init->keys;
  }
  segment.discontinuity_sequence = run.discontinuity_sequence;
  segment.is_gap = run.is_gap;
  segment.keys = run.keys;
}

}  // namespace

Segment HlsSegmentIndex::in_progress() const {
  Segment segment;
  segment.number = playlist_->end_number();
  apply(playlist_->in_progress, segment);
  return segment;
}

Segment HlsSegmentIndex::at(std::size_t index) const {
  Segment segment;
  segment.number = playlist_->timeline.number(index);
  segment.start = playlist_->timeline.start(index);
  segment.end = playlist_->timeline.end(index);
  segment.media.url = playlist_->resolved(playlist_->uris[index]);
  if (index < playlist_->byte_ranges.size()) {
    segment.media.range = to_byte_range(playlist_->byte_ranges[index]);
  }
  apply(playlist_->run(index), segment);
  segment.date = playlist_->date(index);
  segment.bitrate = Bitrate{playlist_->bitrate(index)};
  return segment;
}

std::vector<PartialSegment> HlsSegmentIndex::parts(std::size_t index) const {
  const int64_t start = playlist_->ticks_at(index);
  const auto time_at = [&](int64_t ns) {
    return MediaTime{
        ticks_to_us(checked_add(start, ns).value_or(start), MediaPlaylist::kTicksPerSecond)};
  };
  std::vector<PartialSegment> parts;
  for (const Part& written : playlist_->parts_of(index)) {
    PartialSegment part;
    part.start = time_at(written.start_ns);
    part.end = time_at(written.start_ns + written.duration_ns);
    part.media.url = playlist_->resolved(written.uri);
    part.media.range = to_byte_range(written.range);
    part.is_independent = written.is_independent;
    part.is_gap = written.is_gap;
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace playhead::hls

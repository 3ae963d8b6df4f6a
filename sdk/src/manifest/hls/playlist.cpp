// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/playlist.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/url.h"

namespace playhead::hls {
namespace {

// The last of `changes` (ascending by position) at or before `position`; the end when there is
// none.
template <typename Change>
auto last_at(const std::vector<Change>& changes, std::size_t position) {
  const auto after =
      std::upper_bound(changes.begin(), changes.end(), position,
                       [](std::size_t p, const Change& change) { return p < change.position; });
  return after == changes.begin() ? changes.end() : after - 1;
}

}  // namespace

bool operator==(const InitSegment& a, const InitSegment& b) {
  if (!(a.location == b.location)) return false;
  if (a.keys == b.keys) return true;
  return a.keys != nullptr && b.keys != nullptr && *a.keys == *b.keys;
}

std::string_view MediaPlaylist::view(TextSpan span) const {
  if (span.offset >= text.size()) {
    return std::string_view(substituted).substr(span.offset - text.size(), span.length);
  }
  return as_text(text.view()).substr(span.offset, span.length);
}

std::string MediaPlaylist::resolved(TextSpan span) const {
  const std::string_view written = view(span);
  Result<std::string> absolute = resolve_url(url, written);
  return absolute ? *std::move(absolute) : std::string(written);
}

std::size_t MediaPlaylist::memory_bytes() const {
  std::size_t bytes =
      sizeof(*this) + text.size() + substituted.capacity() + timeline.memory_bytes() +
      uris.capacity() * sizeof(TextSpan) + byte_ranges.capacity() * sizeof(ByteSpan) +
      runs.capacity() * sizeof(SegmentRun) + dates.capacity() * sizeof(DateAnchor) +
      bitrates.capacity() * sizeof(BitrateChange) + parts.capacity() * sizeof(Part) +
      part_groups.capacity() * sizeof(PartGroup) + date_ranges.capacity() * sizeof(DateRange) +
      date_range_lines.capacity() * sizeof(uint32_t);
  // Runs share what they point to with their neighbours.
  const SegmentRun* before = nullptr;
  for (const SegmentRun& run : runs) {
    if (run.init != nullptr && (before == nullptr || run.init != before->init)) {
      bytes += sizeof(InitSegment) + run.init->location.url.capacity();
    }
    if (run.keys != nullptr && (before == nullptr || run.keys != before->keys)) {
      for (const SegmentKey& key : *run.keys) bytes += sizeof(key) + key.uri.capacity();
    }
    before = &run;
  }
  for (const DateRange& range : date_ranges) {
    bytes += range.event.message.size() + range.event.id.capacity();
    for (const auto& [name, value] : range.event.attributes) {
      bytes += 64 + name.capacity() + value.capacity();
    }
  }
  return bytes;
}

const SegmentRun& MediaPlaylist::run(std::size_t position) const {
  const auto after =
      std::upper_bound(runs.begin(), runs.end(), position,
                       [](std::size_t p, const SegmentRun& run) { return p < run.first_position; });
  return *(after - 1);
}

MediaTime MediaPlaylist::time_at(std::size_t position) const {
  return MediaTime{ticks_to_us(ticks_at(position), kTicksPerSecond)};
}

std::optional<WallTime> MediaPlaylist::date(std::size_t position) const {
  if (dates.empty()) return std::nullopt;
  const auto found = last_at(dates, position);
  const DateAnchor& anchor = found == dates.end() ? dates.front() : *found;
  return anchor.date + (time_at(position) - time_at(anchor.position));
}

std::optional<MediaTime> MediaPlaylist::time_of(WallTime date) const {
  if (dates.empty()) return std::nullopt;
  // The last anchor at or before the date. Dates ascend but for clocks that were set back; there
  // one of the two readings is as good as the other.
  std::size_t low = 0;
  std::size_t high = dates.size() - 1;
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    if (dates[middle].date <= date) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return time_at(dates[low].position) + (date - dates[low].date);
}

int64_t MediaPlaylist::bitrate_in_force(std::size_t position) const {
  const auto found = last_at(bitrates, position);
  return found == bitrates.end() ? 0 : found->bps;
}

int64_t MediaPlaylist::bitrate(std::size_t position) const {
  // §4.4.4.8: it says nothing of segments that are byte ranges.
  const bool is_range = position < byte_ranges.size() && byte_ranges[position].length > 0;
  return is_range ? 0 : bitrate_in_force(position);
}

std::span<const Part> MediaPlaylist::parts_of(std::size_t position) const {
  const auto found = last_at(part_groups, position);
  if (found == part_groups.end() || found->position != position) return {};
  const std::size_t end = found + 1 == part_groups.end() ? parts.size() : (found + 1)->first;
  return std::span(parts).subspan(found->first, end - found->first);
}

}  // namespace playhead::hls

// SPDX-License-Identifier: Apache-2.0
#include "streaming/next_segment.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace playhead {

namespace {

// A segment of which less than that is still to come has been fetched: Representations' boundaries
// differ by rounding.
constexpr Duration kRounding = 100ms;
// The same of parts, which are shorter.
constexpr Duration kPartRounding = 20ms;
// Who begins at the live edge may be ahead of what is listed by as much. Chosen: above a part.
constexpr Duration kEdgeRounding = 2s;

// The part to fetch at `cursor`; null when none fits.
const PartialSegment* part_at(const std::vector<PartialSegment>& parts, MediaTime cursor,
                              MediaBefore before) {
  const PartialSegment* found = nullptr;
  const bool reaches_on = !parts.empty() && parts.back().end - kPartRounding > cursor;
  // What is there already is not fetched again before there is more.
  if (before == MediaBefore::kOther && !reaches_on) return nullptr;
  // Of a playlist that was read long ago: nothing that is wanted follows what it lists.
  const bool is_old = parts.empty() || cursor - parts.back().end > kEdgeRounding;
  if (before == MediaBefore::kNothing && is_old) return nullptr;
  for (const PartialSegment& part : parts) {
    const bool has_begun = part.start - kPartRounding <= cursor;
    if (before == MediaBefore::kSame) {
      if (part.end - kPartRounding > cursor) return has_begun ? &part : found;
    } else if (part.is_independent && (!found || has_begun)) {
      found = &part;
    }
  }
  return found;
}

Segment segment_of(const PartialSegment& part, Segment whole) {
  whole.start = part.start;
  whole.end = part.end;
  whole.media = part.media;
  whole.is_gap = whole.is_gap || part.is_gap;
  return whole;
}

// The segment in progress, of which only parts are listed.
Segment begun_segment(const SegmentIndex& index, const std::optional<Segment>& in_progress) {
  Segment segment = index.at(index.size() - 1);
  const uint64_t number = segment.number + 1;
  if (in_progress) segment = *in_progress;
  segment.number = number;
  segment.is_gap = false;
  return segment;
}

bool is_near(MediaTime a, MediaTime b) { return std::max(a - b, b - a) <= kPartRounding; }

MediaTime end_of_parts(const SegmentIndex& index) {
  const auto parts = index.parts(index.size());
  return parts.empty() ? index.end() : std::max(index.end(), parts.back().end);
}

template <typename T>
bool have_same_value(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a == b || (a && b && *a == *b);
}

// Decoded and placed alike.
bool is_same_media(const Segment& a, const Segment& b) {
  return a.media == b.media && a.discontinuity_sequence == b.discontinuity_sequence &&
         have_same_value(a.init, b.init) && have_same_value(a.keys, b.keys);
}

// The listed part that begins there.
std::optional<NextMedia> listed_part(const SegmentIndex& index, MediaTime start,
                                     const std::optional<Segment>& in_progress) {
  constexpr std::size_t kMostBack = 3;  // parts of older segments are not listed any more
  const std::size_t oldest = index.size() - std::min(index.size(), kMostBack);
  for (std::size_t i = index.size() + 1; i-- > oldest;) {
    for (const PartialSegment& part : index.parts(i)) {
      if (!is_near(part.start, start)) continue;
      Segment whole = i < index.size() ? index.at(i) : begun_segment(index, in_progress);
      return NextMedia{segment_of(part, std::move(whole)), true};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> next_segment(const SegmentIndex& index, MediaTime cursor, bool goes_on) {
  const auto found = index.find(cursor);
  if (!found || !goes_on) return found;
  const Segment segment = index.at(*found);
  if (segment.end - cursor >= std::min(kRounding, segment.duration() / 2)) return found;
  if (*found + 1 < index.size()) return *found + 1;
  return std::nullopt;
}

std::optional<NextMedia> next_media(const SegmentIndex& index, MediaTime cursor, MediaBefore before,
                                    bool takes_parts, const std::optional<Segment>& in_progress) {
  const auto next = next_segment(index, cursor, before != MediaBefore::kNothing);
  if (next) {
    Segment segment = index.at(*next);
    // From its beginning all of it comes with one request.
    const bool is_split = cursor > segment.start + kPartRounding && before != MediaBefore::kOther;
    if (takes_parts && is_split) {
      const auto parts = index.parts(*next);
      if (const PartialSegment* part = part_at(parts, cursor, before)) {
        return NextMedia{segment_of(*part, std::move(segment)), true};
      }
    }
    return NextMedia{std::move(segment), false};
  }
  if (!takes_parts || index.size() == 0) return std::nullopt;
  const auto parts = index.parts(index.size());
  const PartialSegment* part = part_at(parts, cursor, before);
  if (!part) return std::nullopt;
  return NextMedia{segment_of(*part, begun_segment(index, in_progress)), true};
}

std::optional<NextMedia> hinted_media(const SegmentIndex& index, MediaTime cursor,
                                      Duration part_target,
                                      const std::optional<Segment>& in_progress) {
  if (index.size() == 0) return std::nullopt;
  const MediaTime start = end_of_parts(index);
  if (!is_near(start, cursor)) return std::nullopt;
  for (const PreloadHint& hint : index.preload_hints()) {
    const bool has_end = !hint.location.range || hint.location.range->last;
    if (hint.is_map || !has_end) continue;
    NextMedia next{begun_segment(index, in_progress), true, true};
    next.segment.start = start;
    next.segment.end = start + part_target;
    next.segment.media = hint.location;
    return next;
  }
  return std::nullopt;
}

HintFate fate_of_hint(const SegmentIndex& index, const Segment& hinted,
                      const std::optional<Segment>& in_progress) {
  if (index.size() == 0) return {HintFate::Kind::kWrong, {}};
  if (auto listed = listed_part(index, hinted.start, in_progress)) {
    if (!is_same_media(listed->segment, hinted)) return {HintFate::Kind::kWrong, {}};
    return {HintFate::Kind::kListed, std::move(listed)};
  }
  const auto hints = index.preload_hints();
  const bool is_announced = std::any_of(hints.begin(), hints.end(), [&](const PreloadHint& hint) {
    return !hint.is_map && hint.location == hinted.media;
  });
  return {is_announced ? HintFate::Kind::kAnnounced : HintFate::Kind::kWrong, {}};
}

}  // namespace playhead

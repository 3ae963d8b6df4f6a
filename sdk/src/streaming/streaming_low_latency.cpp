// SPDX-License-Identifier: Apache-2.0
// What StreamingEngine does with parts of segments: announced, listed and failing ones.
#include <algorithm>
#include <utility>

#include "streaming/media_bytes.h"
#include "streaming/next_segment.h"
#include "streaming/streaming_engine.h"

namespace playhead {

namespace {

// Parts, or announcements of them, that go wrong in a row before they are left alone, and for how
// long (chosen). More: a longer stall when the host has none; longer: farther from the edge for
// longer than the host is in trouble.
constexpr int kMostFailures = 2;
constexpr Duration kRest = 60s;

// The first byte of a live segment is waited for twice as long as the segment lasts (N08), but not
// shorter than that (chosen: a slow host is no dead one), nor longer than of other titles.
constexpr Duration kLeastPatience = 2s;
// A host may hold the answer to an announced part back until there is one (RFC 8216bis §6.2.6).
constexpr int kHintPatience = 3;

}  // namespace

bool StreamingEngine::takes_parts(const Track& track, const LoadedIndex& index) const {
  return config_.live.low_latency && is_open(index) && last_turn_ >= track.parts.no_parts_before;
}

bool StreamingEngine::leaves_parts(MonotonicTime now) const {
  return std::any_of(tracks_.begin(), tracks_.end(),
                     [&](const Track& track) { return now < track.parts.no_parts_before; });
}

RequestTimeouts StreamingEngine::timeouts_for(const LoadedIndex& index, const Segment& segment,
                                              bool is_hint) const {
  RequestTimeouts timeouts;
  if (!is_open(index)) return timeouts;
  const Duration length = index.target_duration.value_or(segment.duration());
  if (is_hint) {
    timeouts.first_byte = std::max(timeouts.first_byte, kHintPatience * length);
  } else {
    timeouts.first_byte = std::min(timeouts.first_byte, std::max(2 * length, kLeastPatience));
  }
  return timeouts;
}

std::optional<NextMedia> StreamingEngine::announced(const Track& track,
                                                    const LoadedIndex& index) const {
  const bool can_be = index.part_target && track.last_number && !track.hinted &&
                      last_turn_ >= track.parts.no_hints_before;
  if (!can_be) return std::nullopt;
  for (const PreloadHint& hint : index.segments->preload_hints()) {
    const bool has_end = !hint.location.range || hint.location.range->last;
    // With what key it would be encrypted is not known yet.
    if (hint.is_map && has_end && !index.is_encrypted) track.stream->preload_init(hint.location);
  }
  return hinted_media(*index.segments, track.stream->cursor(), *index.part_target,
                      index.in_progress);
}

void StreamingEngine::settle_hint(Track& track) {
  if (!track.hinted) return;
  const PlannedSegment& hinted = *track.hinted;
  // It was given up for other reasons: a seek, another Representation, a failure.
  if (track.stream->cursor() != hinted.segment.end) return track.hinted.reset();
  const Representation* representation = representation_of(track, hinted.representation.id);
  const LoadedIndex* index = representation ? indexes_.find(*representation) : nullptr;
  if (!index) return on_wrong_hint(track);
  const HintFate fate = fate_of_hint(*index->segments, hinted.segment, index->in_progress);
  if (fate.kind == HintFate::Kind::kAnnounced) return;
  if (fate.kind == HintFate::Kind::kWrong) return on_wrong_hint(track);
  track.stream->set_cursor(fate.listed->segment.end);
  watch_.note_listed(track.stream->kind(),
                     bytes_of(representation->bandwidth, fate.listed->segment.duration()));
  track.last_number = fate.listed->segment.number;
  track.parts.wrong_hints = 0;
  track.hinted.reset();
}

void StreamingEngine::on_wrong_hint(Track& track) {
  const bool was_coming = track.stream->withdraw(*track.hinted);
  if (was_coming) watch_.abandon(track.stream->kind(), last_turn_);
  track.hinted.reset();
  if (++track.parts.wrong_hints < kMostFailures) return;
  track.parts.wrong_hints = 0;
  track.parts.no_hints_before = last_turn_ + kRest;
}

bool StreamingEngine::handle_part_failure(Track& track, const SegmentFailure& failure,
                                          MonotonicTime now) {
  if (failure.planned.is_hint) {
    // It may be there when it is listed.
    track.hinted.reset();
    listener_.on_streaming_warning(failure.error);
    track.parts.no_hints_before = now + kRest;
    return true;
  }
  track.parts.failed_at = failure.planned.segment.start;
  if (++track.parts.failures < kMostFailures) return false;
  track.parts.failures = 0;
  track.parts.no_parts_before = now + kRest;
  track.attempts = 0;
  track.forgive(now);
  listener_.on_streaming_warning(failure.error);
  return true;
}

}  // namespace playhead

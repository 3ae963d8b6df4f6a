// SPDX-License-Identifier: Apache-2.0
// StreamingEngine's second thoughts: transfers given up for lower Representations, buffered
// segments fetched again from higher ones.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "streaming/streaming_engine.h"

namespace playhead {

namespace {

// Representations whose boundaries differ by less are cut alike: rounding.
constexpr Duration kRounding = 100ms;

// After a replacement that came to nothing (chosen). Less: bytes wasted again and again; more: low
// pictures a little longer.
constexpr Duration kReplacementPause = 10s;

// A replacement that has not come so long before its pictures are due comes too late: they are
// being decoded.
constexpr Duration kDecodeAhead = 1s;

// Representations that failed, and were tried again because what is left comes too slowly, are not
// for that time, then twice as long and so on (chosen). Less: what is left is begun anew too often
// to come at all; more: a longer wait after what hit them has passed.
constexpr Duration kForgivingPause = 8s;

bool is_near(MediaTime a, MediaTime b) { return std::max(a - b, b - a) < kRounding; }

}  // namespace

RepresentationSelector::Place StreamingEngine::place_of(const Track& track,
                                                        const AdaptationSet& set,
                                                        MediaTime position) const {
  const MediaTime cursor = track.stream->cursor();
  const bool has_end = !is_live() && track.period == played_.last();
  const bool is_sound = track.stream->kind() == TrackKind::kAudio;
  return {set,
          track.stream->kind(),
          track.failed_ids,
          track.last_id,
          cursor,
          track.last_number.has_value(),
          std::max(cursor - position, Duration{0}),
          buffering().target,
          speed_,
          has_end,
          last_turn_,
          is_sound ? played_.set(TrackKind::kVideo, track.period) : nullptr};
}

bool StreamingEngine::drop_transfer(Track& track, MonotonicTime now, MediaTime position) {
  if (track.stream->kind() != TrackKind::kVideo) return false;
  std::optional<TransferWatch::Receiving> receiving = watch_.receiving();
  const AdaptationSet* set = set_of(track);
  if (!receiving || !receiving->first_byte || !set) return false;
  // A picture that stands still runs out of nothing, unless it stands because too little is there;
  // what is on screen already and moves is played to its end.
  const Duration needed = std::max(config_.buffering.start, config_.buffering.after_rebuffer);
  const bool is_slow = now - *receiving->first_byte > TransferWatch::kWaitPatience;
  const bool is_waited_for =
      stands_still_ && level(TrackKind::kVideo, position) < needed && is_slow;
  // Nor of what was prepared anything is on screen yet, and it begins with what comes now.
  const bool is_first = stands_still_ && is_slow && receiving->previous_id.empty();
  const bool is_shown = stands_still_ || receiving->from <= position;
  if (is_shown && !is_waited_for && !is_first) return false;
  // Representations that failed for this segment may have been hit by something that has passed,
  // like a portal's page.
  const std::set<std::string> failed_ids = track.failed_ids;
  const bool may_forgive =
      is_slow && (track.forgiving_pause == Duration{0} || now >= track.no_forgiving_before);
  if (may_forgive) track.forgive(now);
  const bool is_other = track.failed_ids != failed_ids;
  auto place = place_of(track, *set, position);
  place.cursor = receiving->from;
  place.level = std::max(receiving->from - position, Duration{0});
  if (is_first) place.level = level(TrackKind::kVideo, position);
  if (is_waited_for) place.level = Duration{0};  // before it there may be a hole
  place.last_id = receiving->previous_id;
  // Of a part that is half there the rest comes sooner than the segment from its start.
  const bool is_part = is_waited_for && receiving->part_bytes &&
                       receiving->bytes < *receiving->part_bytes / 2;
  if (is_part) receiving->made_within.reset();
  const auto advice = selector_.judge(place, *receiving);
  if (advice.unknown) indexes_.request(*advice.unknown);
  if (!advice.drops) {
    track.failed_ids = failed_ids;
    return false;
  }
  if (is_other) {
    track.forgiving_pause = std::max<Duration>(2 * track.forgiving_pause, kForgivingPause);
    track.no_forgiving_before = now + track.forgiving_pause;
  }
  watch_.abandon(TrackKind::kVideo, now);
  const std::optional<PlannedSegment> dropped = track.stream->give_up();
  track.last_id = receiving->previous_id;
  track.leaves_segment = is_part;
  // Parts go on from those before them: a decoder may have pictures of the other one by now.
  const bool was_within = dropped && dropped->segment.start + kRounding < dropped->from;
  track.begins = track.begins || (was_within && dropped->begins);
  return true;
}

bool StreamingEngine::replace_buffered(Track& track, const LoadedIndex& index,
                                       const Representation& chosen, MediaTime position) {
  // Not while the next segment is in trouble: what is chosen then is the way out of it.
  const bool can_be = track.stream->kind() == TrackKind::kVideo && track.stream->is_idle() &&
                      track.attempts == 0 && !stands_still_ &&
                      last_turn_ >= track.no_replacement_before &&
                      !track.stream->found_audio(track.period);
  if (!can_be) return false;
  struct Candidate {
    Segment segment;
    uint64_t transfer = 0;
  };
  std::vector<Candidate> candidates;
  std::vector<VideoChooser::Buffered> segments;
  const auto unread = video_.unread_segments();
  for (std::size_t i = 0; i < unread.size(); ++i) {
    const SampleOrigin& origin = *unread[i];
    if (origin.segment_start < played_.period(track.period).start) continue;
    const auto found = index.segments->find(origin.segment_start + kRounding);
    if (!found || origin.representation.id == chosen.id) continue;
    Segment segment = index.segments->at(*found);
    const MediaTime end =
        i + 1 < unread.size() ? unread[i + 1]->segment_start : track.stream->cursor();
    const bool is_cut_alike =
        is_near(segment.start, origin.segment_start) && is_near(segment.end, end);
    if (!is_cut_alike || segment.is_gap) continue;
    segments.push_back({segment.start, segment.end, origin.representation.bitrate});
    candidates.push_back({std::move(segment), origin.transfer});
  }
  const AdaptationSet& set = *set_of(track);
  const auto worth =
      selector_.worth_replacing(place_of(track, set, position), position, chosen, segments);
  if (!worth) return false;
  start_fetch(track, index, {std::move(candidates[*worth].segment), false}, chosen,
              SwitchReason::kThroughput, candidates[*worth].transfer);
  return true;
}

bool StreamingEngine::go_on_replacing(Track& track, MonotonicTime now, MediaTime position) {
  // Nothing is added at the end meanwhile: not below half of what the margin is paid from.
  const Duration least = from_seconds(selector_.chooser().settings().guard_s / 2);
  const bool is_in_time = track.stream->replacing()->from - position > kDecodeAhead;
  if (is_in_time && track.stream->cursor() - position > least) return true;
  watch_.abandon(TrackKind::kVideo, now);
  track.stream->stop_replacing();
  track.no_replacement_before = now + kReplacementPause;
  return false;
}

}  // namespace playhead

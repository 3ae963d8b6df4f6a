// SPDX-License-Identifier: Apache-2.0
#include "streaming/buffering_policy.h"

#include <algorithm>

namespace playhead {

namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

// How far one track may run ahead of another (chosen: two usual segments). Less: a track waits for
// the other's slow segment; more: sound takes the link from pictures when it is scarce.
constexpr Duration kMaxLead = 12s;
// The same while the other one has less than kScarce: what playback waits for comes first.
constexpr Duration kMaxLeadWhenScarce = 4s;
constexpr Duration kScarce = 6s;

// With so many bytes held, and this part of those that are allowed, the last third of the target is
// left out, and what is fetched does not reach beyond that, unless less than half of the target is
// there: the rest is had where it costs little. kVod, 720p at 5 Mbit/s: 15 to 20 s ahead, 19 MB,
// instead of 30 to 34 s and 27 MB. Fewer bytes, or less ahead: memory is spared, and an outage that
// a buffer with less in it does not outlast is a stall.
constexpr int64_t kHeavyBytes = 16 * kMiB;
constexpr int64_t kHeavyShare = 6;

// With less than that ahead a link that becomes slow is noticed too late (chosen: a segment, and
// one of the lowest Representation instead of it). More: poorer pictures where memory is short;
// less: they stop.
constexpr Duration kLeastHeld = 8s;

// A wait is never shorter, so that rounding cannot make the engine spin.
constexpr Duration kLeastWait = 20ms;

}  // namespace

BufferingConfig buffering_for(AbrPreset preset) {
  switch (preset) {
    case AbrPreset::kVod:
      break;
    case AbrPreset::kLive:
      return {1s, 2s, 20s, 10s, 96 * kMiB};
    case AbrPreset::kLowLatency:
      return {500ms, 1s, 10s, 5s, 48 * kMiB};
    case AbrPreset::kDataSaver:
      return {1s, 2s, 15s, 30s, 48 * kMiB};
    case AbrPreset::kMaxQuality:
      return {2s, 4s, 60s, 10s, 256 * kMiB};
  }
  return {1s, 2s, 30s, 10s, 96 * kMiB};
}

BufferingConfig complete(BufferingConfig wanted, AbrPreset preset) {
  const BufferingConfig usual = buffering_for(preset);
  const auto fill = [](Duration& value, Duration by_preset) {
    if (value == kByPreset) value = by_preset;
  };
  fill(wanted.start, usual.start);
  fill(wanted.after_rebuffer, usual.after_rebuffer);
  fill(wanted.target, usual.target);
  fill(wanted.back, usual.back);
  if (wanted.max_bytes == 0) wanted.max_bytes = usual.max_bytes;
  return wanted;
}

Bitrate bitrate_held_in(const BufferingConfig& config) {
  const double seconds = std::clamp(to_seconds(config.target), 1.0, to_seconds(kLeastHeld));
  const int64_t bytes = config.max_bytes - config.max_bytes / kSoundShare;
  // 0 would say that there is no limit.
  return {std::max<int64_t>(static_cast<int64_t>(static_cast<double>(bytes) * 8 / seconds), 1)};
}

FetchDecision decide_fetch(const FetchInputs& in, const BufferingConfig& config) {
  // With less than playback needs to go on, a track would wait for room that never appears.
  const Duration needed = std::max(config.start, config.after_rebuffer);
  Duration target = config.target;
  if (in.buffered_bytes >= std::max(kHeavyBytes, config.max_bytes / kHeavyShare)) {
    const Duration spared = std::max(config.target * 2 / 3 - in.next, config.target / 2);
    target = std::min(std::max(spared, needed), target);
  }
  Duration excess = in.level - target;
  if (in.buffered_bytes >= config.max_bytes && in.level >= needed) {
    // Room appears as playback consumes; ask again after a second's worth of media.
    excess = std::max(excess, Duration{1s});
  }
  const Duration lead = in.other_level < kScarce ? kMaxLeadWhenScarce : kMaxLead;
  if (in.level >= in.other_level + lead) excess = std::max(excess, Duration{1s});
  if (excess < Duration{0}) return {true, Duration{0}};
  const double seconds = to_seconds(excess) / std::max(in.speed, 0.1);
  return {false, std::max(from_seconds(seconds), kLeastWait)};
}

bool is_full(std::span<const TrackRoom> tracks) {
  const auto least =
      std::min_element(tracks.begin(), tracks.end(),
                       [](const TrackRoom& a, const TrackRoom& b) { return a.level < b.level; });
  return least != tracks.end() && least->is_held_back && least->level >= kLeastAhead;
}

bool may_play(const PlayInputs& in, const BufferingConfig& config) {
  const Duration needed = in.after_rebuffer ? config.after_rebuffer : config.start;
  const bool is_enough = in.least_level >= std::min(needed, config.target);
  return in.is_first_frame_ready && (is_enough || in.is_full);
}

}  // namespace playhead

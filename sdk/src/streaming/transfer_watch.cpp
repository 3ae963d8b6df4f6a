// SPDX-License-Identifier: Apache-2.0
#include "streaming/transfer_watch.h"

#include <algorithm>

#include "base/forever.h"

namespace playhead {

namespace {

// Pieces that come closer together are of one burst (chosen: several are read within it on a link
// that is not idle, and chunks of low latency are farther apart).
constexpr Duration kBurstGap = 50ms;
// What is read so soon after a burst's first piece had come with it: there is no time it took
// (chosen).
constexpr Duration kOpening = 1ms;
// Less time or bytes than that say more about scheduling than about the link.
constexpr Duration kLeastBusy = 10ms;
// What comes for so long without waiting for room says how fast the link is (chosen: more than the
// sockets held back meanwhile).
constexpr Duration kLeastUnheld = 1s;

double rate_of(const ThroughputSample& sample) {
  return static_cast<double>(sample.bytes) * 8 / std::max(to_seconds(sample.active), 1e-3);
}

}  // namespace

void TransferWatch::add_bytes(TrackKind kind, int64_t bytes, MonotonicTime received) {
  const bool goes_on = !meter_.is_idle();
  const int64_t counted = meter_.add_bytes(static_cast<uint64_t>(kind), bytes, received);
  chooser_.add_bytes(counted, received, goes_on);
  if (!bursts_.last || received - *bursts_.last > kBurstGap) {
    bursts_.last = bursts_.opened = received;
  } else if (received - bursts_.opened >= kOpening) {
    bursts_.bytes += bytes;
    bursts_.busy += received - *bursts_.last;
    bursts_.last = received;
  }
  if (kind != TrackKind::kVideo || !receiving_) return;
  if (!receiving_->first_byte) receiving_->first_byte = received;
  if (!receiving_->since && !receiving_->is_held) receiving_->since = received;
  receiving_->bytes += bytes;
  receiving_->recent.add(bytes, received);
}

void TransferWatch::finish(TrackKind kind, const TransferStats& stats, bool is_at_edge,
                           Duration media) {
  auto sample = meter_.finish(static_cast<uint64_t>(kind), stats);
  if (sample && is_at_edge) sample = believable(*sample, stats, media);
  if (const auto rest = unheld(kind, stats)) sample = rest;
  end(kind, sample);
}

std::optional<ThroughputSample> TransferWatch::unheld(TrackKind kind,
                                                      const TransferStats& stats) const {
  if (kind != TrackKind::kVideo || !receiving_ || receiving_->earlier_bytes == 0) return {};
  const bool is_of_the_link = !receiving_->made_within && !stats.from_cache;
  if (receiving_->is_held || !receiving_->since || !is_of_the_link) return {};
  const Duration took = stats.finished - *receiving_->since;
  const int64_t bytes = receiving_->bytes - receiving_->earlier_bytes;
  if (took < kLeastUnheld || bytes < kMinSampleBytes) return {};
  return ThroughputSample{stats.finished, bytes, took, Duration{0}};
}

// Media that is made while it is sent says of the link that it carries at least that; in bursts
// what it carries. Only what comes slower than it is played is slowed down by the link.
std::optional<ThroughputSample> TransferWatch::believable(const ThroughputSample& sample,
                                                          const TransferStats& stats,
                                                          Duration media) const {
  const auto known = static_cast<double>(chooser_.throughput().bps);
  if (rate_of(sample) > known) return sample;
  const Duration took = stats.finished - stats.first_byte;
  if (media < Duration::max() && took > most_making(media)) return sample;
  const ThroughputSample burst{sample.finished, bursts_.bytes, bursts_.busy, sample.ttfb};
  const bool is_enough = burst.bytes >= kMinSampleBytes && burst.active >= kLeastBusy;
  return is_enough && rate_of(burst) > known ? std::optional(burst) : std::nullopt;
}

Duration TransferWatch::judge_in(MonotonicTime now) const {
  if (!receiving_ || receiving_->is_held) return kForever;
  if (!receiving_->is_being_made(now)) return kJudgeEvery;
  if (receiving_->part_bytes && receiving_->first_byte) {
    return std::max(*receiving_->first_byte + kWaitPatience - now, kJudgeEvery);
  }
  const bool has_end = receiving_->first_byte && *receiving_->made_within < kForever;
  if (!has_end) return kForever;
  return *receiving_->first_byte + *receiving_->made_within - now + kJudgeEvery;
}

void TransferWatch::hold(TrackKind kind, MonotonicTime now) {
  meter_.hold(static_cast<uint64_t>(kind), now);
  if (kind != TrackKind::kVideo || !receiving_) return;
  receiving_->is_held = true;
}

void TransferWatch::release(TrackKind kind, MonotonicTime now) {
  if (kind != TrackKind::kVideo || !receiving_ || !receiving_->is_held) return;
  receiving_->is_held = false;
  receiving_->since = now;
  receiving_->earlier_bytes = receiving_->bytes;
}

void TransferWatch::note_listed(TrackKind kind, int64_t part_bytes) {
  if (kind == TrackKind::kVideo && receiving_) receiving_->part_bytes = part_bytes;
}

void TransferWatch::note_break(TrackKind kind, MonotonicTime now) {
  if (kind == TrackKind::kVideo && receiving_) receiving_->broke = now;
}

void TransferWatch::begin_network(Bitrate remembered, MonotonicTime now) {
  meter_.begin_link(now);
  bursts_ = Bursts{};
  chooser_.begin_network(remembered);
}

void TransferWatch::abandon(TrackKind kind, MonotonicTime now) {
  end(kind, meter_.abandon(static_cast<uint64_t>(kind), now));
}

void TransferWatch::end(TrackKind kind, const std::optional<ThroughputSample>& sample) {
  if (sample) chooser_.add(*sample);
  bursts_ = Bursts{};
  if (kind == TrackKind::kVideo) receiving_.reset();
}

}  // namespace playhead

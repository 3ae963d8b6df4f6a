// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <algorithm>
#include <cmath>

namespace playhead::abr_sim {

namespace {

// The policy is asked about a running transfer this often, s.
constexpr double kJudgeEveryS = 0.1;

int64_t to_bytes(double bits) { return std::llround(bits / 8); }

class Session {
 public:
  Session(const Trace& trace, const LadderFile& ladder, double cap_s, const Policy& policy,
          const SessionHooks& hooks)
      : trace_(trace),
        ladder_(ladder),
        cap_s_(cap_s),
        policy_(policy),
        hooks_(hooks),
        estimator_(policy.make_estimator()),
        candidates_(ladder.bps.size()) {}

  SessionResult run() {
    for (std::size_t i = 0; i < ladder_.sizes.size(); ++i) play_segment(i);
    return std::move(result_);
  }

 private:
  void play_segment(std::size_t number) {
    const double length = ladder_.segment_s;
    if (is_playing_ && level_s_ + length > cap_s_) {
      now_s_ += level_s_ + length - cap_s_;
      level_s_ = cap_s_ - length;
    }
    SegmentPlay segment;
    segment.requested_s = now_s_;
    segment.level_before_s = level_s_;
    const double level_at_request = level_s_;
    std::size_t chosen = decide(number);
    double stall_s = 0;
    while (const auto lower = transfer(number, chosen, segment, stall_s)) chosen = *lower;
    if (!is_playing_) {
      result_.startup_s = now_s_;
      is_playing_ = true;
    } else {
      result_.stall_s += stall_s;
      if (stall_s > 0 && level_at_request > 0) ++result_.rebuffers;
    }
    level_s_ += length;
    segment.kept = chosen;
    segment.completed_s = now_s_;
    segment.level_after_s = level_s_;
    last_ = chosen;
    result_.segments.push_back(std::move(segment));
  }

  // Fetches it; the Representation to fetch instead when the policy drops it on the way.
  std::optional<std::size_t> transfer(std::size_t number, std::size_t chosen, SegmentPlay& segment,
                                      double& stall_s) {
    const double size = ladder_.sizes[number][chosen];
    const double latency = trace_.latency(now_s_);
    const double first_byte = now_s_ + latency;
    const double took = trace_.finish(first_byte, size) - now_s_;
    double seen = latency;  // since the request: up to where progress was reported
    for (double after = std::max(kJudgeEveryS, latency); after < took; after += kJudgeEveryS) {
      report_progress(seen, after);
      seen = std::max(seen, after);
      if (chosen == 0) continue;
      const double bits = trace_.bits_until(now_s_ + after) - trace_.bits_until(first_byte);
      const auto lower = judge(number, chosen, after, latency, bits);
      if (!lower || *lower >= chosen) continue;
      segment.dropped.push_back({chosen, after});
      ++result_.aborts;
      result_.wasted_bits += bits;
      advance(after, stall_s);
      measure(bits, after - latency, estimator_->forecast().ttfb);
      return lower;
    }
    report_progress(seen, took);
    advance(took, stall_s);
    measure(size, took - latency, from_seconds(latency));
    segment.throughput_bps = size / std::max(took - latency, 1e-9);
    return std::nullopt;
  }

  // What came between two moments after the request.
  void report_progress(double from_s, double to_s) {
    if (to_s <= from_s) return;
    const double bits = trace_.bits_until(now_s_ + to_s) - trace_.bits_until(now_s_ + from_s);
    estimator_->add_progress({to_bytes(bits), from_seconds(to_s - from_s)});
  }

  void measure(double bits, double active_s, Duration ttfb) {
    abr::TransferSample sample;
    sample.bytes = to_bytes(bits);
    sample.active = std::max(from_seconds(active_s), Duration{1});
    sample.ttfb = ttfb;
    estimator_->add(sample);
  }

  void advance(double seconds, double& stall_s) {
    now_s_ += seconds;
    if (!is_playing_) return;
    stall_s += std::max(seconds - level_s_, 0.0);
    level_s_ = std::max(level_s_ - seconds, 0.0);
  }

  abr::DecisionInputs inputs(std::size_t number, double level_s) {
    const std::size_t count = ladder_.sizes.size();
    const std::size_t ahead = std::min<std::size_t>(abr::kAheadSegments, count - number - 1);
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      double bits = 0;
      for (std::size_t k = 1; k <= ahead; ++k) bits += ladder_.sizes[number + k][i];
      candidates_[i].bitrate = {std::llround(ladder_.bps[i])};
      candidates_[i].next_bytes = to_bytes(ladder_.sizes[number][i]);
      candidates_[i].ahead_bytes = to_bytes(bits);
    }
    abr::DecisionInputs in;
    in.ladder = candidates_;
    in.current = last_;
    in.forecast = estimator_->forecast();
    in.buffer_level = from_seconds(level_s);
    in.buffer_cap = from_seconds(cap_s_);
    in.segment_duration = from_seconds(ladder_.segment_s);
    in.ahead_segments = static_cast<int32_t>(ahead);
    in.segments_left = static_cast<int64_t>(count - number);
    return in;
  }

  std::size_t decide(std::size_t number) {
    const abr::DecisionInputs in = inputs(number, level_s_);
    abr::Decision decision = timed([&] { return policy_.controller->decide(in); });
    const std::size_t chosen = decision.chosen.value_or(0);
    if (hooks_.on_record) {
      hooks_.on_record(abr::make_record(static_cast<int64_t>(number), from_seconds(now_s_), in,
                                        std::move(decision)));
    }
    return chosen;
  }

  std::optional<std::size_t> judge(std::size_t number, std::size_t running, double after_s,
                                   double latency, double bits) {
    abr::TransferInputs in;
    in.now = inputs(number, is_playing_ ? std::max(level_s_ - after_s, 0.0) : 0);
    in.running = running;
    in.received_bytes = to_bytes(bits);
    in.active = from_seconds(std::max(after_s - latency, 0.0));
    if (in.active >= abr::kRecentTransfer) {
      const double now_s = now_s_ + after_s;
      const double since_s = now_s - to_seconds(abr::kRecentTransfer);
      in.recent = abr::kRecentTransfer;
      in.recent_bytes = to_bytes(trace_.bits_until(now_s) - trace_.bits_until(since_s));
    }
    abr::Decision decision = timed([&] { return policy_.controller->judge(in); });
    if (decision.reason != abr::Reason::kStallAhead) return std::nullopt;
    const auto chosen = decision.chosen;
    if (hooks_.on_record) {
      hooks_.on_record(abr::make_record(static_cast<int64_t>(number),
                                        from_seconds(now_s_ + after_s), in, std::move(decision)));
    }
    return chosen;
  }

  template <typename Work>
  abr::Decision timed(const Work& work) {
    ++result_.decisions;
    if (!hooks_.clock) return work();
    const MonotonicTime before = hooks_.clock();
    abr::Decision decision = work();
    const double took = static_cast<double>((hooks_.clock() - before).count());
    result_.decide_us_sum += took;
    result_.decide_us_max = std::max(result_.decide_us_max, took);
    return decision;
  }

  const Trace& trace_;
  const LadderFile& ladder_;
  const double cap_s_;
  const Policy& policy_;
  const SessionHooks& hooks_;
  std::unique_ptr<abr::Estimator> estimator_;
  std::vector<abr::Candidate> candidates_;

  SessionResult result_;
  std::optional<std::size_t> last_;
  double now_s_ = 0;
  double level_s_ = 0;
  bool is_playing_ = false;
};

}  // namespace

SessionResult play(const Trace& trace, const LadderFile& ladder, double cap_s, const Policy& policy,
                   const SessionHooks& hooks) {
  return Session(trace, ladder, cap_s, policy, hooks).run();
}

}  // namespace playhead::abr_sim

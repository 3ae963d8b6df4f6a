// SPDX-License-Identifier: Apache-2.0
// What titles that are still being made are promised besides: window, latency, refreshes.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "sim/swarm/invariants.h"
#include "sim/swarm/trace.h"

namespace playhead::swarm {

namespace {

std::string s(MediaTime time) { return std::to_string(to_seconds(time)) + " s"; }
std::string s(Duration time) { return std::to_string(to_seconds(time)) + " s"; }

const LiveShape& live_of(const Facts& facts) { return *facts.scenario->title.live; }

bool uses_parts(const Facts& facts) {
  return live_of(facts).part > Duration{0} && facts.scenario->player.live.low_latency;
}

class StaysInTheWindow final : public Invariant {
 public:
  StaysInTheWindow() : Invariant(29, "a live position stays within what the title keeps") {}

  void on_event(const Event& event, const Facts&) override {
    if (std::holds_alternative<LoadStarted>(event.payload)) behind_since_.reset();
  }
  void on_start(const Facts&) override { behind_since_.reset(); }
  void on_status(const PlayerStatus& status, const Facts& facts) override {
    if (!status.live) return behind_since_.reset();
    const LiveStatus& live = *status.live;
    check(live.window_start <= live.window_end, facts, [&] {
      return "the window goes from " + s(live.window_start) + " to " + s(live.window_end);
    });
    const bool is_moving =
        status.state == PlayerState::kPlaying || status.state == PlayerState::kRebuffering;
    const Duration segment = facts.scenario->title.segment;
    if (status.state == PlayerState::kPlaying && facts.quiet() > 60s) {
      check(status.position <= live.window_end + 2 * segment, facts, [&] {
        return "at " + s(status.position) + " where the title ends at " + s(live.window_end);
      });
    }
    check_edge(live, facts);
    // What is buffered may still be played; then the policy decides.
    const bool is_behind = is_moving && !status.is_paused && facts.has_player &&
                           status.position < live.window_start &&
                           std::max(status.video_buffer, status.audio_buffer) <= Duration{0};
    if (!is_behind) return behind_since_.reset();
    if (!behind_since_) behind_since_ = facts.now;
    check(facts.now - *behind_since_ <= 5s || facts.quiet() < 60s, facts, [&] {
      return "at " + s(status.position) + " though the title begins at " + s(live.window_start) +
             " for " + s(facts.now - *behind_since_);
    });
  }

 private:
  // Nothing is announced before it is made.
  void check_edge(const LiveStatus& live, const Facts& facts) {
    if (!facts.made || !facts.content_ahead || facts.quiet() < 400s) return;
    const Duration end = live.window_end - MediaTime{0} + *facts.content_ahead;
    check(end <= *facts.made + 2s, facts,
          [&] { return "the window ends " + s(end - *facts.made) + " after what is made"; });
  }

  std::optional<MonotonicTime> behind_since_;
};

class LatencyIsKept final : public Invariant {
 public:
  LatencyIsKept() : Invariant(30, "latency stays in its band, and comes back to it") {}

  void on_event(const Event& event, const Facts&) override {
    const bool is_new = std::holds_alternative<LoadStarted>(event.payload) ||
                        std::holds_alternative<SeekStarted>(event.payload) ||
                        std::holds_alternative<PositionJumped>(event.payload) ||
                        std::holds_alternative<StateChanged>(event.payload);
    if (is_new) since_.reset();
  }
  void on_start(const Facts&) override { since_.reset(), status_.reset(); }
  void on_status(const PlayerStatus& status, const Facts& facts) override {
    status_ = status.live;
    at_ = facts.now;
    position_ = status.position;
    level_ = std::max(status.video_buffer, status.audio_buffer);
    is_playing_ = status.state == PlayerState::kPlaying;
  }
  void on_second(const Facts& facts) override {
    const bool counts = is_playing_ && status_ && facts.made && facts.content_ahead &&
                        facts.speed == 1 && facts.quiet() > 60s &&
                        facts.now - facts.last_action > 30s && facts.now - at_ < 3s &&
                        facts.now - facts.last_shift > 30s && level_ > 1s && !facts.has_jumped &&
                        facts.now - facts.good_link_since > 30s;
    // Of a title that has ended the rest is played.
    const bool is_made = facts.made && facts.made != std::exchange(made_, facts.made);
    if (!counts || !is_made) return since_.reset();
    const Duration latency =
        *facts.made - (position_ + (facts.now - at_) - MediaTime{0} + *facts.content_ahead);
    if (!since_) {
      since_ = facts.now;
      first_ = latency;
    }
    const Duration told_off = latency - status_->offset;
    const Duration segment = facts.scenario->title.segment;
    check(std::chrono::abs(told_off) <= 2 * segment + 3s, facts,
          [&] { return s(status_->offset) + " are told as the latency that is " + s(latency); });
    if (is_corrected(facts)) {
      look_at_corrected(latency, facts);
    } else {
      check(std::chrono::abs(latency - first_) <= 2s, facts, [&] {
        return "the latency went from " + s(first_) + " to " + s(latency) + " by itself";
      });
    }
  }

 private:
  static bool is_corrected(const Facts& facts) {
    return uses_parts(facts) || live_of(facts).latency_target > Duration{0} ||
           facts.scenario->player.live.target_offset > Duration{0};
  }
  void look_at_corrected(Duration latency, const Facts& facts) {
    const TitleShape& title = facts.scenario->title;
    // A clock that is told by Date headers is known to a second, an edge to a segment.
    const Duration band = 2 * title.segment + 3s + status_->target_offset / 10;
    const Duration off = first_ - status_->target_offset;
    const Duration needed = from_seconds(std::abs(to_seconds(off)) / 0.02) + 30s;
    if (facts.now - *since_ < needed) return;
    check(std::chrono::abs(latency - status_->target_offset) <= band, facts, [&] {
      return "a latency of " + s(latency) + " where " + s(status_->target_offset) +
             " are wanted, after " + s(facts.now - *since_) + " of calm";
    });
  }

  std::optional<LiveStatus> status_;
  MonotonicTime at_;
  MediaTime position_;
  Duration level_{0}, first_{0};
  std::optional<Duration> made_;  // a second ago
  bool is_playing_ = false;
  std::optional<MonotonicTime> since_;
};

class RefreshesAreBounded final : public Invariant {
 public:
  RefreshesAreBounded()
      : Invariant(31, "a live manifest is asked for once in half its period at most") {}

  void on_event(const Event& event, const Facts&) override {
    const bool is_new = std::holds_alternative<LoadStarted>(event.payload) ||
                        std::holds_alternative<SeekStarted>(event.payload);
    if (is_new) asked_.clear();
  }
  void on_start(const Facts&) override { asked_.clear(); }
  void on_request(const test::SimRecord& record, const Facts& facts) override {
    if (record.kind != ResourceKind::kManifest) return;
    auto& times = asked_[record.url.substr(0, record.url.find('?'))];
    times.push_back(facts.now);
    while (facts.now - times.front() > kSpan) times.pop_front();
    const Duration step = uses_parts(facts) ? live_of(facts).part : facts.scenario->title.segment;
    const auto clean = kSpan / std::max<Duration>(step / 2, 500ms) + 8;
    const bool is_calm = facts.quiet() > kSpan + 10s && facts.now - facts.last_action > kSpan;
    const auto most = static_cast<std::size_t>(is_calm ? clean : 2 * clean);
    check(times.size() <= most, facts, [&] {
      return record.url.substr(0, record.url.find('?')) + " was asked for " +
             std::to_string(times.size()) + " times in a minute, " + std::to_string(most) +
             " at most are right";
    });
  }

 private:
  static constexpr Duration kSpan = 60s;
  std::map<std::string, std::deque<MonotonicTime>> asked_;
};

}  // namespace

void add_live_invariants(Invariants& to) {
  to.push_back(std::make_unique<StaysInTheWindow>());
  to.push_back(std::make_unique<LatencyIsKept>());
  to.push_back(std::make_unique<RefreshesAreBounded>());
}

}  // namespace playhead::swarm

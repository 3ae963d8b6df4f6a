// SPDX-License-Identifier: Apache-2.0
// What the app and the service see: events, reports, failures, beginnings and ends.
#include <algorithm>
#include <cmath>
#include <set>

#include "sim/swarm/invariants.h"
#include "sim/swarm/trace.h"

namespace playhead::swarm {

namespace {

std::string s(Duration time) { return std::to_string(to_seconds(time)) + " s"; }

// When a report was made, if the wall clock is to be trusted.
std::optional<MonotonicTime> made_at(const test::SimService::Saved& report, const Facts& facts) {
  if (facts.has_jumped) return std::nullopt;
  return MonotonicTime{report.recorded_at_ms * 1000 - facts.wall_ahead.count()};
}

class ReportsArrive final : public Invariant {
 public:
  ReportsArrive() : Invariant(6, "every position reaches the service once it is well") {}
  void on_outbox(std::size_t waiting, std::optional<double> server, MediaTime stopped,
                 const Facts& facts) override {
    check(waiting == 0, facts, [&] {
      return std::to_string(waiting) + " reports still wait though the service is well";
    });
    if (!server || facts.has_jumped || waiting > 0) return;
    check(std::abs(*server - to_seconds(stopped)) <= 1.0, facts, [&] {
      return "the service has " + std::to_string(*server) + " s, playback was stopped at " +
             std::to_string(to_seconds(stopped)) + " s";
    });
  }
};

class ServerGoesForward final : public Invariant {
 public:
  ServerGoesForward() : Invariant(7, "the service's position does not go back within a session") {}

  void on_event(const Event& event, const Facts&) override {
    const bool may_go_back = std::holds_alternative<SeekStarted>(event.payload) ||
                             std::holds_alternative<LoadStarted>(event.payload);
    if (may_go_back) jumped_ = event.time;
  }
  void on_report(const test::SimService::Saved& report, const std::string& session,
                 const Facts& facts) override {
    const auto made = made_at(report, facts);
    if (made && session == session_ && *made >= last_made_ && jumped_ < last_made_ - 1s) {
      check(report.position_s >= last_.position_s - 0.001, facts, [&] {
        return "reports go from " + std::to_string(last_.position_s) + " s back to " +
               std::to_string(report.position_s) + " s";
      });
    }
    session_ = session;
    last_ = report;
    last_made_ = made.value_or(MonotonicTime{});
  }

 private:
  MonotonicTime jumped_, last_made_;
  std::string session_;
  test::SimService::Saved last_;
};

class OneEndPerLoad final : public Invariant {
 public:
  OneEndPerLoad() : Invariant(15, "one end for each load, nothing after it or after destruction") {}

  void on_event(const Event& event, const Facts& facts) override {
    if (!facts.has_player) broken(facts, "an event after destruction: " + to_text(event.payload));
    if (std::holds_alternative<LoadStarted>(event.payload)) {
      check(is_over_, facts, [] { return std::string("load without an end of the one before"); });
      is_over_ = has_failed_ = false;
    } else if (std::holds_alternative<SeekStarted>(event.payload) && has_ended_) {
      is_over_ = has_ended_ = false;  // a seek after the end goes on
    } else if (std::holds_alternative<Failed>(event.payload)) {
      check(!is_over_ && !has_failed_, facts, [] { return std::string("a second failure"); });
      has_failed_ = true;
      has_ended_ = false;
    } else if (std::holds_alternative<Ended>(event.payload)) {
      check(!is_over_, facts, [] { return std::string("an end after the end"); });
      has_ended_ = true;
    } else if (std::holds_alternative<Summary>(event.payload)) {
      check(!is_over_, facts, [] { return std::string("a second summary"); });
      is_over_ = true;
    } else if (std::holds_alternative<FirstFrame>(event.payload) ||
               std::holds_alternative<SegmentLoaded>(event.payload)) {
      check(!is_over_ || has_ended_, facts,
            [&] { return to_text(event.payload) + " after the end"; });
    }
  }
  void on_start(const Facts&) override { is_over_ = true, has_ended_ = has_failed_ = false; }
  void on_crash(MediaTime, const Facts&) override { is_over_ = true; }
  // Nobody hears of that play's end any more.
  void on_destroyed(const Remains&, const Facts&) override { is_over_ = true; }
  void on_request(const test::SimRecord& record, const Facts& facts) override {
    if (record.kind == ResourceKind::kApi) return;  // positions may still be delivered
    const bool is_played = facts.has_player && facts.state != PlayerState::kIdle &&
                           facts.state != PlayerState::kFailed;
    // What the app asked for is begun when the process gets to run.
    const MonotonicTime asked = std::max(facts.last_action, facts.last_starved);
    check(is_played || facts.now - asked < 1s, facts,
          [&] { return record.url + " is fetched though nothing is played"; });
  }

 private:
  bool is_over_ = true;
  bool has_failed_ = false;
  bool has_ended_ = false;
};

class TimePasses final : public Invariant {
 public:
  TimePasses() : Invariant(16, "nothing spins: time passes, and no second is busy") {}
  void on_steps(int64_t steps, const Facts& facts) override {
    check(steps <= kMostAtOnce, facts,
          [&] { return std::to_string(steps) + " tasks ran without time passing"; });
  }

 private:
  // Hundreds of calls at once and all they start stay far below it.
  static constexpr int64_t kMostAtOnce = 200'000;
};

class CrashLosesLittle final : public Invariant {
 public:
  CrashLosesLittle() : Invariant(17, "after a crash playback begins where it was") {}

  void on_crash(MediaTime position, const Facts& facts) override {
    const Duration interval = facts.scenario->player.progress_interval;
    const MonotonicTime since = facts.now - interval - 2s;
    const Duration length = facts.scenario->title.duration();
    const bool is_steady = facts.was(PlayerState::kPlaying, since, facts.now) &&
                           facts.quiet() > 30s && facts.last_action < since - 2s &&
                           facts.now - facts.load_started > interval + 5s &&
                           position < MediaTime{0} + length * 9 / 10 &&
                           !facts.scenario->title.live &&  // goes on at the edge
                           facts.scenario->store_delay < 100ms && !facts.has_jumped;
    crashed_at_.reset();
    if (is_steady) crashed_at_ = position;
  }
  void on_event(const Event& event, const Facts& facts) override {
    const auto* session = std::get_if<SessionStarted>(&event.payload);
    if (session == nullptr || !crashed_at_) return;
    const Duration interval = facts.scenario->player.progress_interval;
    const Duration lost = *crashed_at_ - (MediaTime{0} + session->resume_position);
    crashed_at_.reset();
    const Duration most = from_seconds(to_seconds(interval) * std::max(facts.speed, 1.0)) + 1s;
    check(lost <= most && lost >= -1s, facts, [&] { return s(lost) + " are lost by a crash"; });
  }

 private:
  std::optional<MediaTime> crashed_at_;
};

class NothingRemains final : public Invariant {
 public:
  NothingRemains() : Invariant(19, "nothing remains of a destroyed player") {}
  void on_destroyed(const Remains& remains, const Facts& facts) override {
    check(remains.requests == 0 && remains.codecs == 0 && remains.timers == 0 &&
              !remains.has_open_device,
          facts, [&] {
            return std::to_string(remains.requests) + " requests, " +
                   std::to_string(remains.timers) + " timers, " + std::to_string(remains.codecs) +
                   " codecs" + (remains.has_open_device ? ", an open sound device" : "") +
                   " remain";
          });
  }
};

class Recovers final : public Invariant {
 public:
  Recovers() : Invariant(20, "playback goes on once all is well again") {}
  void on_recovery(bool plays, const Facts& facts) override {
    check(plays, facts, [&] {
      return "still " + std::string(to_text(facts.state)) + " though all has been well for " +
             s(facts.now - facts.healed_at);
    });
  }
};

class ErrorsAreTyped final : public Invariant {
 public:
  ErrorsAreTyped() : Invariant(21, "failures have a typed code and words") {}
  void on_event(const Event& event, const Facts& facts) override {
    const Error* error = nullptr;
    if (const auto* failed = std::get_if<Failed>(&event.payload)) error = &failed->error;
    if (const auto* warning = std::get_if<Warning>(&event.payload)) error = &warning->error;
    if (error == nullptr) return;
    check(error->code != ErrorCode::kInternal && error_name(error->code) != "UNKNOWN" &&
              (!error->context.empty() || error->detail != 0),
          facts, [&] { return "an error that says nothing: " + playhead::describe(*error); });
  }
};

class NoReportsAtRest final : public Invariant {
 public:
  NoReportsAtRest() : Invariant(23, "no position is reported while nothing plays") {}
  void on_report(const test::SimService::Saved& report, const std::string&,
                 const Facts& facts) override {
    const auto made = made_at(report, facts);
    if (!made) return;
    for (const PlayerState rest :
         {PlayerState::kPaused, PlayerState::kEnded, PlayerState::kFailed}) {
      // The time of a report is the service's, known to about a second.
      check(!facts.was(rest, *made - 3s, *made + 1s), facts, [&] {
        return "a position was reported while " + std::string(to_text(rest)) + " for 2 s";
      });
    }
  }
};

class CodecsAreUsedWell final : public Invariant {
 public:
  CodecsAreUsedWell() : Invariant(25, "codecs and sinks are used as their contracts say") {}
  void on_misuse(const std::string& what, const Facts& facts) override { broken(facts, what); }
  void on_picture(MediaTime, const ContentId&, const Facts& facts) override {
    check(facts.has_player, facts, [] { return std::string("a picture after destruction"); });
  }
};

class ReportsKeepTheirInterval final : public Invariant {
 public:
  ReportsKeepTheirInterval()
      : Invariant(26, "positions are reported at their interval while playing") {}

  // Each title has its own, and one at its end besides.
  void on_event(const Event& event, const Facts&) override {
    const auto* load = std::get_if<LoadStarted>(&event.payload);
    if (load && load->is_next) made_.clear();
  }
  void on_report(const test::SimService::Saved& report, const std::string&,
                 const Facts& facts) override {
    if (const auto made = made_at(report, facts)) last_ = std::max(last_, *made);
    made_.insert(report.recorded_at_ms);
    if (made_.size() > 64) made_.erase(made_.begin());
  }
  void on_second(const Facts& facts) override {
    const Duration interval = facts.scenario->player.progress_interval;
    // A report on its way over a link that stands still arrives when that is over.
    const bool is_silent = facts.now - facts.last_silence <= 2 * interval + 3s;
    const bool counts = facts.scenario->uses_service && !facts.has_jumped && !is_silent &&
                        facts.quiet() > 90s && facts.now > facts.retry_after_until + 90s &&
                        facts.now - facts.last_action > 10s &&
                        facts.scenario->store_delay < 100ms &&
                        facts.was(PlayerState::kPlaying, facts.now - 2 * interval - 3s, facts.now);
    if (!counts) return;
    check(facts.now - last_ <= 2 * interval, facts,
          [&] { return "no position was reported for " + s(facts.now - last_); });
    // Nor more often than that.
    const int64_t first = (facts.now.us + facts.wall_ahead.count()) / 1000 - to_ms(2 * interval);
    const auto recent = std::distance(made_.lower_bound(first), made_.end());
    check(recent <= 4, facts, [&] {
      return std::to_string(recent) + " positions were reported in " + s(2 * interval);
    });
  }

 private:
  MonotonicTime last_;
  std::set<int64_t> made_;
};

class NoFailureWithoutCause final : public Invariant {
 public:
  NoFailureWithoutCause() : Invariant(28, "nothing fails and no error is told without a fault") {}
  void on_event(const Event& event, const Facts& facts) override {
    const auto* failed = std::get_if<Failed>(&event.payload);
    if (failed == nullptr) return;
    // Who is late may want that.
    if (failed->error.code == ErrorCode::kBehindLiveWindow &&
        facts.scenario->player.live.behind_window == BehindWindow::kStop) {
      return;
    }
    check(facts.troubles_in_load > 0 || has_dead_link(facts), facts, [&] {
      return "a play failed though nothing was wrong: " + playhead::describe(failed->error);
    });
  }

 private:
  // Links that stand still for seconds, or need minutes for a segment, are faults of their own.
  static bool has_dead_link(const Facts& facts) {
    const auto& phases = facts.scenario->link.phases;
    return std::any_of(phases.begin(), phases.end(), [](const test::SimLinkPhase& phase) {
      return phase.bits_per_second < 100'000;
    });
  }
};

}  // namespace

void add_session_invariants(Invariants& to) {
  to.push_back(std::make_unique<ReportsArrive>());
  to.push_back(std::make_unique<ServerGoesForward>());
  to.push_back(std::make_unique<OneEndPerLoad>());
  to.push_back(std::make_unique<TimePasses>());
  to.push_back(std::make_unique<CrashLosesLittle>());
  to.push_back(std::make_unique<NothingRemains>());
  to.push_back(std::make_unique<Recovers>());
  to.push_back(std::make_unique<ErrorsAreTyped>());
  to.push_back(std::make_unique<NoReportsAtRest>());
  to.push_back(std::make_unique<CodecsAreUsedWell>());
  to.push_back(std::make_unique<ReportsKeepTheirInterval>());
  to.push_back(std::make_unique<NoFailureWithoutCause>());
}

}  // namespace playhead::swarm

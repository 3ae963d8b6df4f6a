// SPDX-License-Identifier: Apache-2.0
// What titles that follow one another are promised besides.
#include <optional>

#include "sim/swarm/invariants.h"
#include "sim/swarm/trace.h"

namespace playhead::swarm {

namespace {

std::string s(Duration time) { return std::to_string(to_seconds(time)) + " s"; }

class WhatIsNamedFollows final : public Invariant {
 public:
  WhatIsNamedFollows() : Invariant(32, "what the app named follows at the end, and nothing else") {}

  void on_event(const Event& event, const Facts& facts) override {
    if (const auto* ended = std::get_if<Ended>(&event.payload)) {
      // Calls and the end may cross.
      const bool is_settled = event.time - facts.last_naming > 1s;
      const bool is_named = facts.next_named.has_value();
      check(!is_settled || ended->goes_on == is_named, facts, [&] {
        return is_named ? "nothing follows though " + facts.next_id + " was named"
                        : "something follows though nothing was named";
      });
      owed_.reset();
      if (ended->goes_on) owed_ = event.time;
      named_ = is_settled ? facts.next_id : "";
    } else if (const auto* load = std::get_if<LoadStarted>(&event.payload)) {
      check(!owed_ || (load->is_next && event.time - *owed_ <= 10ms), facts,
            [&] { return "what was to follow begins " + s(event.time - *owed_) + " later"; });
      const bool is_it = named_.empty() || load->title_id == named_ || load->url == named_;
      check(!owed_ || is_it, facts,
            [&] { return load->title_id + load->url + " follows where " + named_ + " was named"; });
      owed_.reset();
    }
  }
  void on_start(const Facts&) override { owed_.reset(); }
  void on_second(const Facts& facts) override {
    check(!owed_ || !facts.has_player || facts.now - *owed_ <= 1s, facts,
          [&] { return "nothing has followed for " + s(facts.now - *owed_); });
  }
  void on_destroyed(const Remains&, const Facts&) override { owed_.reset(); }

 private:
  std::optional<MonotonicTime> owed_;
  std::string named_;
};

class FollowsWithoutGap final : public Invariant {
 public:
  FollowsWithoutGap()
      : Invariant(33, "what follows and could be had in time begins without a gap") {}

  void on_event(const Event& event, const Facts& facts) override {
    if (const auto* ended = std::get_if<Ended>(&event.payload)) {
      ended_.reset();
      // All that was wanted of both had come: the network was at rest.
      const bool was_ready = facts.now - last_answer_ > kRest && facts.now - last_request_ > kRest;
      const bool is_calm = facts.quiet() > 60s && facts.now - facts.last_action > 60s &&
                           facts.now - facts.ample_link_since > 60s &&
                           facts.now - facts.last_naming > 20s &&
                           facts.now > facts.retry_after_until && !facts.scenario->url_life;
      if (ended->goes_on && was_ready && is_calm) ended_ = event.time;
    } else if (const auto* load = std::get_if<LoadStarted>(&event.payload)) {
      if (!load->is_next) ended_.reset();
    } else if (std::holds_alternative<Failed>(event.payload)) {
      check(!ended_, facts, [] { return std::string("what follows failed at its beginning"); });
      ended_.reset();
    }
  }
  void on_start(const Facts&) override { ended_.reset(); }
  void on_destroyed(const Remains&, const Facts&) override { ended_.reset(); }
  void on_request(const test::SimRecord& record, const Facts& facts) override {
    if (record.kind != ResourceKind::kApi) last_request_ = facts.now;
  }
  void on_answered(const test::SimRecord& record, std::optional<Duration>,
                   const Facts& facts) override {
    if (record.kind != ResourceKind::kApi) last_answer_ = facts.now;
  }
  void on_picture(MediaTime, const ContentId&, const Facts& facts) override {
    if (!ended_) return;
    check_gap("picture", kMostGap, facts);
  }
  void on_sound(int64_t, MediaTime, const Facts& facts) override {
    // Of titles without pictures; it is listened to once a second.
    if (ended_ && facts.scenario->title.video_bps.empty()) check_gap("sound", 1s + kMostGap, facts);
  }

 private:
  void check_gap(const char* what, Duration most, const Facts& facts) {
    const Duration gap = facts.now - *ended_;
    ended_.reset();
    check(gap <= most, facts, [&] {
      return std::string("the first ") + what + " of what follows comes " + s(gap) + " after the end";
    });
  }

  static constexpr Duration kRest = 3s;
  static constexpr Duration kMostGap = 100ms;
  std::optional<MonotonicTime> ended_;
  MonotonicTime last_request_, last_answer_;
};

}  // namespace

void add_playlist_invariants(Invariants& to) {
  to.push_back(std::make_unique<WhatIsNamedFollows>());
  to.push_back(std::make_unique<FollowsWithoutGap>());
}

}  // namespace playhead::swarm

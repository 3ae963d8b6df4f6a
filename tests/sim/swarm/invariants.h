// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "playhead/events.h"
#include "sim/swarm/media.h"
#include "sim/swarm/scenario.h"
#include "support/sim_service.h"
#include "support/sim_transport.h"

namespace playhead::swarm {

// What the world knows that an invariant may depend on. "Trouble" is a fault or its after-effects;
// what the app does is none.
struct Facts {
  const Scenario* scenario = nullptr;
  MonotonicTime now;
  Duration wall_ahead{0};    // wall clock - monotonic clock
  bool has_jumped = false;   // the wall clock
  bool was_starved = false;  // the process did not get to run for a while

  bool has_player = false;
  int life = 0;  // of the process
  PlayerState state = PlayerState::kIdle;
  MonotonicTime state_since;
  MonotonicTime load_started;
  MonotonicTime last_action;        // of the app
  MonotonicTime last_load;          // asked for by the app
  MonotonicTime last_restart;       // seek, other track, load: the position may jump
  MonotonicTime last_trouble;       // fired, or its window ended
  MonotonicTime good_link_since;    // it carries 1.25 times the least the title and its playlists need
  MonotonicTime ample_link_since;   // three times that
  MonotonicTime last_silence;       // it carried nothing
  MonotonicTime last_starved;       // the process got to run again then
  MonotonicTime retry_after_until;  // the longest a host may have asked to wait
  MonotonicTime portal_until;       // a captive portal answers in place of every host
  // A CDN fails where another serves the same and there is time to find out: that is no trouble.
  MonotonicTime cdn_fails_since, cdn_fails_until;
  bool is_in_trouble = false;       // a window is open
  bool is_decoder_late = false;
  int troubles_in_load = 0;  // since the load began
  bool is_healed = false;    // no faults any more
  MonotonicTime healed_at;
  double speed = 1;
  // Content is that much ahead of positions; none: not known yet. Live titles: `made` so far, and
  // when that difference changed because something was never made.
  std::optional<Duration> content_ahead = Duration{0};
  std::optional<Duration> made;
  MonotonicTime last_shift;
  MonotonicTime last_hole;  // live: when a picture came after what was never made
  // Titles that follow one another: the first sample of the one that plays, of all their content;
  // what the app named to come next, when; since when it never did.
  int64_t first_index = 0;
  std::optional<MonotonicTime> next_named;
  std::string next_id;  // of the title, or its URL
  MonotonicTime last_naming;
  // Where the player stood when; the last ones.
  std::deque<std::pair<MonotonicTime, PlayerState>> history;

  [[nodiscard]] Duration quiet() const { return is_in_trouble ? Duration{0} : now - last_trouble; }
  // Whether nothing but that state was there from `from` to `to`.
  [[nodiscard]] bool was(PlayerState wanted, MonotonicTime from, MonotonicTime to) const;
};

// What is left when the player and its client are gone.
struct Remains {
  std::size_t requests = 0;
  std::size_t timers = 0;
  int codecs = 0;
  bool has_open_device = false;
};

struct Violation {
  int invariant = 0;
  std::string name;
  MonotonicTime at;
  std::string what;
};

// One promise of the player, watched from outside. Numbers 1 to 22 are those of the reliability
// catalogue.
class Invariant {
 public:
  using Report = std::function<void(Violation)>;
  Invariant(int number, const char* name) : number_(number), name_(name) {}
  virtual ~Invariant() = default;
  Invariant(const Invariant&) = delete;
  Invariant& operator=(const Invariant&) = delete;

  virtual void on_event(const Event&, const Facts&) {}
  virtual void on_status(const PlayerStatus&, const Facts&) {}
  virtual void on_picture(MediaTime, const ContentId&, const Facts&) {}
  virtual void on_sound(int64_t /*index*/, MediaTime /*position*/, const Facts&) {}
  virtual void on_request(const test::SimRecord&, const Facts&) {}
  virtual void on_sent(const test::WebRequest&, const Facts&) {}
  virtual void on_answered(const test::SimRecord&, std::optional<Duration> /*retry_after*/,
                           const Facts&) {}
  virtual void on_log(std::string_view, const Facts&) {}
  virtual void on_report(const test::SimService::Saved&, const std::string& /*session*/,
                         const Facts&) {}
  virtual void on_decisions(const std::string&, const Facts&) {}
  virtual void on_second(const Facts&) {}
  virtual void on_steps(int64_t /*without time passing*/, const Facts&) {}
  virtual void on_misuse(const std::string&, const Facts&) {}  // of codecs and sinks
  virtual void on_start(const Facts&) {}                       // of the process
  virtual void on_crash(MediaTime /*position*/, const Facts&) {}
  virtual void on_destroyed(const Remains&, const Facts&) {}
  // After healing: playback had its time to go on, the outbox to empty.
  virtual void on_recovery(bool /*plays*/, const Facts&) {}
  virtual void on_outbox(std::size_t /*waiting*/, std::optional<double> /*server position*/,
                         MediaTime /*stopped at*/, const Facts&) {}

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] const char* name() const { return name_; }
  void set_report(Report report) { report_ = std::move(report); }
  [[nodiscard]] int64_t checks() const { return checks_; }

 protected:
  // Counts a look; reports when the promise does not hold.
  template <typename What>
  void check(bool holds, const Facts& facts, What what) {
    ++checks_;
    if (!holds) broken(facts, what());
  }
  void broken(const Facts& facts, std::string what);

 private:
  const int number_;
  const char* const name_;
  int64_t checks_ = 0;
  Report report_;
};

using Invariants = std::vector<std::unique_ptr<Invariant>>;

// All of them, by subject; each call makes new ones.
void add_playback_invariants(Invariants& to);
void add_network_invariants(Invariants& to);
void add_session_invariants(Invariants& to);
void add_live_invariants(Invariants& to);      // for live titles alone
void add_playlist_invariants(Invariants& to);  // for titles that follow one another
[[nodiscard]] Invariants make_invariants(bool is_live = true, bool is_playlist = true);

}  // namespace playhead::swarm

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "playhead/player.h"
#include "sim/swarm/cdns.h"
#include "sim/swarm/invariants.h"
#include "sim/swarm/live_witness.h"
#include "sim/swarm/media.h"
#include "sim/swarm/points.h"
#include "sim/swarm/sinks.h"
#include "sim/swarm/title.h"
#include "sim/swarm/trace.h"
#include "sim/swarm/web_faults.h"
#include "sim/swarm/witness.h"
#include "support/memory_store.h"
#include "support/sim_service.h"
#include "support/sim_transport.h"
#include "support/virtual_executor.h"

namespace playhead::swarm {

// How a session stood at a moment, for a picture of it.
struct Moment {
  Duration at{0};
  PlayerState state = PlayerState::kIdle;
  int64_t link_bps = 0, throughput_bps = 0, shown_bps = 0;
  Duration buffer{0};
  MediaTime position;
};

struct RunOptions {
  bool keeps_moments = false;  // one a second
  bool checks_decisions = true;
  // The flight recorder writes there; each life of the app has a file, "path", "path.2" and so on.
  std::string record;
  int64_t record_bytes = kDefaultRecordingBytes;
  // Called at the end of each simulated minute.
  std::function<void(Duration)> on_minute;
};

// What became of a session.
struct RunResult {
  uint64_t seed = 0;
  std::optional<Violation> violation;
  std::vector<std::string> last_lines;  // of the log, when there is a violation
  uint64_t hash = 0;
  int64_t log_lines = 0;
  Duration simulated{0};
  Duration played{0}, stalled{0};
  int64_t requests = 0;
  int64_t media_requests = 0;
  int plays = 0;
  std::set<int> fired;  // numbers of the faults that struck
  Points points;
  std::map<std::string, int64_t> checks;  // of each invariant
  std::vector<int64_t> retry_delays_us;
  std::vector<Moment> moments;
  std::vector<std::pair<Duration, Fault>> strikes;  // with `keeps_moments`
};

// One session from its first process to its last trace: the real client, player and all below them
// on virtual time, with the scenario's faults.
class Session {
 public:
  Session(const Scenario& scenario, const RunOptions& options, Trace& trace);
  ~Session();
  RunResult run();

 private:
  class Log;

  // The process.
  void start_app();
  void make_player();
  void crash();
  void destroy_player();
  void end_app();
  void load(std::optional<Duration> start, bool start_paused);
  void load_later(Duration delay, bool from_start);
  [[nodiscard]] PlaySource source_of(int title) const;
  [[nodiscard]] const std::string& title_url(int title) const;

  // Titles that follow one another.
  void make_more_titles();
  void name_next(int title);
  void forget_next();
  void on_load_started(const LoadStarted& load);
  [[nodiscard]] static std::string title_id(int title) { return 'm' + std::to_string(title + 1); }
  void act_on_playlist(const Fault& fault);

  // Phases.
  void run_phases();
  void run_faults();
  void heal();
  bool plays_again(Duration limit);
  void settle();

  // Time.
  void run_until(MonotonicTime end);
  void after_step();
  void on_second();
  // Runs `what` at that time, unless healing or another process comes first.
  void at(MonotonicTime time, std::function<void()> what);

  // What happens.
  void take_events();
  void on_event(const Event& event);
  void look_at_status();
  // Learns from what is shown which content belongs to which position.
  void place_content(MediaTime time, const ContentId& id);
  void on_record(const test::SimRecord& record);
  test::WebAnswer ask_web(const test::WebRequest& request);
  void take_reports();
  void note(std::string_view what, std::string_view text);

  // Faults.
  void apply(const Fault& fault);
  bool apply_to_world(const Fault& fault);
  void apply_to_codecs(const Fault& fault);
  void act(const Fault& fault);
  void act_on_choices(const Fault& fault);
  void act_on_live(const Fault& fault);
  // Of a seek's target; of live titles mostly within the window.
  [[nodiscard]] MediaTime somewhere(uint64_t draw) const;
  void strike(const Fault& fault, Duration effect);
  // Another CDN serves what the one that fails does, and what is buffered lasts until that is used.
  [[nodiscard]] bool is_served_elsewhere(const Fault& fault) const;
  // A CDN fails; false: it must not be felt.
  bool is_cdn_missed(const Fault& fault, Duration effect);
  void update_link();
  [[nodiscard]] MediaTime position() const;

  template <typename Call>
  void each(Call call) {
    for (const auto& invariant : invariants_) call(*invariant);
  }

  const Scenario& scenario_;
  const RunOptions options_;
  Trace& trace_;
  RunResult result_;
  Facts facts_;
  Invariants invariants_;
  Witness witness_;
  LiveWitness live_witness_;

  // The world.
  test::VirtualExecutor executor_;
  MonotonicTime started_;
  test::MemoryStore store_;
  test::SimService service_;
  std::unique_ptr<WebTitle> title_;
  std::vector<std::unique_ptr<WebTitle>> more_titles_;
  std::vector<std::string> urls_;  // of all
  WebFaults web_faults_;
  std::shared_ptr<test::SimTransport> transport_;
  std::shared_ptr<MediaTroubles> media_;
  std::shared_ptr<Log> log_;
  std::string app_token_;
  int version_ = 1;  // of the title on its CDNs
  std::array<MonotonicTime, kMostCdns> cdn_fails_until_;
  MonotonicTime manifest_away_until_;
  test::SimLinkClock base_link_, link_;
  std::vector<int64_t> link_factors_;  // of the windows open, in millionths
  int outages_ = 0;
  std::vector<Duration> added_rtts_;
  Duration jumped_{0};
  std::map<std::string, Duration> retry_afters_;  // by URL, of answers under way
  int64_t media_in_flight_ = 0;

  // The app.
  std::shared_ptr<SwarmScreen> screen_;
  std::shared_ptr<SwarmSpeaker> speaker_;
  std::shared_ptr<Client> client_;
  std::unique_ptr<Player> player_;
  bool has_news_ = false;
  std::vector<std::pair<MediaTime, ContentId>> pictures_;
  std::shared_ptr<const PlayerStatus> status_;
  int failures_in_row_ = 0;
  int loads_ = 0;
  int current_ = 0;  // of the titles
  int troubles_since_naming_ = 0;
  uint64_t next_tag_ = 1;
  Duration last_content_{0};    // shown
  std::deque<int64_t> lately_;  // the most the link carried in each of the last seconds

  // Agenda.
  std::multimap<int64_t, std::function<void()>> agenda_;
  MonotonicTime next_second_;
  MonotonicTime last_time_;
  int64_t steps_at_once_ = 0;
};

}  // namespace playhead::swarm

// SPDX-License-Identifier: Apache-2.0
// The life of a simulated session: processes, phases, and everything that is looked at on the way.
#include "sim/swarm/session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "support/at_once_executor.h"
#include "support/web_dates.h"

namespace playhead::swarm {

namespace {

constexpr const char* kReports = "outbox/progress";
// How long playback and the outbox may take once all is well. The fetcher waits up to 8 s between
// attempts, a silent host costs 8 s more; the outbox waits up to 60 s.
constexpr Duration kRecovery = 30s;
constexpr Duration kOutboxRecovery = 65s;
// A link that carries so many times what is good enough.
constexpr int64_t kAmple = 3;
// A link that carries less than this part of what it lately did has broken in the middle of
// whatever was asked for.
constexpr int64_t kFall = 20;
// The same, where less than kShortBuffer can be buffered.
constexpr int64_t kShortFall = 10;
constexpr Duration kShortBuffer = 20s;
constexpr std::size_t kLatelySeconds = 10;

bool has_short_buffer(const Scenario& scenario) {
  const BufferingConfig& buffering = scenario.player.buffering;
  const auto& video_bps = scenario.title.video_bps;
  const int64_t bps = video_bps.empty() ? scenario.title.audio_bps : video_bps.back();
  return buffering.target < kShortBuffer || buffering.max_bytes * 8 / bps < kShortBuffer / 1s;
}

template <typename T>
std::shared_ptr<T> borrowed(T& object) {
  return std::shared_ptr<T>(std::shared_ptr<void>(), &object);
}

}  // namespace

class Session::Log final : public LogSink {
 public:
  explicit Log(Session& session) : session_(&session) {}
  void log(LogLevel, std::string_view module, std::string_view message) override {
    if (session_ == nullptr) return;
    std::string line(module);
    line.append(": ").append(message);
    session_->witness_.on_log(line, session_->facts_);
    session_->note("log", line);
  }
  void end() { session_ = nullptr; }

 private:
  Session* session_;
};

Session::Session(const Scenario& scenario, const RunOptions& options, Trace& trace)
    : scenario_(scenario),
      options_(options),
      trace_(trace),
      invariants_(make_invariants(scenario.title.live.has_value(), scenario.is_playlist)),
      witness_(result_.points),
      live_witness_(result_.points),
      executor_(scenario.seed),
      started_(executor_.now()),
      store_(executor_, scenario.store_delay),
      title_(make_title(scenario.title, started_, Duration{executor_.wall_now().us - started_.us})),
      transport_(std::make_shared<test::SimTransport>(executor_, scenario.link)),
      media_(std::make_shared<MediaTroubles>()),
      log_(std::make_shared<Log>(*this)),
      base_link_(scenario.link, started_),
      link_(scenario.link, started_),
      next_second_(started_),
      last_time_(started_) {
  result_.seed = scenario.seed;
  facts_.scenario = &scenario_;
  facts_.now = facts_.good_link_since = facts_.ample_link_since = started_;
  // Before the beginning all was well.
  facts_.last_trouble = facts_.last_action = facts_.last_restart = facts_.last_load = started_ - 1h;
  facts_.retry_after_until = facts_.last_silence = started_ - 1h;
  facts_.wall_ahead = Duration{executor_.wall_now().us - started_.us};
  facts_.last_shift = facts_.last_starved = started_ - 1h;
  if (scenario.title.live) result_.points.look_at_live();
  if (scenario.is_playlist) result_.points.look_at_playlists();
  for (const auto& invariant : invariants_) {
    invariant->set_report([this](Violation violation) {
      if (!result_.violation) result_.violation = std::move(violation);
    });
  }
  service_.token = "canary-token-1";
  app_token_ = service_.token;
  make_more_titles();
  transport_->serve([](const test::WebRequest&) { return test::WebAnswer(); });
  transport_->forget_records();
  transport_->set_slices(scenario.longest_slice, true);
  transport_->observe([this](const test::SimRecord& record) { on_record(record); });
  transport_->watch([this](const test::WebRequest& request) {
    each([&](Invariant& i) { i.on_sent(request, facts_); });
  });
  transport_->meddle([this](const test::SimRecord& record, const test::WebRequest& request,
                            test::WebAnswer& answer) {
    auto given =
        web_faults_.answer(record, request, executor_.now(), [&] { return ask_web(request); });
    answer = std::move(given.web);
    if (given.retry_after) retry_afters_[record.url] = *given.retry_after;
  });
  web_faults_.on_strike = [this](const Fault& fault, Duration effect) { strike(fault, effect); };
  media_->on_misuse = [this](const std::string& what) {
    each([&](Invariant& i) { i.on_misuse(what, facts_); });
  };
}

Session::~Session() {
  player_.reset();
  client_.reset();
  log_->end();
}

// ---- the process ----

void Session::start_app() {
  store_.restart();
  ++facts_.life;
  each([&](Invariant& i) { i.on_start(facts_); });
  ClientConfig config;
  config.api_url = service_.url;
  config.log = log_;
  if (!options_.record.empty()) {
    config.recording_max_bytes = options_.record_bytes;
    const bool is_first = facts_.life <= 1;
    config.recording_path = options_.record + (is_first ? "" : "." + std::to_string(facts_.life));
  }
  config.token_provider = [this](bool refresh, TokenCallback done) {
    if (refresh) {
      app_token_ = service_.token;
      result_.points.reach(Point::kTokenRefreshed);
    }
    done(app_token_);
  };
  ClientDependencies world;
  world.executor = borrowed<Executor>(executor_);
  world.transport = transport_;
  world.store = borrowed<Store>(store_);
  world.backend = std::make_shared<SwarmBackend>(media_);
  world.notifier = std::make_shared<test::AtOnceExecutor>(executor_);
  auto made = Client::create(std::move(config), std::move(world));
  client_ = *std::move(made);
  make_player();
}

void Session::make_player() {
  screen_ = std::make_shared<SwarmScreen>();
  screen_->on_show = [this](const VideoFrame& frame) {
    if (const auto id = content_of(frame)) pictures_.emplace_back(frame.time, *id);
  };
  speaker_ = std::make_shared<SwarmSpeaker>(executor_);
  Sinks sinks;
  sinks.video = screen_;
  if (scenario_.has_sound_device) sinks.audio = speaker_;
  auto made =
      Player::create(client_, scenario_.player, std::move(sinks), borrowed<Executor>(executor_));
  player_ = *std::move(made);
  player_->set_wakeup([this] { has_news_ = true; });
  facts_.has_player = true;
  facts_.state = PlayerState::kIdle;
  facts_.state_since = executor_.now();
  facts_.speed = 1;
  status_ = player_->status();
}

void Session::destroy_player() {
  take_events();
  witness_.on_end(static_cast<std::size_t>(media_in_flight_), true);
  note("app", "destroy");
  player_->set_wakeup([this] { has_news_ = true; });
  player_.reset();
  facts_.has_player = false;
  facts_.state = PlayerState::kIdle;
  facts_.last_action = executor_.now();
  has_news_ = false;
  status_.reset();
  ++loads_;
  Remains remains;
  remains.requests = static_cast<std::size_t>(media_in_flight_);
  remains.codecs = media_->alive;
  remains.has_open_device = speaker_->is_open();
  each([&](Invariant& i) { i.on_destroyed(remains, facts_); });
}

void Session::crash() {
  take_events();
  each([&](Invariant& i) { i.on_crash(position(), facts_); });
  note("app", "crash");
  store_.crash();  // what the dying objects still try to save counts for nothing
  transport_->drop_connections();
  facts_.has_player = false;
  player_.reset();
  client_.reset();
  has_news_ = false;
  status_.reset();
  pictures_.clear();
  facts_.state = PlayerState::kIdle;
  ++loads_;
  run_until(executor_.now() + 500ms);
  start_app();
  load(std::nullopt, false);
}

void Session::load(std::optional<Duration> start, bool start_paused) {
  PlaySource source = source_of(current_);
  source.start = start;
  source.start_paused = start_paused;
  note("app", start_paused ? "load paused" : "load");
  ++result_.plays;
  ++loads_;
  facts_.last_action = facts_.last_load = executor_.now();
  forget_next();
  player_->load(source);
}

void Session::load_later(Duration delay, bool from_start) {
  const int loads = loads_;
  at(executor_.now() + delay, [this, loads, from_start] {
    if (loads != loads_ || !player_) return;
    load(from_start ? std::optional(Duration{0}) : std::nullopt, false);
  });
}

void Session::end_app() {
  if (player_) destroy_player();
  run_until(executor_.now() + 5s);
  client_.reset();
  transport_.reset();
  log_->end();
  agenda_.clear();
  executor_.run_for(5s);  // the store's own
  facts_.now = executor_.now();
  Remains remains;
  remains.timers = executor_.pending_timers();
  remains.codecs = media_->alive;
  remains.requests = static_cast<std::size_t>(media_in_flight_);
  each([&](Invariant& i) { i.on_destroyed(remains, facts_); });
}

// ---- phases ----

RunResult Session::run() {
  note("seed", std::to_string(scenario_.seed) + ": " + describe(scenario_));
  try {
    run_phases();
  } catch (const test::TimeStandsStill& still) {
    // Where after_step() does not look: while the app ends.
    note("seed", still.what());
    each([&](Invariant& i) { i.on_steps(test::VirtualExecutor::kMostAtOnce, facts_); });
  }
  result_.simulated = executor_.now() - started_;
  result_.hash = trace_.hash();
  result_.log_lines = trace_.lines();
  for (const auto& invariant : invariants_) {
    result_.checks[std::to_string(invariant->number()) + " " + invariant->name()] =
        invariant->checks();
  }
  result_.retry_delays_us = witness_.retry_delays_us();
  if (result_.violation) {
    result_.last_lines.assign(trace_.last().begin(), trace_.last().end());
  }
  return std::move(result_);
}

void Session::run_phases() {
  start_app();
  load(std::nullopt, false);
  run_faults();
  if (!result_.violation) heal();
  if (!result_.violation) settle();
  if (!result_.violation) end_app();
}

void Session::run_faults() {
  for (const Fault& fault : scenario_.faults) {
    run_until(started_ + fault.at);
    if (result_.violation) return;
    facts_.now = executor_.now();
    apply(fault);
  }
  run_until(started_ + scenario_.length);
}

void Session::heal() {
  note("heal", "all is well from now on");
  web_faults_.disarm_all();
  agenda_.clear();
  link_factors_.clear();
  added_rtts_.clear();
  outages_ = 0;
  store_.heal();
  title_->heal(executor_.now());
  media_->bad_samples = media_->deaths = 0;
  media_->decode_delay = media_->demux_delay = Duration{0};
  facts_.is_healed = true;
  facts_.portal_until = facts_.cdn_fails_until = executor_.now();
  cdn_fails_until_.fill(executor_.now());
  manifest_away_until_ = executor_.now();
  facts_.healed_at = facts_.now = executor_.now();
  facts_.last_trouble = facts_.last_action = facts_.now;
  update_link();
  if (!player_) make_player();
  speaker_->set_missing(false);
  speaker_->set_stopped(false);
  player_->set_speed(1);
  facts_.speed = 1;
  player_->set_limits({});
  player_->select_representation("");
  player_->play();
  const bool is_over = facts_.state == PlayerState::kIdle || facts_.state == PlayerState::kFailed ||
                       facts_.state == PlayerState::kEnded;
  if (is_over) load(std::nullopt, false);
  const Duration held = std::max(facts_.retry_after_until - facts_.now, Duration{0});
  const bool plays = plays_again(kRecovery + std::min(held, Duration{130s}));
  if (result_.violation) return;
  each([&](Invariant& i) { i.on_recovery(plays, facts_); });
  run_until(executor_.now() + 20s);
}

bool Session::plays_again(Duration limit) {
  const MonotonicTime end = executor_.now() + limit;
  while (executor_.now() < end && !result_.violation) {
    const bool is_good =
        facts_.state == PlayerState::kPlaying || facts_.state == PlayerState::kEnded;
    if (is_good) return true;
    run_until(std::min(end, executor_.now() + 500ms));
  }
  return false;
}

void Session::settle() {
  const bool has_position = facts_.state == PlayerState::kPlaying && scenario_.uses_service;
  const MediaTime stopped = position();
  witness_.on_end(static_cast<std::size_t>(media_in_flight_), false);
  note("app", "stop");
  facts_.last_action = executor_.now();
  ++loads_;
  agenda_.clear();
  forget_next();
  player_->stop();
  // The service may have asked to be left alone; a report waits an hour for that and no longer.
  const Duration held = std::clamp<Duration>(facts_.retry_after_until - executor_.now(), 0s, 1h);
  const MonotonicTime end = executor_.now() + held + kOutboxRecovery;
  run_until(executor_.now() + 10s);
  while (executor_.now() < end && !result_.violation && !store_.committed(kReports).empty()) {
    run_until(executor_.now() + 1s);
  }
  if (result_.violation) return;
  take_reports();
  const auto saved = service_.saved.find(title_id(current_));
  std::optional<double> server;
  if (has_position && saved != service_.saved.end()) server = saved->second.position_s;
  each([&](Invariant& i) {
    i.on_outbox(store_.committed(kReports).size(), server, stopped, facts_);
  });
}

// ---- time ----

void Session::at(MonotonicTime time, std::function<void()> what) {
  agenda_.emplace(time.us, std::move(what));
}

void Session::run_until(MonotonicTime end) {
  while (!result_.violation) {
    MonotonicTime next = std::min(end, next_second_);
    if (!agenda_.empty()) next = std::min(next, MonotonicTime{agenda_.begin()->first});
    if (next > executor_.now()) {
      executor_.run_until_true(
          [&] {
            after_step();
            return result_.violation.has_value();
          },
          next - executor_.now());
    }
    facts_.now = executor_.now();
    if (result_.violation) return;
    if (facts_.now >= next_second_) on_second();
    while (!agenda_.empty() && agenda_.begin()->first <= executor_.now().us) {
      const auto what = std::move(agenda_.begin()->second);
      agenda_.erase(agenda_.begin());
      what();
    }
    if (executor_.now() >= end) return;
  }
}

void Session::after_step() {
  const MonotonicTime now = executor_.now();
  facts_.now = now;
  facts_.is_in_trouble = now < facts_.last_trouble;
  facts_.is_decoder_late = media_->decode_delay > Duration{0};
  facts_.made = title_->made(now);
  // Time that creeps by microseconds stands still, too.
  if (now - last_time_ >= 1ms) {
    last_time_ = now;
    steps_at_once_ = 0;
  } else if (++steps_at_once_ % 10'000 == 0) {
    each([&](Invariant& i) { i.on_steps(steps_at_once_, facts_); });
  }
  if (has_news_) take_events();
  look_at_status();
  if (pictures_.empty()) return;
  for (const auto& [time, id] : pictures_) {
    if (scenario_.title.live) place_content(time, id);
    each([&, time = time, id = id](Invariant& i) { i.on_picture(time, id, facts_); });
    trace_.line(now, "picture", std::to_string(time.us));
  }
  pictures_.clear();
}

void Session::look_at_status() {
  if (!player_) return;
  auto status = player_->status();
  if (status == status_) return;
  status_ = std::move(status);
  each([&](Invariant& i) { i.on_status(*status_, facts_); });
  witness_.on_status(*status_, facts_);
  live_witness_.on_status(*status_, facts_);
}

void Session::on_second() {
  next_second_ = executor_.now() + 1s;
  // Whether the link carried enough all through the last second.
  const int64_t needed =
      (scenario_.title.least_bps() + scenario_.title.playlists_bps()) / 4 * 5;
  int64_t most = 0, least = std::numeric_limits<int64_t>::max();
  for (MonotonicTime t = facts_.now - 1s; t < facts_.now;) {
    const test::SimLinkState state = link_.at(t);
    if (state.bits_per_second == 0) facts_.last_silence = facts_.now;
    if (state.bits_per_second < kAmple * needed || state.rtt > 500ms) {
      facts_.ample_link_since = facts_.now;
    }
    if (state.bits_per_second < needed || state.rtt > 500ms) facts_.good_link_since = facts_.now;
    most = std::max(most, state.bits_per_second);
    least = std::min(least, state.bits_per_second);
    t = state.until;
  }
  lately_.push_back(most);
  if (lately_.size() > kLatelySeconds) lately_.pop_front();
  const int64_t fall = has_short_buffer(scenario_) ? kShortFall : kFall;
  if (least < *std::max_element(lately_.begin(), lately_.end()) / fall) {
    facts_.good_link_since = facts_.now;
  }
  take_reports();
  if (player_ && status_ && facts_.state == PlayerState::kPlaying) {
    if (const auto index = speaker_->heard(facts_.now)) {
      each([&](Invariant& i) { i.on_sound(*index, position(), facts_); });
    }
  }
  each([&](Invariant& i) { i.on_second(facts_); });
  const Duration age = facts_.now - started_;
  if (options_.on_minute && age / 1min != (age - 1s) / 1min) options_.on_minute(age);
  if (!options_.keeps_moments || !status_) return;
  result_.moments.push_back({facts_.now - started_, facts_.state,
                             link_.at(facts_.now).bits_per_second, status_->throughput.bps,
                             status_->shown.bitrate.bps,
                             std::max(status_->video_buffer, status_->audio_buffer), position()});
}

void Session::place_content(MediaTime time, const ContentId& id) {
  const Duration frame = scenario_.title.frame;
  const auto& ahead = facts_.content_ahead;
  const Duration expected = ahead ? time - MediaTime{0} + *ahead : *facts_.made;
  const int64_t near = (expected + Duration{1'000}) / frame;
  int64_t off = (id.index - near % kIndexes) % kIndexes;
  if (off > kIndexes / 2) off -= kIndexes;
  if (off < -kIndexes / 2) off += kIndexes;
  const Duration content = (near + off) * frame;
  const Duration found = content - (time - MediaTime{0});
  const bool has_hole = last_content_ < content && title_->has_hole(last_content_, content);
  if (has_hole) facts_.last_hole = executor_.now();
  // What is between them was never made: positions need not know how long it was, nor, without
  // dates, which of two runs that began within a window a number is of.
  const bool has_shifted = ahead && off != 0 &&
                           ((title_->has_hole(last_content_, content) && found > *ahead) ||
                            title_->has_rival_runs(content));
  if (!ahead || has_shifted) facts_.content_ahead = found;
  if (has_shifted) facts_.last_shift = executor_.now();
  last_content_ = content;
}

MediaTime Session::position() const {
  if (!status_) return {};
  if (status_->state != PlayerState::kPlaying) return status_->position;
  const double since = to_seconds(executor_.now() - status_->measured_at);
  return status_->position + from_seconds(since * status_->speed);
}

// ---- what happens ----

void Session::note(std::string_view what, std::string_view text) {
  trace_.line(executor_.now(), what, text);
  each([&](Invariant& i) { i.on_log(text, facts_); });
}

void Session::take_events() {
  has_news_ = false;
  while (player_) {
    auto event = player_->next_event();
    if (!event) return;
    on_event(*event);
  }
}

void Session::on_event(const Event& event) {
  note("event", to_text(event.payload));
  witness_.on_event(event, facts_);
  live_witness_.on_event(event, facts_);
  if (const auto* load = std::get_if<LoadStarted>(&event.payload)) {
    on_load_started(*load);
    facts_.load_started = facts_.last_restart = event.time;
    // HLS: positions count from what is listed first.
    const auto& live = scenario_.title.live;
    if (live && live->form == LiveShape::Form::kHls) facts_.content_ahead.reset();
    // Its manifest is at the first CDN alone.
    if (manifest_away_until_ > executor_.now()) {
      facts_.last_trouble = std::max(facts_.last_trouble, manifest_away_until_);
      facts_.is_in_trouble = true;
    }
    const bool is_pending = media_->deaths > 0 || media_->bad_samples > 0;
    const bool has_lost = title_->has_lost(executor_.now());
    facts_.troubles_in_load = facts_.is_in_trouble || is_pending || has_lost ? 1 : 0;
    // What follows was got ready before; what a host has asked it to wait for still holds.
    const bool is_held = facts_.retry_after_until > executor_.now();
    if (load->is_next) facts_.troubles_in_load += troubles_since_naming_ + (is_held ? 1 : 0);
  }
  if (std::holds_alternative<SeekStarted>(event.payload)) facts_.last_restart = event.time;
  each([&](Invariant& i) { i.on_event(event, facts_); });
  if (std::holds_alternative<LoadStarted>(event.payload) && scenario_.is_playlist) {
    name_next((current_ + 1) % kPlaylistTitles);
  }
  if (const auto* change = std::get_if<StateChanged>(&event.payload)) {
    facts_.state = change->to;
    facts_.state_since = event.time;
    facts_.history.emplace_back(event.time, change->to);
    if (facts_.history.size() > 64) facts_.history.pop_front();
    if (change->to == PlayerState::kPlaying) failures_in_row_ = 0;
  } else if (const auto* summary = std::get_if<Summary>(&event.payload)) {
    result_.played += summary->qoe.play_time;
    result_.stalled += summary->qoe.rebuffer_time;
    if (options_.checks_decisions && summary->qoe.play_time > 20s) {
      const std::string decisions = player_->decision_log();
      each([&](Invariant& i) { i.on_decisions(decisions, facts_); });
    }
  } else if (std::holds_alternative<Failed>(event.payload)) {
    // A viewer tries again, less and less eagerly; but knows when all is well. Three seconds are
    // for reading what went wrong: an app that loads at once would hide what a failure leaves
    // behind.
    const int patience = facts_.is_healed ? 0 : std::min(failures_in_row_++, 5);
    load_later(3s * (1 << patience), false);
  } else if (const auto* ended = std::get_if<Ended>(&event.payload)) {
    if (!ended->goes_on) load_later(5s, true);
  }
}

void Session::on_record(const test::SimRecord& record) {
  facts_.now = executor_.now();
  const bool is_end = record.is_done || record.is_cancelled;
  const bool is_api = record.kind == ResourceKind::kApi;
  if (!is_end) {
    ++result_.requests;
    if (record.kind == ResourceKind::kMedia) ++result_.media_requests;
    if (!is_api) ++media_in_flight_;
    note("request", record.method + ' ' + record.url.substr(0, record.url.find('?')));
    witness_.on_request(record, facts_);
    live_witness_.on_request(record, facts_);
    each([&](Invariant& i) { i.on_request(record, facts_); });
    return;
  }
  if (!is_api) --media_in_flight_;
  std::optional<Duration> retry_after;
  if (const auto found = retry_afters_.find(record.url); found != retry_afters_.end()) {
    retry_after = found->second;
    retry_afters_.erase(found);
    facts_.retry_after_until = std::max(facts_.retry_after_until, facts_.now + *retry_after);
  }
  note(record.is_cancelled ? "cancelled" : "answered",
       std::to_string(record.status) + ' ' + std::to_string(record.body_bytes) + ' ' +
           (record.error ? std::string(error_name(*record.error)) : std::string()));
  witness_.on_answered(record, retry_after, facts_);
  each([&](Invariant& i) { i.on_answered(record, retry_after, facts_); });
}

test::WebAnswer Session::ask_web(const test::WebRequest& request) {
  const WallTime true_wall = executor_.wall_now() - jumped_;
  if (scenario_.url_life) {
    service_.expires_at_s = (true_wall + *scenario_.url_life).us / 1'000'000;
  }
  const int starts = service_.starts;
  if (auto answer = service_.answer(request)) {
    answer->headers.push_back({"Date", test::http_date(true_wall)});
    if (service_.starts > starts && facts_.state == PlayerState::kPlaying) {
      result_.points.reach(Point::kUrlRenewed);
    }
    return *std::move(answer);
  }
  const std::size_t query = request.url.find("?sig=");
  const std::string current = "?sig=" + std::to_string(service_.signature);
  const std::size_t after = std::min(request.url.find('&', query), request.url.size());
  if (query != std::string::npos && request.url.substr(query, after - query) != current) {
    return test::status_answer(403);
  }
  auto answer = title_->answer(request.url, executor_.now());
  for (const auto& other : more_titles_) {
    if (!answer) answer = other->answer(request.url, executor_.now());
  }
  if (!answer) return test::text_answer("not here", 404);
  const bool is_manifest = request.url.find(".seg") == std::string::npos &&
                           request.url.find(".part") == std::string::npos;
  if (!scenario_.title.live || !is_manifest) {
    answer->headers.push_back({"ETag", "\"v" + std::to_string(version_) + "\""});
  }
  return *std::move(answer);
}

void Session::take_reports() {
  for (const auto& report : std::exchange(service_.accepted, {})) {
    witness_.on_report(report, facts_);
    each([&](Invariant& i) { i.on_report(report, report.session, facts_); });
  }
}

}  // namespace playhead::swarm

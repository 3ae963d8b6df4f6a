// SPDX-License-Identifier: Apache-2.0
#include "session/playback_session.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <utility>

namespace playhead {

namespace {

// At the start a person looks at a spinner (chosen: two or three attempts). A renewal has the
// buffer to wait in and the full time of StreamQuery.
constexpr Duration kStartPatience = 8s;

// How long a start waits for an earlier run's report to arrive. Chosen: one round trip on any
// network worth playing on. Longer delays the first frame; shorter resumes more often from our own
// record, which does not know other devices.
constexpr Duration kSettlePatience = 1s;

// What is taken of the service's word (chosen, as the bounds of the app's).
constexpr Duration kLeastHeartbeat = 1s;
constexpr Duration kMostHeartbeat = 10min;

std::string random_session_id(Executor& executor) {
  const uint64_t high = executor.random();
  return make_session_id(high, executor.random());
}

SessionStart make_start(const StreamGrant& grant, MediaTime resume_position) {
  SessionStart start;
  start.manifest_url = grant.stream_url;
  start.manifest_type = grant.manifest_type;
  start.drm = grant.drm;
  start.resume_position = resume_position;
  start.expires_at = grant.expires_at;
  for (const MediaPlace& place : grant.places) start.places.push_back(place.manifest_url);
  start.is_resumed = grant.is_resumed;
  start.other_session = grant.other_session;
  return start;
}

}  // namespace

std::string make_session_id(uint64_t high, uint64_t low) {
  high = (high & ~uint64_t{0xf000}) | 0x4000;
  low = (low & ~(uint64_t{3} << 62)) | (uint64_t{1} << 63);
  char text[40];
  std::snprintf(text, sizeof text,
                "%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64, high >> 32,
                (high >> 16) & 0xffff, high & 0xffff, low >> 48, low & 0xffff'ffff'ffff);
  return text;
}

Duration renew_after(WallTime now, WallTime expires_at) {
  const Duration left = std::max(expires_at - now, Duration{0});
  return std::max<Duration>(left / 5 * 4, 1s);
}

PlaybackSession::PlaybackSession(PlaybackSessionConfig config, ApiAccess& access, Outbox& outbox,
                                 Transport& transport, Executor& executor)
    : config_(std::move(config)),
      access_(access),
      outbox_(outbox),
      executor_(executor),
      api_(access, transport, executor, config_.held),
      session_id_(random_session_id(executor)),
      reporter_(config_.progress_interval),
      tracked_id_(session_id_),
      heartbeat_(config_.service.heartbeat) {}

PlaybackSession::~PlaybackSession() = default;

void PlaybackSession::start(StartCallback done) {
  waiting_.push_back(std::move(done));
  awaits_session_ = config_.service.start == PlaybackStart::kSession;
  settling_ = outbox_.settle(config_.profile_id, config_.title_id, kSettlePatience, executor_,
                             [this](std::optional<ProgressReport> undelivered) {
                               undelivered_ = std::move(undelivered);
                               ask_service();
                             });
}

void PlaybackSession::renew(StartCallback done) {
  waiting_.push_back(std::move(done));
  if (waiting_.size() == 1) ask_service();
}

void PlaybackSession::ask_service() {
  StreamQuery query{config_.title_id, config_.format, config_.profile_id};
  if (!resume_position_) query.patience = kStartPatience;
  const auto done = [this](Result<StreamGrant> grant) { on_granted(std::move(grant)); };
  if (config_.service.start == PlaybackStart::kStream) {
    granting_ = api_.get_stream(query, done);
    return;
  }
  granting_ = api_.start_playback(
      {query.title_id, query.profile_id, query.patience, config_.service.device,
       is_known_session_ ? tracked_id_ : std::string()},
      done);
}

// The newer of what the service knows and what it has not been told yet: another device may have
// gone on meanwhile.
MediaTime PlaybackSession::resume_position(const StreamGrant& grant) {
  const MediaTime of_service{grant.resume_position.count()};
  if (!undelivered_) return of_service;
  WallTime recorded_at = undelivered_->recorded_at;
  if (!undelivered_->is_server_time) {
    const WallTime device = executor_.wall_now();
    recorded_at += access_.clock.read(executor_.now(), device).time - device;
  }
  if (grant.recorded_at && *grant.recorded_at > recorded_at) return of_service;
  return MediaTime{undelivered_->at_end ? 0 : undelivered_->position.count()};
}

void PlaybackSession::on_granted(Result<StreamGrant> grant) {
  Result<SessionStart> answer = make_error(ErrorCode::kInternal, "");
  if (!grant) {
    answer = grant.error();
  } else {
    if (!resume_position_) {
      resume_position_ = resume_position(*grant);
    }
    if (std::exchange(awaits_session_, false) && !grant->session_id.empty()) {
      tracked_id_ = grant->session_id;
      is_known_session_ = true;
      const bool has_beats = heartbeat_ > Duration{0} && grant->heartbeat > Duration{0};
      if (has_beats) heartbeat_ = std::clamp(grant->heartbeat, kLeastHeartbeat, kMostHeartbeat);
    }
    answer = make_start(*grant, *resume_position_);
    outbox_.flush();  // the service is well again, if it was not
    places_ = grant->places;
    if (telemetry_) telemetry_->set_places(places_);
    if (grant->expires_at) {
      const MonotonicTime now = executor_.now();
      const WallTime server_now = access_.clock.read(now, executor_.wall_now()).time;
      answer->renew_at = now + renew_after(server_now, *grant->expires_at);
    }
  }
  const std::weak_ptr<char> alive = alive_;  // any callback may destroy the session
  std::vector<StartCallback> waiting = std::move(waiting_);
  waiting_.clear();
  for (StartCallback& done : waiting) {
    if (!alive.expired()) done(answer);
  }
}

Telemetry* PlaybackSession::telemetry() {
  if (config_.telemetry == nullptr || awaits_session_) return nullptr;
  if (!telemetry_) {
    Telemetry::Config config{{tracked_id_, config_.title_id, config_.profile_id},
                             config_.service.reports_events,
                             heartbeat_};
    telemetry_.emplace(std::move(config), access_, *config_.telemetry, executor_);
    telemetry_->set_places(places_);
  }
  return &*telemetry_;
}

void PlaybackSession::observe(const EventPayload& payload, MediaTime position) {
  if (Telemetry* reports = telemetry()) reports->observe(payload, position);
}

std::optional<MonotonicTime> PlaybackSession::next_deadline() const {
  auto due = reporter_.next_due();
  const auto beat = telemetry_ ? telemetry_->next_deadline() : std::nullopt;
  if (beat) due = due ? std::min(*due, *beat) : *beat;
  return due;
}

void PlaybackSession::update(PlayActivity activity, MediaTime position) {
  if (Telemetry* reports = telemetry()) reports->update(activity, position);
  const auto decision = reporter_.update({activity, position, executor_.now()});
  if (decision) report(*decision);
  // After the report, and also without one: a pause may have reported the same position before.
  const bool is_over = activity == PlayActivity::kEnded || activity == PlayActivity::kStopped;
  if (is_over && activity != last_activity_) outbox_.flush();
  last_activity_ = activity;
}

void PlaybackSession::save(PlayActivity activity, MediaTime position) {
  const auto decision = reporter_.save({activity, position, executor_.now()});
  if (decision) report(*decision);
}

void PlaybackSession::report(const ProgressDecision& decision) {
  ServerClock::Reading stamp = access_.clock.read(executor_.now(), executor_.wall_now());
  // A session's own reports never go back in time, whatever the estimate does.
  if (stamp.is_server_time == last_stamp_.is_server_time) {
    stamp.time = std::max(stamp.time, last_stamp_.time + Duration{1ms});
  }
  last_stamp_ = stamp;
  ProgressReport report;
  report.title_id = config_.title_id;
  report.profile_id = config_.profile_id;
  report.session_id = session_id_;
  report.position = std::max(Duration{decision.position.us}, Duration{0});
  report.recorded_at = stamp.time;
  report.is_server_time = stamp.is_server_time;
  report.at_end = decision.cause == ProgressCause::kEnded;
  if (config_.positions) config_.positions->note(report);
  outbox_.put_progress(std::move(report));
}

CancelHandle PlaybackSession::on_progress_sent(
    UniqueFunction<void(const ProgressReport&)> callback) {
  return outbox_.subscribe(session_id_, executor_, std::move(callback));
}

}  // namespace playhead

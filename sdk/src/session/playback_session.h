// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/executor.h"
#include "playhead/result.h"
#include "session/api_client.h"
#include "session/outbox.h"
#include "session/position_memory.h"
#include "session/progress_reporter.h"
#include "session/telemetry.h"

namespace playhead {

struct PlaybackSessionConfig {
  std::string title_id;
  std::string profile_id;  // empty: the account's default one
  std::string format;      // manifest wanted: see StreamQuery
  // True play time between reports: 4 s or 10 s by the product. Shorter: less is lost when the
  // device dies; longer: fewer requests.
  Duration progress_interval = 4s;
  // Notes every report as well, for plays without the service; null: nobody does. Outlives it.
  PositionMemory* positions = nullptr;
  // What the service asked to be left alone for, in this session and others; null: in this one.
  std::shared_ptr<HeldUrls> held;
  ServiceConfig service = {};
  // Takes the reports of `service`; null: there are none. Outlives it.
  TelemetryOutbox* telemetry = nullptr;
};

struct SessionStart {
  std::string manifest_url;  // signed: not for logs
  std::string manifest_type;
  DrmGrant drm;
  MediaTime resume_position;
  std::optional<WallTime> expires_at;  // of manifest_url, by the service's clock
  // When to call renew() so that the new URL is there before the old one expires; none: never.
  std::optional<MonotonicTime> renew_at;
  // The manifest's URL at every place, best first; empty: nobody says.
  std::vector<std::string> places;
  bool is_resumed = false;  // the service goes on with a session it knew
  std::optional<OtherSession> other_session;
};

// One viewing of one title, as the service sees it: the permission to play and its renewal, where
// to resume, and the progress on the way. Everything on the player's executor. Destroying it
// cancels what it has started; reports already made are the Outbox's. Downloaded titles have one
// that is never started: only their progress is the service's.
class PlaybackSession {
 public:
  PlaybackSession(PlaybackSessionConfig config, ApiAccess& access, Outbox& outbox,
                  Transport& transport, Executor& executor);
  ~PlaybackSession();
  PlaybackSession(const PlaybackSession&) = delete;
  PlaybackSession& operator=(const PlaybackSession&) = delete;

  // Once. A report of this title that still waits in the outbox is delivered first (for at most 1
  // s), so that the service's resume position knows it; if that fails, it is where to resume unless
  // the service's was recorded later.
  // Errors: ApiClient::get_stream().
  void start(UniqueFunction<void(Result<SessionStart>)> done);

  // A new signed URL: at SessionStart::renew_at, and once after a 403 of the old one. Calls while
  // one is under way share its answer. `resume_position` is the one of start().
  void renew(UniqueFunction<void(Result<SessionStart>)> done);

  // What the player does; at every change, and at next_deadline(). Reports go to the outbox; at the
  // end and when stopped it is flushed.
  void update(PlayActivity activity, MediaTime position);
  // Puts the position into the outbox now, whenever it would be due: the process may be frozen.
  void save(PlayActivity activity, MediaTime position);
  // What the player tells the app, for reports.
  void observe(const EventPayload& payload, MediaTime position);
  // When update() wants to be called again though nothing changed.
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const;

  // A report of this session was accepted by the service. Until the handle is destroyed, which may
  // outlive the session: the answer to its last report comes after its end.
  CancelHandle on_progress_sent(UniqueFunction<void(const ProgressReport&)> callback);

  [[nodiscard]] const std::string& session_id() const { return session_id_; }

 private:
  using StartCallback = UniqueFunction<void(Result<SessionStart>)>;
  void ask_service();
  void on_granted(Result<StreamGrant> grant);
  [[nodiscard]] MediaTime resume_position(const StreamGrant& grant);
  void report(const ProgressDecision& decision);
  // Null: nothing is reported, or it is not known yet about which session.
  Telemetry* telemetry();

  const PlaybackSessionConfig config_;
  ApiAccess& access_;
  Outbox& outbox_;
  Executor& executor_;
  ApiClient api_;
  const std::string session_id_;
  ProgressReporter reporter_;

  std::optional<ProgressReport> undelivered_;  // of this title, as the start found it
  std::optional<MediaTime> resume_position_;   // once started
  std::vector<StartCallback> waiting_;         // for the grant under way
  std::optional<Telemetry> telemetry_;
  bool awaits_session_ = false;  // the service names the one that reports are about
  std::string tracked_id_;       // that one
  bool is_known_session_ = false;  // the service named it
  Duration heartbeat_{0};        // between reports on how it goes
  std::vector<MediaPlace> places_;
  CancelHandle settling_;
  CancelHandle granting_;
  ServerClock::Reading last_stamp_;
  PlayActivity last_activity_ = PlayActivity::kIdle;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

// 128 random bits as a UUID of version 4 (RFC 9562 §5.4).
[[nodiscard]] std::string make_session_id(uint64_t high, uint64_t low);

// When to renew a permission that ends at `expires_at`: after 4/5 of what is left of it, so that a
// slow service has the rest; not within a second. Pure; both times by the service's clock.
[[nodiscard]] Duration renew_after(WallTime now, WallTime expires_at);

}  // namespace playhead

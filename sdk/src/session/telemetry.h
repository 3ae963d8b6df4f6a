// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "playhead/events.h"
#include "playhead/executor.h"
#include "session/api_access.h"
#include "session/media_place.h"
#include "session/progress_reporter.h"
#include "session/telemetry_outbox.h"

namespace playhead {

// What of a play is worth telling: an event of the player as the service knows it, without id and
// time; none: nothing. Pure.
[[nodiscard]] std::optional<TelemetryEvent> telemetry_of(const EventPayload& payload);

// Reports on one viewing: events joined to batches, and heartbeats. On the player's executor.
class Telemetry {
 public:
  struct Config {
    TrackedSession session;
    bool has_events = false;
    Duration heartbeat{0};  // 0: none
  };
  // All outlive it.
  Telemetry(Config config, ApiAccess& access, TelemetryOutbox& outbox, Executor& executor);

  // Where the media is to be had by now: errors name the place they come from.
  void set_places(std::vector<MediaPlace> places) { places_ = std::move(places); }
  // Of what the player tells the app.
  void observe(const EventPayload& payload, MediaTime position);
  // At every change, and at next_deadline(). At the end, and when it is stopped, all is flushed.
  void update(PlayActivity activity, MediaTime position);
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const;

 private:
  [[nodiscard]] std::string report_id();
  void add(TelemetryEvent event, MediaTime position);
  void beat(MonotonicTime now);
  [[nodiscard]] bool is_beating() const;

  const Config config_;
  ApiAccess& access_;
  TelemetryOutbox& outbox_;
  Executor& executor_;

  std::vector<MediaPlace> places_;
  TelemetryBatch batch_;
  MonotonicTime batch_due_;
  PlayActivity activity_ = PlayActivity::kIdle;
  std::optional<MonotonicTime> last_beat_;  // none: it has not played yet
  ServerClock::Reading last_reading_;       // of a heartbeat
  int64_t stalls_ = 0;
  int64_t kbps_ = 0;
};

}  // namespace playhead

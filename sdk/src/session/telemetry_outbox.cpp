// SPDX-License-Identifier: Apache-2.0
#include "session/telemetry_outbox.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "session/after_drains.h"
#include "session/api_client.h"
#include "session/outbox_lane.h"
#include "session/post_to.h"
#include "session/telemetry_json.h"

namespace playhead {

namespace {

constexpr char kEvents[] = "outbox/events";
constexpr char kHeartbeats[] = "outbox/heartbeats";

constexpr std::size_t kMostBatches = 1'000;
constexpr std::size_t kMostBeats = 10'000;

OutboxLimits limits_of(std::size_t most) {
  OutboxLimits limits;
  limits.max_items = most;
  limits.max_in_flight = 2;
  return limits;
}

// Of each report its own, which never repeats: a session may go on in another process.
std::string key_of(const TelemetryBatch& batch) {
  return batch.session.session_id + '\0' + batch.events.front().id;
}
std::string key_of(const Heartbeat& beat) {
  return beat.session.session_id + '\0' + beat.id;
}

// A lane's cargo by what it is made of: `Report` with `at` or events, decode and body.
template <typename Report>
class TelemetryCargo final : public OutboxCargo {
 public:
  using Decode = Result<Report> (*)(std::string_view);
  using Body = std::string (*)(const Report&);
  // Adds to every time in the report.
  using Shift = void (*)(Report&, Duration);
  using Stamp = WallTime (*)(const Report&);
  struct Kind {
    const char* path;
    Decode decode;
    Body body;
    Shift shift;
    Stamp stamp;
  };

  TelemetryCargo(const Kind& kind, ApiAccess& access, ApiClient& api, Executor& executor,
                 std::function<void(const Error&, bool)> tell)
      : kind_(kind), access_(access), api_(api), executor_(executor), tell_(std::move(tell)) {}

  [[nodiscard]] std::optional<WallTime> stamp_of(const std::string& value) const override {
    const Result<Report> report = kind_.decode(value);
    if (!report) return std::nullopt;
    return kind_.stamp(*report);
  }
  CancelHandle send(const std::string& value, UniqueFunction<void(PostOutcome)> done) override {
    Result<Report> report = kind_.decode(value);
    std::string body;
    if (report) {
      if (!report->is_server_time) {
        // As for positions: by how much the device's clock is off now is the best guess for then.
        const WallTime device = executor_.wall_now();
        kind_.shift(*report, access_.clock.read(executor_.now(), device).time - device);
      }
      body = kind_.body(*report);
    }
    return api_.post(kind_.path, std::move(body), std::move(done));
  }
  void on_saved(const std::string&) override {}
  void on_delivered(const std::string&) override {}
  void on_dropped(const std::string&, const Error& error) override { tell_(error, true); }
  void on_trouble(const Error& error) override { tell_(error, false); }

 private:
  const Kind kind_;
  ApiAccess& access_;
  ApiClient& api_;
  Executor& executor_;
  const std::function<void(const Error&, bool)> tell_;
};

WallTime batch_stamp(const TelemetryBatch& batch) { return batch.events.back().at; }
void shift_batch(TelemetryBatch& batch, Duration by) {
  for (TelemetryEvent& event : batch.events) event.at += by;
}
WallTime beat_stamp(const Heartbeat& beat) { return beat.at; }
void shift_beat(Heartbeat& beat, Duration by) { beat.at += by; }

}  // namespace

// On the executor's thread.
class TelemetryOutbox::Impl {
 public:
  Impl(ApiAccess& access, Transport& transport, Executor& executor, Observer observer)
      : observer_(std::move(observer)),
        api_(access, transport, executor),
        events_({"/v1/playback/events", &decode_batch, &batch_body, &shift_batch, &batch_stamp},
                access, api_, executor, [this](const Error& e, bool lost) { tell(e, lost); }),
        beats_({"/api/playback/heartbeat", &decode_heartbeat, &heartbeat_body, &shift_beat,
                &beat_stamp},
               access, api_, executor, [this](const Error& e, bool lost) { tell(e, lost); }) {}

  void open(Store& store, Executor& executor) {
    event_lane_.emplace(kEvents, limits_of(kMostBatches), store, executor, events_);
    beat_lane_.emplace(kHeartbeats, limits_of(kMostBeats), store, executor, beats_);
  }
  void put(const TelemetryBatch& batch, MonotonicTime due) {
    event_lane_->put(
        {key_of(batch), batch_stamp(batch), encode_batch(batch), batch.is_server_time, due});
  }
  void put(const Heartbeat& beat) {
    beat_lane_->put(
        {key_of(beat), beat.at, encode_heartbeat(beat), beat.is_server_time, {}});
  }
  void flush() {
    event_lane_->flush();
    beat_lane_->flush();
  }
  void drain(Duration patience, UniqueFunction<void(bool)> done) {
    const auto answer = after_drains(2, std::move(done));
    event_lane_->drain(patience, answer);
    beat_lane_->drain(patience, answer);
  }

 private:
  void tell(const Error& error, bool is_lost) {
    if (observer_) observer_(error, is_lost);
  }

  Observer observer_;
  ApiClient api_;
  TelemetryCargo<TelemetryBatch> events_;
  TelemetryCargo<Heartbeat> beats_;
  std::optional<OutboxLane> event_lane_, beat_lane_;
};

TelemetryOutbox::TelemetryOutbox(ApiAccess& access, Store& store, Transport& transport,
                                 Executor& executor, Observer observer)
    : impl_(std::make_shared<Impl>(access, transport, executor, std::move(observer))),
      executor_(executor) {
  post([&store, &executor](Impl& impl) { impl.open(store, executor); });
}

TelemetryOutbox::~TelemetryOutbox() = default;

// Runs on the executor's thread, in order; not at all once the outbox is gone.
template <typename Action>
void TelemetryOutbox::post(Action action) {
  post_to(executor_, impl_, std::move(action));
}

void TelemetryOutbox::put(const TelemetryBatch& batch, MonotonicTime due) {
  if (batch.events.empty()) return;
  post([batch, due](Impl& impl) { impl.put(batch, due); });
}

void TelemetryOutbox::put(const Heartbeat& beat) {
  post([beat](Impl& impl) { impl.put(beat); });
}

void TelemetryOutbox::flush() {
  post([](Impl& impl) { impl.flush(); });
}

void TelemetryOutbox::drain(Duration patience, UniqueFunction<void(bool)> done) {
  post([patience, done = std::move(done)](Impl& impl) mutable {
    impl.drain(patience, std::move(done));
  });
}

}  // namespace playhead

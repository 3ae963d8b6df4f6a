// SPDX-License-Identifier: Apache-2.0
#include "session/telemetry.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "session/playback_session.h"

namespace playhead {

namespace {

// What happens within that time is told together (chosen). Longer: fewer requests; shorter: who
// watches the service's numbers sees trouble sooner.
constexpr Duration kBatchTime = 10s;
// Then a batch is told at once: half of what the service takes.
constexpr std::size_t kBatchEvents = 50;

const Error* error_of(const EventPayload& payload) {
  if (const auto* warning = std::get_if<Warning>(&payload)) return &warning->error;
  const auto* failed = std::get_if<Failed>(&payload);
  return failed != nullptr ? &failed->error : nullptr;
}

TelemetryEvent event_of(const char* type) {
  TelemetryEvent event;
  event.type = type;
  return event;
}

TelemetryEvent event_of(const char* type, const Error& error) {
  TelemetryEvent event = event_of(type);
  event.words.emplace_back("error", error_name(error.code));
  event.numbers.emplace_back("code", static_cast<int64_t>(error.code));
  event.numbers.emplace_back("detail", error.detail);
  return event;
}

struct Translator {
  std::optional<TelemetryEvent> operator()(const FirstFrame& e) const {
    TelemetryEvent event = event_of("start");
    event.numbers.emplace_back("startup_ms", to_ms(e.startup));
    return event;
  }
  std::optional<TelemetryEvent> operator()(const StateChanged& e) const {
    if (e.to == PlayerState::kPaused) return event_of("pause");
    if (e.to == PlayerState::kRebuffering) return event_of("rebuffer");
    if (e.to != PlayerState::kPlaying) return std::nullopt;
    if (e.from == PlayerState::kPaused) return event_of("resume");
    if (e.from == PlayerState::kRebuffering) return event_of("rebuffer_end");
    return std::nullopt;
  }
  std::optional<TelemetryEvent> operator()(const RepresentationChanged& e) const {
    TelemetryEvent event = event_of("quality_change");
    event.numbers.emplace_back("bitrate_kbps", e.bitrate.bps / 1000);
    event.numbers.emplace_back("height", e.height);
    return event;
  }
  std::optional<TelemetryEvent> operator()(const SeekDone& e) const {
    TelemetryEvent event = event_of("seek");
    event.numbers.emplace_back("elapsed_ms", to_ms(e.elapsed));
    return event;
  }
  std::optional<TelemetryEvent> operator()(const Warning& e) const {
    return event_of("warning", e.error);
  }
  std::optional<TelemetryEvent> operator()(const Failed& e) const {
    return event_of("error", e.error);
  }
  template <typename Other>
  std::optional<TelemetryEvent> operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

std::optional<TelemetryEvent> telemetry_of(const EventPayload& payload) {
  return std::visit(Translator{}, payload);
}

Telemetry::Telemetry(Config config, ApiAccess& access, TelemetryOutbox& outbox, Executor& executor)
    : config_(std::move(config)), access_(access), outbox_(outbox), executor_(executor) {
  batch_.session = config_.session;
}

void Telemetry::observe(const EventPayload& payload, MediaTime position) {
  if (const auto* shown = std::get_if<RepresentationChanged>(&payload)) {
    kbps_ = shown->bitrate.bps / 1000;
  }
  if (const auto* state = std::get_if<StateChanged>(&payload)) {
    if (state->to == PlayerState::kRebuffering) ++stalls_;
  }
  auto event = telemetry_of(payload);
  if (!event) return;
  if (const Error* error = error_of(payload)) {
    std::string place = place_of(places_, error->url);
    if (!place.empty()) event->words.emplace_back("location", std::move(place));
  }
  add(*std::move(event), position);
}

std::string Telemetry::report_id() {
  const uint64_t high = executor_.random();
  return make_session_id(high, executor_.random());
}

void Telemetry::add(TelemetryEvent event, MediaTime position) {
  if (!config_.has_events) return;
  const MonotonicTime now = executor_.now();
  const auto reading = access_.clock.read(now, executor_.wall_now());
  const bool is_over = batch_.events.size() >= kBatchEvents || now >= batch_due_ ||
                       batch_.is_server_time != reading.is_server_time;
  if (batch_.events.empty() || is_over) {
    batch_.events.clear();
    batch_.is_server_time = reading.is_server_time;
    batch_due_ = now + kBatchTime;
  }
  event.id = report_id();
  event.at = reading.time;
  // Of one play nothing is told to be before what came before it.
  if (!batch_.events.empty()) event.at = std::max(event.at, batch_.events.back().at);
  event.position = std::max(position - MediaTime{0}, Duration{0});
  const bool is_last = event.type == "end" || event.type == "stop";
  batch_.events.push_back(std::move(event));
  const bool is_full = batch_.events.size() >= kBatchEvents;
  outbox_.put(batch_, is_last || is_full ? now : batch_due_);
}

bool Telemetry::is_beating() const {
  return activity_ == PlayActivity::kPlaying || activity_ == PlayActivity::kBuffering;
}

void Telemetry::update(PlayActivity activity, MediaTime position) {
  const MonotonicTime now = executor_.now();
  const bool was_beating = is_beating();
  const bool is_change = std::exchange(activity_, activity) != activity;
  // What stands still is not covered.
  const bool begins = activity == PlayActivity::kPlaying || (last_beat_ && is_beating());
  if (begins && (!was_beating || !last_beat_)) last_beat_ = now;
  const bool is_over = activity == PlayActivity::kEnded || activity == PlayActivity::kStopped;
  if (last_beat_ && was_beating && (!is_beating() || now >= *last_beat_ + config_.heartbeat)) {
    beat(now);
  }
  if (!is_over || !is_change) return;
  add(event_of(activity == PlayActivity::kEnded ? "end" : "stop"), position);
  outbox_.flush();
}

void Telemetry::beat(MonotonicTime now) {
  const MonotonicTime since = std::exchange(last_beat_, now).value_or(now);
  if (config_.heartbeat <= Duration{0} || now - since < Duration{1ms}) return;
  auto reading = access_.clock.read(now, executor_.wall_now());
  // A service without ids knows a beat again by its time: of two the later one has a later one.
  if (reading.is_server_time == last_reading_.is_server_time) {
    reading.time = std::max(reading.time, last_reading_.time + Duration{1ms});
  }
  last_reading_ = reading;
  Heartbeat beat;
  beat.session = config_.session;
  beat.id = report_id();
  beat.at = reading.time;
  beat.is_server_time = reading.is_server_time;
  beat.covers = now - since;
  beat.bitrate_kbps = kbps_;
  beat.stalls = stalls_;
  outbox_.put(beat);
}

std::optional<MonotonicTime> Telemetry::next_deadline() const {
  if (config_.heartbeat <= Duration{0} || !last_beat_ || !is_beating()) return std::nullopt;
  return *last_beat_ + config_.heartbeat;
}

}  // namespace playhead

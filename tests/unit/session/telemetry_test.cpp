// SPDX-License-Identifier: Apache-2.0
#include "session/telemetry.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "session/telemetry_json.h"
#include "support/memory_store.h"
#include "support/virtual_executor.h"
#include "unit/session/fake_service.h"

namespace playhead::test {
namespace {

using Json = nlohmann::json;

// A device with one play, and what the service has heard of it.
struct World {
  VirtualExecutor executor;
  MemoryStore store{executor};
  FakeService service{executor};
  ApiAccess access{"https://api", [](bool, TokenCallback done) { done(std::string("token-1")); }};
  std::unique_ptr<TelemetryOutbox> outbox;
  std::optional<Telemetry> play;
  bool is_reachable = true;
  bool answers_get_lost = false;
  std::vector<Json> batches, beats;    // as they came
  std::map<std::string, Json> events;  // by id, as a service keeps them
  std::vector<std::string> order;      // of ids
  std::vector<std::string> troubles;

  explicit World(Duration heartbeat = 0s) {
    service.script = [this](const Request& request) { return act(request); };
    service.loses_answer = [this](const Request&) { return answers_get_lost; };
    open();
    begin(heartbeat);
  }
  void open() {
    outbox = std::make_unique<TelemetryOutbox>(
        access, store, service, executor, [this](const Error& error, bool is_lost) {
          troubles.push_back((is_lost ? "lost " : "") + std::string(error_name(error.code)));
        });
  }
  void begin(Duration heartbeat) {
    play.emplace(Telemetry::Config{{"s-1", "m_1", "kids"}, true, heartbeat}, access, *outbox,
                 executor);
  }
  // The process ends, unasked, and the next one begins.
  void restart() {
    store.crash();
    play.reset();
    outbox.reset();
    store.restart();
    open();
  }
  std::optional<FakeService::Answer> act(const Request& request) {
    if (!is_reachable) return FakeService::Answer{0, "", {}, ErrorCode::kNetworkUnreachable};
    const Json body = Json::parse(request.body);
    if (request.url.find("/api/playback/heartbeat") != std::string::npos) {
      beats.push_back(body);
    } else {
      CHECK(request.url == "https://api/v1/playback/events");
      batches.push_back(body);
      for (const Json& event : body["events"]) {
        const std::string id = event["event_id"];
        if (events.emplace(id, event).second) order.push_back(id);
      }
    }
    return FakeService::Answer{204, "", {}, {}};
  }
  void tell(const EventPayload& payload, int64_t position_s = 0) {
    play->observe(payload, MediaTime{position_s * 1'000'000});
  }
  void play_for(Duration length) {
    const MonotonicTime end = executor.now() + length;
    play->update(PlayActivity::kPlaying, {});
    while (executor.now() < end) {
      executor.run_until(std::min(end, play->next_deadline().value_or(end)));
      play->update(PlayActivity::kPlaying, {});
    }
  }
  // By the heartbeats, as a service counts them.
  [[nodiscard]] int64_t covered() const {
    std::map<std::string, int64_t> by_id;
    for (const Json& beat : beats) {
      const std::string id = beat.value("heartbeat_id", "at " + beat["timestamp_ms"].dump());
      by_id.emplace(id, beat["duration_ms"]);
    }
    int64_t sum = 0;
    for (const auto& [id, length] : by_id) sum += length;
    return sum;
  }
  [[nodiscard]] std::vector<std::string> types() const {
    std::vector<std::string> types;
    for (const std::string& id : order) types.push_back(events.at(id)["type"]);
    return types;
  }
};

using Types = std::vector<std::string>;

StateChanged state(PlayerState from, PlayerState to) { return {from, to}; }

TEST_CASE("telemetry: what happens in a play has the service's names") {
  struct Case {
    EventPayload payload;
    const char* type;  // null: not worth telling
  };
  const Case cases[] = {
      {FirstFrame{800ms, 640, 360, {}}, "start"},
      {state(PlayerState::kPlaying, PlayerState::kPaused), "pause"},
      {state(PlayerState::kPaused, PlayerState::kPlaying), "resume"},
      {state(PlayerState::kPlaying, PlayerState::kRebuffering), "rebuffer"},
      {state(PlayerState::kRebuffering, PlayerState::kPlaying), "rebuffer_end"},
      {state(PlayerState::kBuffering, PlayerState::kPlaying), nullptr},
      {state(PlayerState::kLoading, PlayerState::kBuffering), nullptr},
      {SeekDone{{5}, 0, 20ms}, "seek"},
      {RepresentationChanged{Bitrate{2'400'000}, 1280, 720, "id", {}}, "quality_change"},
      {Warning{make_error(ErrorCode::kNotFound, "http://secret", 404)}, "warning"},
      {Failed{make_error(ErrorCode::kStalled, "")}, "error"},
      {SegmentLoaded{}, nullptr},
      {LoadStarted{}, nullptr},
      {Summary{}, nullptr},
  };
  for (const Case& c : cases) {
    const auto event = telemetry_of(c.payload);
    CHECK(event.has_value() == (c.type != nullptr));
    if (!event || c.type == nullptr) continue;
    CHECK(event->type == c.type);
    for (const auto& [name, value] : event->words) CHECK(value.find("secret") == value.npos);
  }
}

TEST_CASE("telemetry: events of ten seconds are one batch") {
  World world;
  world.tell(FirstFrame{800ms, 640, 360, {}});
  world.executor.run_for(4s);
  world.tell(RepresentationChanged{Bitrate{2'400'000}, 1280, 720, "id", {}}, 4);
  world.executor.run_for(5s);
  CHECK(world.batches.empty());
  CHECK(world.store.committed("outbox/events").size() == 1);  // safe all the same
  world.executor.run_for(2s);
  REQUIRE(world.batches.size() == 1);
  const Json& batch = world.batches.front();
  CHECK(batch["session_id"] == "s-1");
  CHECK(batch["asset_id"] == "m_1");
  CHECK(batch["profile_id"] == "kids");
  REQUIRE(batch["events"].size() == 2);
  CHECK(batch["events"][0]["type"] == "start");
  CHECK(batch["events"][0]["startup_ms"] == 800);
  CHECK(batch["events"][1]["bitrate_kbps"] == 2400);
  CHECK(batch["events"][1]["position_seconds"] == 4.0);
  const int64_t apart = batch["events"][1]["timestamp_ms"].get<int64_t>() -
                        batch["events"][0]["timestamp_ms"].get<int64_t>();
  CHECK(apart == 4000);
  CHECK(world.store.committed("outbox/events").empty());
}

TEST_CASE("telemetry: the end is told at once") {
  World world;
  world.tell(FirstFrame{});
  world.play_for(1s);
  world.play->update(PlayActivity::kEnded, {});
  world.play->update(PlayActivity::kEnded, {});
  world.executor.run_for(1s);
  CHECK(world.types() == Types{"start", "end"});
}

TEST_CASE("telemetry: many events do not wait, and no batch is larger than the service takes") {
  World world;
  for (int i = 0; i < 130; ++i) world.tell(SeekDone{});
  world.executor.run_for(1s);
  CHECK(world.events.size() == 100);
  world.executor.run_for(10s);
  CHECK(world.events.size() == 130);
  for (const Json& batch : world.batches) CHECK(batch["events"].size() <= 50);
}

TEST_CASE("telemetry: H02 kills and lost answers neither lose nor double an event") {
  for (int ms = 0; ms < 12'000; ms += 400) {
    CAPTURE(ms);
    World world;
    world.tell(FirstFrame{});
    world.executor.run_for(100ms);
    world.answers_get_lost = true;
    world.executor.run_for(Duration{1ms} * ms);
    world.tell(SeekDone{});
    world.executor.run_for(100ms);
    world.restart();
    world.answers_get_lost = false;
    world.executor.run_for(120s);
    CHECK(world.types() == Types{"start", "seek"});
    CHECK(world.store.committed("outbox/events").empty());
  }
}

TEST_CASE("telemetry: H02 kills and lost answers neither lose nor double play time") {
  for (int ms = 0; ms < 12'000; ms += 400) {
    CAPTURE(ms);
    World world(5s);
    world.play_for(6s);
    world.answers_get_lost = true;
    world.play_for(Duration{1ms} * ms);
    world.play->update(PlayActivity::kPaused, {});  // tells what was not told yet
    world.executor.run_for(100ms);
    world.restart();
    world.answers_get_lost = false;
    world.executor.run_for(120s);
    CHECK(world.covered() == 6'000 + ms);
    CHECK(world.store.committed("outbox/heartbeats").empty());
  }
}

TEST_CASE("telemetry: a session that goes on after a kill keeps what it had told before") {
  World world(10s);
  world.is_reachable = false;
  world.tell(FirstFrame{});
  world.play_for(10s);
  world.executor.run_for(100ms);
  world.restart();
  world.begin(10s);  // the service names the same session
  world.tell(SeekDone{});
  world.play_for(10s);
  world.executor.run_for(100ms);
  world.is_reachable = true;
  world.outbox->flush();
  world.executor.run_for(20s);
  CHECK(world.types() == Types{"seek", "start"});
  CHECK(world.covered() == 20'000);
}

TEST_CASE("telemetry: an error names the place it comes from") {
  struct Case {
    const char* url;
    const char* place;
  };
  const Case cases[] = {
      {"https://a/x/m_1/1.m4s", "one"},   {"https://a/y/m_1/1.m4s", "two"},
      {"https://b/m_1/1.m4s", "three"},   {"https://a/z/m_1/1.m4s", ""},
      {"https://c/m_1/1.m4s", ""},        {"https://b:8443/m_1/1.m4s", ""},
      {"", ""},                           {"http://b/m_1/1.m4s", ""},
      {"https://b", ""},                  {"https://a/x/m_1/?sig=<redacted>", "one"},
  };
  const std::vector<MediaPlace> places = {{"one", "https://a/x/m_1/v.mpd?sig=s"},
                                          {"two", "https://a/y/m_1/v.mpd?sig=s"},
                                          {"three", "https://b/m_1/v.mpd?sig=s"}};
  for (const Case& c : cases) {
    CAPTURE(c.url);
    CHECK(place_of(places, c.url) == c.place);
  }
  World world;
  world.play->set_places(places);
  Error error = make_error(ErrorCode::kNotFound, "", 404);
  world.tell(Warning{error});
  error.url = "https://b/m_1/7.m4s";
  world.tell(Warning{error});
  world.tell(Failed{error});
  world.executor.run_for(11s);
  REQUIRE(world.order.size() == 3);
  CHECK(!world.events.at(world.order[0]).contains("location"));
  CHECK(world.events.at(world.order[1])["location"] == "three");
  CHECK(world.events.at(world.order[2])["location"] == "three");
}

TEST_CASE("telemetry: H01 an outage keeps the events and the heartbeats") {
  World world(10s);
  world.is_reachable = false;
  world.tell(FirstFrame{});
  world.play_for(300s);
  world.tell(state(PlayerState::kPlaying, PlayerState::kRebuffering), 300);
  world.play->update(PlayActivity::kBuffering, {});
  world.executor.run_for(1s);
  CHECK(world.store.committed("outbox/heartbeats").size() == 30);
  CHECK(world.beats.empty());
  world.is_reachable = true;
  world.outbox->flush();
  world.executor.run_for(1s);
  CHECK(world.types() == Types{"rebuffer", "start"});  // the newest batch goes first
  REQUIRE(world.beats.size() == 30);
  CHECK(world.covered() == 300'000);
  CHECK(world.beats[0]["session_id"] == "s-1");
  CHECK(world.beats[0]["video_id"] == "m_1");
}

TEST_CASE("telemetry: heartbeats cover play and stalls, not pauses") {
  World world(10s);
  world.tell(RepresentationChanged{Bitrate{800'000}, 640, 360, "id", {}});
  world.play_for(25s);
  world.play->update(PlayActivity::kPaused, {});
  world.executor.run_for(60s);
  CHECK(!world.play->next_deadline());
  world.play_for(3s);
  world.tell(state(PlayerState::kPlaying, PlayerState::kRebuffering));
  world.play->update(PlayActivity::kBuffering, {});
  world.executor.run_for(2s);
  world.play->update(PlayActivity::kStopped, {});
  world.executor.run_for(1s);
  for (const Json& beat : world.beats) CHECK(beat["bitrate_kbps"] == 800);
  CHECK(world.covered() == 30'000);
  CHECK(world.beats.back()["buffering_count"] == 1);
  CHECK(world.types().back() == "stop");
}

TEST_CASE("telemetry: times of before the service was heard of are corrected when they are sent") {
  World world;
  world.service.clock_ahead = 3600s;
  world.is_reachable = false;
  world.tell(FirstFrame{});
  const int64_t device_ms = world.executor.wall_now().us / 1000;
  world.executor.run_for(30s);
  // Another call hears the service's time.
  world.access.clock.observe(
      {world.executor.wall_now() + Duration{3600s}, world.executor.now(), world.executor.now()});
  world.is_reachable = true;
  world.outbox->flush();
  world.executor.run_for(1s);
  REQUIRE(world.order.size() == 1);
  const int64_t told = world.events.at(world.order[0])["timestamp_ms"];
  CHECK(std::abs(told - device_ms - 3'600'000) <= 1'500);
}

TEST_CASE("telemetry: H02 a heartbeat whose answer was lost is the same one after the clock was corrected") {
  World world(10s);
  world.service.sends_date = false;
  world.answers_get_lost = true;
  world.play_for(11s);
  world.play->update(PlayActivity::kPaused, {});
  world.executor.run_for(1s);
  CHECK(world.beats.size() >= 2);
  world.restart();
  world.access.clock.observe(
      {world.executor.wall_now() + Duration{3600s}, world.executor.now(), world.executor.now()});
  world.answers_get_lost = false;
  world.executor.run_for(120s);
  CHECK(world.beats.back()["timestamp_ms"] > world.beats.front()["timestamp_ms"].get<int64_t>() + 3'000'000);
  CHECK(world.covered() == 11'000);
  CHECK(world.store.committed("outbox/heartbeats").empty());
}

TEST_CASE("telemetry: what the service refuses for good is let go") {
  World world;
  world.service.script = [](const Request&) {
    return problem(404, "unknown_session", "There is no such session.");
  };
  world.tell(FirstFrame{});
  world.executor.run_for(11s);
  CHECK(world.troubles == std::vector<std::string>{"lost NOT_FOUND"});
  CHECK(world.store.committed("outbox/events").empty());
}

TEST_CASE("telemetry: drained means that nothing of either lane waits") {
  World world(10s);
  world.tell(FirstFrame{});
  world.play_for(11s);
  world.tell(SeekDone{});
  std::optional<bool> is_empty;
  world.outbox->drain(5s, [&](bool answer) { is_empty = answer; });
  world.executor.run_for(1s);
  CHECK(is_empty == true);
  world.is_reachable = false;
  world.tell(SeekDone{});
  is_empty.reset();
  world.outbox->drain(5s, [&](bool answer) { is_empty = answer; });
  world.executor.run_for(6s);
  CHECK(is_empty == false);
}

TEST_CASE("telemetry_json: what is stored is read as it was; what is damaged is told") {
  TelemetryBatch batch;
  batch.session = {"s", "m", "p"};
  batch.is_server_time = true;
  batch.events.push_back(
      {"e-1", "error", WallTime{5'000'000}, 2s, {{"code", 2004}}, {{"error", "X"}}});
  const auto read = decode_batch(encode_batch(batch));
  REQUIRE(read.has_value());
  CHECK(*read == batch);
  const Heartbeat beat{{"s", "m", ""}, "b-1", WallTime{5'000'000}, false, 10s, 2400, 3};
  const auto read_beat = decode_heartbeat(encode_heartbeat(beat));
  REQUIRE(read_beat.has_value());
  CHECK(*read_beat == beat);
  CHECK(heartbeat_body(beat) ==
        R"({"bitrate_kbps":2400,"buffering_count":3,"duration_ms":10000,"heartbeat_id":"b-1","session_id":"s",)"
        R"("timestamp_ms":5000,"video_id":"m"})");
  // As stored before heartbeats had ids.
  const auto earlier = decode_heartbeat(
      R"({"format":1,"session":"s","title":"m","profile":"","server_time":false,"at_us":5000000,)"
      R"("covers_us":1,"kbps":1,"stalls":0})");
  REQUIRE(earlier.has_value());
  CHECK(earlier->id == "5000000");
  const std::string text = encode_batch(batch);
  for (std::size_t length = 0; length < text.size(); length += 3) {
    CHECK(!decode_batch(text.substr(0, length)).has_value());
  }
  for (const char* damaged : {"", "{}", "[]", R"({"format":2})"}) {
    CHECK(!decode_batch(damaged).has_value());
    CHECK(!decode_heartbeat(damaged).has_value());
  }
}

}  // namespace
}  // namespace playhead::test

// SPDX-License-Identifier: Apache-2.0
// Downloads: the real player on a library that does what the test wants.
#include <algorithm>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "player/client_impl.h"
#include "support/scripted_library.h"
#include "support/sim_world.h"

namespace playhead::test {
namespace {

struct OfflineWorld {
  explicit OfflineWorld(SimTitle title = {}) : world(1, std::move(title)) {
    library->manifest_url = world.title.url();
    library->disk.serve([this](const WebRequest& request) -> std::optional<WebAnswer> {
      const auto body = world.title.body(request.url);
      return body ? std::optional(text_answer(*body)) : std::nullopt;
    });
    start_app();
  }
  ~OfflineWorld() {
    world.player.reset();
    world.run_for(10s);
  }
  void start_app() {
    world.start_app();
    world.client->impl().set_library(library);
  }
  [[nodiscard]] static PlaySource source() {
    PlaySource source;
    source.download_id = "d-1";
    return source;
  }
  void load(std::optional<Duration> start = {}, bool start_paused = false) {
    PlaySource source = OfflineWorld::source();
    source.start = start;
    source.start_paused = start_paused;
    world.player->load(source);
  }
  void play(Duration duration) {
    load();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(duration);
  }
  [[nodiscard]] ErrorCode failure() const {
    const Failed* failed = world.find<Failed>();
    return failed ? failed->error.code : ErrorCode::kInternal;
  }
  // Requests to the network, reports of positions aside.
  [[nodiscard]] std::vector<std::string> network() const {
    std::vector<std::string> urls;
    for (const SimRecord& record : world.transport->records()) {
      if (record.url.find("/progress") == std::string::npos) urls.push_back(record.url);
    }
    return urls;
  }
  [[nodiscard]] double heard_s() { return world.speaker->heard_s(world.executor.now()); }

  SimWorld world;
  std::shared_ptr<ScriptedLibrary> library = std::make_shared<ScriptedLibrary>(world.executor);
};

TEST_CASE("sim: a download plays to its end without a network") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  world.client->network_changed(false);
  offline.play(10s);
  CHECK(world.find<LoadStarted>()->url == "offline:d-1");
  CHECK(world.find<SessionStarted>()->url == "offline:d-1");
  CHECK(world.find<ManifestLoaded>()->duration == Duration{120s});
  CHECK(world.position_s() == doctest::Approx(10).epsilon(0.02));
  CHECK(world.client->impl().networks->recall().bps == 0);  // nothing was learnt of a network
  REQUIRE(world.run_until_event<Ended>(2min));
  world.run_for(1s);
  const QoeSummary qoe = world.find<Summary>()->qoe;
  CHECK(qoe.is_offline);
  CHECK(qoe.rebuffer_count == 0);
  CHECK(qoe.bytes > 0);
  CHECK(world.all<Warning>().empty());
  CHECK(offline.network().empty());
  CHECK(offline.library->begun == 1);
  CHECK(offline.heard_s() == doctest::Approx(120).epsilon(0.01));
}

TEST_CASE("sim: a title of the service that is played next is no download any more") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  offline.play(5s);
  world.forget_events();
  world.load_title();
  CHECK(world.run_until_event<FirstFrame>(10s));
  CHECK(offline.library->titles == 0);
  CHECK_FALSE(offline.network().empty());
  world.player->stop();
  world.run_for(1s);
  CHECK_FALSE(world.all<Summary>().back().qoe.is_offline);
}

TEST_CASE("sim: O22 playback ends within a second of the title's end") {
  for (const int64_t ms : {9'000, 9'100, 9'499, 9'500, 9'730, 10'001}) {
    CAPTURE(ms);
    OfflineWorld offline;
    SimWorld& world = offline.world;
    offline.play(0s);
    const MonotonicTime end = world.executor.now() + std::chrono::milliseconds(ms);
    offline.library->ends_at = end;
    REQUIRE(world.run_until_event<Failed>(1min));
    CHECK(world.executor.now() >= end);
    CHECK(world.executor.now() - end <= 1s);
    CHECK(offline.failure() == ErrorCode::kOfflineExpired);
    CHECK(world.screen->shown().back().at - end <= 1s);
    CHECK_FALSE(world.speaker->is_open());
    const std::size_t shown = world.screen->shown().size();
    world.run_for(1min);
    CHECK_FALSE(world.speaker->is_open());
    CHECK(world.screen->shown().size() == shown);
    CHECK(world.status()->state == PlayerState::kFailed);
    CHECK(offline.library->titles == 0);
    CHECK(world.find<Summary>() != nullptr);
  }
}

TEST_CASE("sim: it ends as well while it buffers, and in trick play") {
  for (const bool is_trick : {false, true}) {
    CAPTURE(is_trick);
    SimTitle title;
    title.has_iframes = true;
    OfflineWorld offline(title);
    SimWorld& world = offline.world;
    offline.play(5s);
    if (is_trick) {
      world.player->trick_play(8);
      world.run_for(1s);
      REQUIRE(world.status()->state == PlayerState::kTrickPlay);
    } else {
      SimFault slow;
      slow.url_contains = ".seg";
      slow.latency = 1h;
      offline.library->disk.add_fault(slow);
      world.player->seek(MediaTime{100'000'000});
      world.run_for(5s);
      REQUIRE(world.status()->state == PlayerState::kBuffering);
    }
    offline.library->ends_at = world.executor.now() + 300ms;
    world.run_for(1'300ms);
    CHECK(offline.failure() == ErrorCode::kOfflineExpired);
  }
}

TEST_CASE("sim: what has ended while it was paused is refused at resume and at a seek") {
  struct Case {
    const char* name;
    void (*call)(Player&);
  };
  const Case cases[] = {
      {"resume", [](Player& player) { player.play(); }},
      {"seek", [](Player& player) { player.seek(MediaTime{60'000'000}); }},
      {"trick play", [](Player& player) { player.trick_play(4); }},
      {"scrub", [](Player& player) { player.scrub(MediaTime{60'000'000}); }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    OfflineWorld offline;
    SimWorld& world = offline.world;
    offline.play(5s);
    world.player->pause();
    world.run_for(1s);
    offline.library->ends_at = world.executor.now() + 1h;
    const int questions = offline.library->questions;
    world.run_for(2h);
    CHECK(world.find<Failed>() == nullptr);
    CHECK(offline.library->questions == questions);  // nobody watches
    const std::size_t shown = world.screen->shown().size();
    const double heard = offline.heard_s();
    c.call(*world.player);
    world.run_for(500ms);
    CHECK(offline.failure() == ErrorCode::kOfflineExpired);
    CHECK(world.screen->shown().size() == shown);
    CHECK(offline.heard_s() == heard);
  }
}

TEST_CASE("sim: it is asked every second of playback at least, and not all the time") {
  OfflineWorld offline;
  offline.play(0s);
  const int before = offline.library->questions;
  offline.world.run_for(60s);
  CHECK(offline.library->questions - before >= 60);
  CHECK(offline.library->questions - before <= 125);
}

TEST_CASE("sim: O23 nothing is seen or heard before the first play is written down") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  SUBCASE("it takes its time") {
    offline.library->beginning = 5s;
    offline.load();
    world.run_for(4s);
    CHECK(offline.library->begun == 1);
    CHECK(world.screen->shown().empty());
    CHECK(offline.heard_s() == 0);
    CHECK(world.status()->state == PlayerState::kBuffering);
    REQUIRE(world.run_until_event<FirstFrame>(2s));
    world.run_for(10s);
    CHECK(world.position_s() == doctest::Approx(10).epsilon(0.05));
    CHECK(offline.library->begun == 1);
  }
  SUBCASE("it fails") {
    offline.library->begin_error = make_error(ErrorCode::kStoreIo, "read-only");
    offline.load();
    world.run_for(1min);
    CHECK(offline.failure() == ErrorCode::kStoreIo);
    CHECK(world.screen->shown().empty());
    CHECK(offline.heard_s() == 0);
  }
  SUBCASE("it fails, paused at the start") {
    offline.library->begin_error = make_error(ErrorCode::kOfflineExpired, "ended");
    offline.load({}, true);
    world.run_for(1min);
    CHECK(offline.failure() == ErrorCode::kOfflineExpired);
    CHECK(world.screen->shown().empty());
  }
  SUBCASE("trick play does not go round it") {
    offline.library->beginning = 1h;
    offline.load();
    world.run_for(2s);
    world.player->trick_play(8);
    world.player->scrub(MediaTime{60'000'000});
    world.run_for(10s);
    CHECK(world.screen->shown().empty());
    CHECK(world.all<Warning>().size() == 2);
  }
  SUBCASE("stopped before it is answered") {
    offline.library->beginning = 5s;
    offline.load();
    world.run_for(2s);
    world.player->stop();
    world.run_for(10s);
    CHECK(world.screen->shown().empty());
    CHECK(world.status()->state == PlayerState::kIdle);
    CHECK(offline.library->titles == 0);
  }
}

TEST_CASE("sim: sound alone waits for the first play as well") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  offline.library->keeps = [](const std::string& id) { return id.rfind("audio/", 0) == 0; };
  offline.library->beginning = 5s;
  offline.load();
  world.run_for(4s);
  CHECK(offline.library->begun == 1);
  CHECK(offline.heard_s() == 0);
  world.run_for(10s);
  CHECK(offline.heard_s() > 5);
  CHECK(world.screen->shown().empty());
}

TEST_CASE("sim: a prepared download does not count as played") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  world.player->prepare(OfflineWorld::source());
  world.run_for(10s);
  CHECK(offline.library->opened == 1);
  CHECK(offline.library->begun == 0);
  offline.load();
  REQUIRE(world.run_until_event<FirstFrame>(5s));
  CHECK(offline.library->opened == 1);
  CHECK(offline.library->begun == 1);
  CHECK(world.find<FirstFrame>()->startup < 50ms);
  CHECK(offline.network().empty());
}

TEST_CASE("sim: a download that comes next begins when it is its turn") {
  SimTitle title;
  title.segments = 5;
  OfflineWorld offline(title);
  SimWorld& world = offline.world;
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.player->set_next(OfflineWorld::source());
  world.run_for(18s);
  CHECK(offline.library->opened == 1);
  CHECK(offline.library->begun == 0);
  world.forget_events();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  CHECK(world.find<LoadStarted>()->url == "offline:d-1");
  CHECK(offline.library->begun == 1);
  REQUIRE(world.run_until_event<Summary>(1min));
  world.run_for(30s);
  CHECK(world.all<Summary>().back().qoe.is_offline);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("sim: only what was downloaded is offered and asked for") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  // The names of the Representations are the manifest's affair.
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  const std::vector<RepresentationInfo> all = world.status()->representations;
  REQUIRE(all.size() == 4);
  REQUIRE(world.status()->tracks.size() == 2);
  world.player->stop();
  world.run_for(1s);
  world.forget_events();
  bool has_german = false;
  offline.library->keeps = [&](const std::string& id) {
    const bool is_german = id.rfind("audio/", 0) == 0 && id.find("Deutsch") != std::string::npos;
    has_german = has_german || is_german;
    return id == all[1].id || is_german;
  };
  offline.load();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(10s);
  CHECK(has_german);
  REQUIRE(world.status()->representations.size() == 1);
  CHECK(world.status()->representations.front().id == all[1].id);
  REQUIRE(world.status()->tracks.size() == 1);
  CHECK(world.status()->tracks.front().language == "de");
  for (const SimRecord& record : offline.library->disk.records()) {
    if (record.kind != ResourceKind::kMedia) continue;
    CAPTURE(record.url);
    const bool is_kept = record.url.find("/v1-") != std::string::npos ||
                         record.url.find("/a-de-") != std::string::npos;
    CHECK(is_kept);
  }
}

TEST_CASE("sim: what cannot be opened fails with its reason, and nothing is asked for") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  struct Case {
    const char* name;
    ErrorCode code;
  };
  const Case cases[] = {{"expired", ErrorCode::kOfflineExpired},
                        {"clock", ErrorCode::kOfflineClockUntrusted},
                        {"contact", ErrorCode::kOfflineContactNeeded},
                        {"tampered", ErrorCode::kOfflineTampered},
                        {"incomplete", ErrorCode::kOfflineIncomplete}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    offline.library->open_error = make_error(c.code, "scripted");
    offline.load();
    world.run_for(10s);
    CHECK(offline.failure() == c.code);
    world.forget_events();
  }
  world.client->impl().set_library(nullptr);
  offline.load();
  world.run_for(1s);
  CHECK(offline.failure() == ErrorCode::kInvalidState);
  CHECK(offline.network().empty());
  CHECK(world.screen->shown().empty());
}

TEST_CASE("sim: what is still being downloaded is waited for as in an outage, without an error") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  SimFault late;
  late.url_contains = "-5.seg";
  late.latency = 5min;
  offline.library->disk.add_fault(late);
  offline.play(1min);
  CHECK(world.status()->state == PlayerState::kRebuffering);
  CHECK(world.position_s() == doctest::Approx(20).epsilon(0.05));
  const std::size_t asked = offline.library->disk.records().size();
  world.run_for(2min);
  CHECK(offline.library->disk.records().size() == asked);  // nobody asks twice
  world.run_for(4min);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.all<Warning>().empty());
  REQUIRE(world.run_until_event<Ended>(2min));
  CHECK(world.find<Summary>() != nullptr);
  CHECK(world.status()->qoe.rebuffer_count == 1);
  CHECK(offline.network().empty());
}

TEST_CASE("sim: a download that ends before the title plays what is there, and says why it stops") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  for (int i = 10; i < 30; ++i) {
    offline.library->fail_reads("-" + std::to_string(i) + ".seg", ErrorCode::kOfflineIncomplete);
  }
  offline.play(1min);
  CHECK(offline.failure() == ErrorCode::kOfflineIncomplete);
  CHECK(world.screen->shown().back().time > MediaTime{38'500'000});
  CHECK(world.all<PositionJumped>().empty());
}

TEST_CASE("sim: O17 a damaged segment costs its seconds, with a warning, and nothing else") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  for (const char* name : {"v0-4.seg", "v1-4.seg", "v2-4.seg", "v3-4.seg"}) {
    offline.library->fail_reads(name, ErrorCode::kOfflineDamaged);
  }
  offline.play(40s);
  CHECK(world.find<Failed>() == nullptr);
  const auto warnings = world.all<Warning>();
  CHECK(std::any_of(warnings.begin(), warnings.end(), [](const Warning& warning) {
    return warning.error.code == ErrorCode::kOfflineDamaged;
  }));
  CHECK(world.position_s() > 35);
  CHECK(world.status()->state == PlayerState::kPlaying);
}

TEST_CASE("sim: O25 a library that is closed while it is played ends the play") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  offline.play(5s);
  world.client->impl().set_library(nullptr);
  offline.library->refused = make_error(ErrorCode::kInvalidState, "closed");
  world.run_for(1s);
  CHECK(offline.failure() == ErrorCode::kInvalidState);
  CHECK(offline.library->titles == 0);
}

TEST_CASE("sim: positions of a download wait for the service, with their own time") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  world.fail_requests("api.test", 503);
  offline.play(30s);
  const int64_t watched_at_ms = world.executor.wall_now().us / 1000;
  world.player->stop();
  world.run_for(10min);
  CHECK(world.service.accepted.empty());
  CHECK(world.service.starts == 0);
  world.transport->clear_faults();
  world.client->network_changed();
  world.run_for(1min);
  REQUIRE(!world.service.accepted.empty());
  CHECK(world.service.saved["m1"].position_s == doctest::Approx(30).epsilon(0.05));
  CHECK(std::abs(world.service.saved["m1"].recorded_at_ms - watched_at_ms) < 5'000);
}

TEST_CASE("sim: a download resumes where this device left it, whatever was delivered since") {
  struct Case {
    const char* name;
    bool is_online;  // what was watched reached the service
    bool is_killed;
  };
  const Case cases[] = {{"never delivered", false, false},
                        {"delivered and forgotten by the outbox", true, false},
                        {"killed", false, true},
                        {"delivered, and killed", true, true}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    OfflineWorld offline;
    SimWorld& world = offline.world;
    if (!c.is_online) world.fail_requests("api.test", 503);
    offline.play(30s);
    const double left_at = world.position_s();
    if (c.is_killed) {
      world.kill_app();
    } else {
      world.quit_app();
    }
    if (c.is_online) world.fail_requests("api.test", 503);
    world.run_for(1min);
    world.forget_events();
    offline.start_app();
    offline.load();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    const double resumed_at = to_seconds(world.find<SessionStarted>()->resume_position);
    CHECK(resumed_at <= left_at + 0.1);
    CHECK(resumed_at >= left_at - 4.2);
    CHECK(world.screen->shown().front().time >= MediaTime{25'000'000});
  }
}

TEST_CASE("sim: what was seen online is resumed offline; a start given by the app counts more") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(20s);
  world.player->stop();
  world.run_for(1s);
  world.client->network_changed(false);
  world.forget_events();
  offline.load();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  CHECK(to_seconds(world.find<SessionStarted>()->resume_position) ==
        doctest::Approx(20).epsilon(0.05));
  world.forget_events();
  offline.load(Duration{40s});
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  CHECK(world.position_s() == doctest::Approx(40).epsilon(0.01));
}

TEST_CASE("sim: a download that was added by URL reports nothing") {
  OfflineWorld offline;
  SimWorld& world = offline.world;
  offline.library->title_id.clear();
  offline.play(20s);
  world.player->stop();
  world.run_for(10s);
  CHECK(world.transport->records().empty());
  CHECK(world.service.accepted.empty());
  CHECK(world.find<Summary>()->qoe.is_offline);
}

}  // namespace
}  // namespace playhead::test

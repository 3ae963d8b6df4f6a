// SPDX-License-Identifier: Apache-2.0
// Start, resume and progress: the real session, outbox and engine against a simulated service.
#include <cmath>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "playhead/service_client.h"
#include "support/sim_world.h"

namespace playhead::test {
namespace {

TEST_CASE("sim: playback resumes at the saved position, and the first request is already there") {
  SimWorld world;
  world.service.saved["m1"] = {61.5, 1};
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  CHECK(to_seconds(world.find<SessionStarted>()->resume_position) == doctest::Approx(61.5));
  REQUIRE(!world.media_requests().empty());
  for (const std::string& url : world.media_requests()) {
    CAPTURE(url);
    CHECK(url.find("-15.seg") + 1 + url.find("-16.seg") + 1 + url.find("-17.seg") + 1 > 0);
    CHECK(url.find("-0.seg") == std::string::npos);
  }
  CHECK(world.media_requests().front().find("-15.seg") != std::string::npos);
  CHECK(world.screen->shown().front().time == MediaTime{61'480'000});
}

TEST_CASE("sim: progress every 4 s or 10 s of true play time") {
  for (const int seconds : {4, 10}) {
    CAPTURE(seconds);
    PlayerConfig config;
    config.progress_interval = std::chrono::seconds(seconds);
    SimWorld world;
    world.start_app(config);
    world.load_title();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(101s);
    CHECK(static_cast<int>(world.service.accepted.size()) ==
          doctest::Approx(100 / seconds).epsilon(0.05));
    // The answer to the last one may still be on its way.
    CHECK(world.all<ProgressSent>().size() + 1 >= world.service.accepted.size());
    CHECK(world.all<ProgressSent>().size() <= world.service.accepted.size());
  }
}

TEST_CASE("sim: no progress while paused; a pause is reported at once") {
  SimWorld world;
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(6s);
  world.player->pause();
  world.run_for(2s);
  const std::size_t after_pause = world.service.accepted.size();
  CHECK(world.service.saved["m1"].position_s == doctest::Approx(6).epsilon(0.05));
  world.run_for(10min);
  CHECK(world.service.accepted.size() == after_pause);
}

TEST_CASE("sim: a seek is reported with its target, the end with the end") {
  SimWorld world;
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(3s);
  world.player->seek(MediaTime{100'000'000});
  world.run_for(3s);
  bool found = false;
  for (const auto& report : world.service.accepted) {
    found = found || std::abs(report.position_s - 100) < 0.5;
  }
  CHECK(found);
  REQUIRE(world.run_until_event<Ended>(1min));
  world.run_for(2s);
  CHECK(world.service.saved["m1"].position_s == doctest::Approx(120));
}

TEST_CASE("sim: killed at any moment, playback goes on within one interval of where it was") {
  SimTitle title;
  title.bitrates_bps = {400'000};  // what is shown does not matter here
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    SimWorld world(static_cast<uint64_t>(round + 1), title);
    world.start_app();
    world.load_title();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(Duration{5'000'000 + round * 677'000});
    const double killed_at = world.position_s();
    world.kill_app();
    world.forget_events();
    world.start_app();
    world.load_title();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    const double resumed_at = to_seconds(world.find<SessionStarted>()->resume_position);
    CHECK(resumed_at <= killed_at + 0.1);
    CHECK(resumed_at >= killed_at - 4.2);
  }
}

TEST_CASE("H05 positions wait for a service that is down, through a crash") {
  SimWorld world;
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.fail_requests("/progress", 503);
  world.run_for(30s);
  CHECK(world.service.accepted.size() <= 1);
  CHECK(world.status()->state == PlayerState::kPlaying);  // playback does not notice
  world.kill_app();
  world.transport->clear_faults();
  world.start_app();  // nothing is played: the outbox delivers on its own
  world.run_for(2min);
  CHECK(world.service.saved["m1"].position_s == doctest::Approx(28).epsilon(0.1));
}

TEST_CASE("sim: quitting saves the position") {
  SimWorld world;
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(9'700ms);
  const double quit_at = world.position_s();
  world.quit_app();
  CHECK(world.service.saved["m1"].position_s == doctest::Approx(quit_at).epsilon(0.01));
}

TEST_CASE("sim: a flush, as at going to the background, takes along where a play is") {
  SimWorld world;
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(7s);
  const std::size_t before = world.service.accepted.size();
  CHECK(world.service.saved["m1"].position_s == doctest::Approx(4).epsilon(0.1));
  std::optional<bool> answer;
  world.client->flush(2s, [&](bool nothing_left) { answer = nothing_left; });
  world.run_for(500ms);
  CHECK(answer == true);
  CHECK(world.service.accepted.size() == before + 1);
  CHECK(world.service.saved["m1"].position_s == doctest::Approx(7).epsilon(0.05));
  // Nothing is said twice, and the next one is due as if this had been due.
  world.run_for(3s);
  CHECK(world.service.accepted.size() == before + 1);
  world.run_for(1s);
  CHECK(world.service.accepted.size() == before + 2);
  world.player->pause();
  world.run_for(2s);
  const std::size_t paused = world.service.accepted.size();
  world.client->flush(2s, [](bool) {});
  world.run_for(2s);
  CHECK(world.service.accepted.size() == paused);
}

TEST_CASE("sim: flush tells when everything has arrived, and when it cannot") {
  SimWorld world;
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(6s);
  world.player->stop();
  std::optional<bool> answer;
  world.client->flush(2s, [&](bool nothing_left) { answer = nothing_left; });
  world.run_for(1s);
  CHECK(answer == true);
  CHECK(world.service.saved["m1"].position_s == doctest::Approx(6).epsilon(0.05));

  SimFault down;
  down.url_contains = "/progress";
  down.is_silent = true;
  world.transport->add_fault(down);
  world.load_title();
  world.run_for(6s);
  world.player->stop();
  answer.reset();
  world.client->flush(2s, [&](bool nothing_left) { answer = nothing_left; });
  world.run_for(1900ms);
  CHECK_FALSE(answer.has_value());
  world.run_for(200ms);
  CHECK(answer == false);
}

TEST_CASE("N11 signed URLs that run out are renewed without a stall, once for each time") {
  SimTitle title;
  title.segments = 60;
  SimWorld world(1, title, SimLink::constant(8'000'000));
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(20s);
  world.service.signature = 2;  // the CDN refuses the old signature from now on
  // What is known of the title stays known.
  int unknown = 0;
  for (int i = 0; i < 30'000 && !world.find<Ended>(); ++i) {
    world.run_for(10ms);
    if (!world.status()->duration) ++unknown;
  }
  REQUIRE(world.find<Ended>());
  CHECK(unknown == 0);
  CHECK(world.service.starts == 2);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("N11 URLs of 20 s carry a title of 10 minutes without a stall") {
  for (const uint64_t seed : {1, 2}) {
    CAPTURE(seed);
    SimTitle title;
    title.segments = 150;  // of 4 s
    SimWorld world(seed, title, SimLink::constant(4'000'000));
    world.service.clock = &world.executor;
    world.service.url_life = 20s;
    world.start_app();
    world.load_title();
    REQUIRE(world.run_until_event<Ended>(11min));
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK(world.find<Failed>() == nullptr);
    // Each answer is renewed once, not before about 16 s of its 20: ends are whole seconds.
    const auto& signed_at = world.service.signed_at;
    CHECK(signed_at.size() > 20);
    for (std::size_t i = 1; i < signed_at.size(); ++i)
      CHECK(signed_at[i] - signed_at[i - 1] >= 15s);
  }
}

TEST_CASE("N11 a live manifest whose signed URL ran out is renewed") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  SimLive live;
  live.is_dash = true;
  world.load_live(live);
  world.service.titles["live"] = {live.url(), 0};
  PlaySource source;
  source.title_id = "live";
  world.player->load(source);
  world.run_for(20s);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  REQUIRE(world.service.starts == 1);
  // The CDN refuses manifests with the old signature from now on.
  world.fail_requests("live.mpd?sig=1", 403);
  world.service.signature = 2;
  world.run_for(60s);
  CHECK(world.service.starts == 2);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

// A title whose URLs end so long after its start; its first picture is there.
struct ExpiringPlay {
  ExpiringPlay(int segments, std::chrono::seconds url_life)
      : world(1, titled(segments), SimLink::constant(8'000'000)) {
    world.service.expires_at_s = world.executor.wall_now().us / 1'000'000 + url_life.count();
    world.start_app();
    world.load_title();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
  }
  static SimTitle titled(int segments) {
    SimTitle title;
    title.segments = segments;
    return title;
  }
  SimWorld world;
};

TEST_CASE("sim: URLs with a known end are renewed before it") {
  ExpiringPlay play(60, 100s);
  SimWorld& world = play.world;
  world.run_for(70s);
  CHECK(world.service.starts == 1);
  world.service.expires_at_s = *world.service.expires_at_s + 1000;
  world.run_for(25s);
  CHECK(world.service.starts == 2);
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.service.starts == 2);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: a renewal that fails is tried again while the old URLs still work") {
  ExpiringPlay play(100, 250s);
  SimWorld& world = play.world;
  SimFault down;
  down.url_contains = "/api/v1/stream?";
  down.status = 503;
  down.until = world.executor.now() + 240s;
  world.transport->add_fault(down);
  world.run_for(235s);
  CHECK(world.service.starts == 1);
  world.service.expires_at_s = *world.service.expires_at_s + 1000;
  world.run_for(50s);
  CHECK(world.service.starts == 2);
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

// The play of a protected profile whose PIN is changed on another device while its URLs of 100 s
// last.
struct GuardedPlay {
  GuardedPlay() : world(1, ExpiringPlay::titled(60), SimLink::constant(8'000'000)) {
    world.service.clock = &world.executor;
    world.service.url_life = 100s;
    world.transport->serve([this](const WebRequest& request) { return guard(request); });
    world.start_app();
    calls = *ServiceClient::create(world.client);
    REQUIRE(choose("1234"));
    load();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(20s);
    pin = "5678";
  }
  void load() {
    PlaySource source;
    source.title_id = "m1";
    source.profile_id = "mum";
    world.player->load(source);
  }
  bool choose(const std::string& with) {
    std::optional<bool> is_open;
    calls->choose_profile("mum", with, [&](Result<void> chosen) { is_open = chosen.has_value(); });
    world.run_for(1s);
    return is_open.value_or(false);
  }
  // As the reference server does, the lock after five wrong ones too.
  std::optional<WebAnswer> guard(const WebRequest& request) {
    if (request.target.find("profile_id=mum") == std::string::npos) return std::nullopt;
    const std::string given = request.header("X-Profile-Pin");
    const auto refuse = [](int status, const std::string& code) {
      return text_answer(R"({"error":{"code":")" + code + R"(","message":"No."}})", status);
    };
    if (request.target.rfind("/api/v1/stream?", 0) == 0) ++asked;
    if (given.empty()) return refuse(403, "pin_required");
    if (wrong == 5) return refuse(429, "pin_locked");
    if (given != pin) {
      ++wrong;
      return refuse(403, "pin_wrong");
    }
    if (request.target.rfind("/api/v1/stream?", 0) == 0) return std::nullopt;
    return text_answer(R"({"items":[]})");
  }
  [[nodiscard]] std::vector<ErrorCode> warnings() const {
    std::vector<ErrorCode> codes;
    for (const Warning& warning : world.all<Warning>()) codes.push_back(warning.error.code);
    return codes;
  }

  std::string pin = "1234";
  int wrong = 0;
  int asked = 0;  // for URLs
  SimWorld world;
  std::unique_ptr<ServiceClient> calls;
};

TEST_CASE(
    "sim: a PIN that was changed elsewhere is asked for, and the play goes on with the new one") {
  GuardedPlay play;
  SimWorld& world = play.world;
  Duration waits{0};
  SUBCASE("given while the old URLs last") { waits = 82s; }
  SUBCASE("given while what is buffered lasts") { waits = 110s; }
  REQUIRE(
      world.executor.run_until_true([&] { return world.position_s() > to_seconds(waits); }, 2min));
  world.run_for(1s);
  REQUIRE_FALSE(play.warnings().empty());
  CHECK(play.warnings().front() == ErrorCode::kPinWrong);
  CHECK(play.choose("5678"));
  REQUIRE(world.run_until_event<Ended>(10min));
  world.quit_app();
  INFO(world.log());
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.all<Summary>().at(0).qoe.rebuffer_count == 0);
  CHECK(play.wrong == 1);  // nobody is locked out
  CHECK(world.service.saved["m1"].position_s == doctest::Approx(240).epsilon(0.01));
}

TEST_CASE(
    "sim: a play that nobody gave the new PIN ends where its buffer does, and can be resumed") {
  GuardedPlay play;
  SimWorld& world = play.world;
  REQUIRE(world.run_until_event<Failed>(5min));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kPinRequired);
  CHECK(play.wrong == 1);
  world.run_for(5s);
  const double seen = world.service.saved["m1"].position_s;
  CHECK(seen > 110);
  CHECK(play.choose("5678"));
  world.forget_events();
  play.load();
  REQUIRE(world.run_until_event<SessionStarted>(10s));
  CHECK(to_seconds(world.find<SessionStarted>()->resume_position) == doctest::Approx(seen));
  REQUIRE(world.run_until_event<Ended>(10min));
}

TEST_CASE(
    "sim: a paused play whose URLs cannot be renewed asks less and less, and at once when it is "
    "played") {
  GuardedPlay play;
  SimWorld& world = play.world;
  world.player->pause();
  world.run_for(2h);
  CHECK(play.asked > 24);  // every 5 min
  CHECK(play.asked < 35);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(play.choose("5678"));
  const int before = play.asked;
  world.player->play();
  world.run_for(1s);
  CHECK(play.asked == before + 1);
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("sim: playing while new URLs come leaves the next renewal where it is") {
  GuardedPlay play;
  SimWorld& world = play.world;
  world.player->pause();
  world.run_for(10min);
  CHECK(play.choose("5678"));
  const auto manifests = [&] {
    const auto& records = world.transport->records();
    return std::count_if(records.begin(), records.end(), [](const SimRecord& record) {
      return record.url.find("master.m3u8") != std::string::npos;
    });
  };
  const auto before = manifests();
  REQUIRE(world.executor.run_until_true([&] { return manifests() > before; }, 6min));
  const int asked = play.asked;
  world.player->play();
  world.run_for(3min);
  CHECK(play.asked == asked + 2);  // they live for 100 s
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("M02 N11 a playlist cut off before its pictures does not take them away at a renewal") {
  ExpiringPlay play(60, 100s);
  SimWorld& world = play.world;
  world.run_for(70s);
  world.service.expires_at_s = *world.service.expires_at_s + 1000;
  bool was_cut = false;
  world.transport->meddle([&](const SimRecord&, const WebRequest& request, WebAnswer& answer) {
    const bool is_meant = request.url.find("master.m3u8") != std::string::npos;
    if (!is_meant || std::exchange(was_cut, true)) return;
    const std::string text(answer.body->begin(), answer.body->end());
    answer = text_answer(text.substr(0, text.find("#EXT-X-STREAM-INF")));
  });
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(was_cut);
  CHECK(world.service.starts == 3);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  const auto& shown = world.screen->shown();
  for (std::size_t i = 1; i < shown.size(); ++i) REQUIRE(shown[i].at - shown[i - 1].at < 200ms);
}

}  // namespace
}  // namespace playhead::test

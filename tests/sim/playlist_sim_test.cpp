// SPDX-License-Identifier: Apache-2.0
// Titles that follow each other: without a gap where that can be, honestly counted where it cannot.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

constexpr Duration kPicture = 40ms;

SimTitle title_at(const std::string& name, int segments) {
  SimTitle title;
  title.base_url = "http://cdn.test/" + name + "/";
  title.segments = segments;
  return title;
}

PlaySource source_of(const std::string& url) {
  PlaySource source;
  source.url = url;
  return source;
}

// The event's name, where order is what a test is about; empty for those that may come anywhere.
std::string name_of(const Event& event) {
  const auto& payload = event.payload;
  if (const auto* e = std::get_if<LoadStarted>(&payload)) return e->is_next ? "next" : "load";
  if (const auto* e = std::get_if<Ended>(&payload)) return e->goes_on ? "goes on" : "ended";
  if (std::holds_alternative<SessionStarted>(payload)) return "session";
  if (std::holds_alternative<ManifestLoaded>(payload)) return "manifest";
  if (std::holds_alternative<FirstFrame>(payload)) return "first";
  if (std::holds_alternative<Summary>(payload)) return "summary";
  if (std::holds_alternative<Failed>(payload)) return "failed";
  if (std::holds_alternative<Warning>(payload)) return "warning";
  if (const auto* e = std::get_if<StateChanged>(&payload)) {
    return "state " + std::to_string(static_cast<int>(e->to));
  }
  return "";
}

std::string order_of(const SimWorld& world) {
  std::string order;
  for (const Event& event : world.events) {
    const std::string name = name_of(event);
    if (!name.empty()) order += (order.empty() ? "" : ", ") + name;
  }
  return order;
}

// The longest time between one picture and the next, on the screen. The first is shown before time
// runs.
Duration longest_picture(const SimWorld& world) {
  Duration longest{0};
  const auto& shown = world.screen->shown();
  for (std::size_t i = 2; i < shown.size(); ++i) {
    longest = std::max(longest, shown[i].at - shown[i - 1].at);
  }
  return longest;
}

// A world with a first title of 40 s that plays, and "next" of 20 s beside it.
struct Playlist {
  explicit Playlist(SimLink link = SimLink::constant(8'000'000, 40ms), PlayerConfig config = {})
      : world(1, title_at("first", 10), std::move(link)) {
    world.more_titles = {title_at("next", 5), title_at("third", 5)};
    world.service.titles["m2"] = {world.more_titles[0].url(), 20};
    world.start_app(config);
  }
  void begin(const PlaySource& next) {
    world.load_url(world.title.url());
    world.player->set_next(next);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
  }
  [[nodiscard]] std::string next_url() const { return world.more_titles[0].url(); }
  [[nodiscard]] int64_t requests_of(const std::string& text) const {
    const auto& records = world.transport->records();
    return std::count_if(records.begin(), records.end(),
                         [&](const SimRecord& r) { return r.url.find(text) != r.url.npos; });
  }
  // Runs until so much of the first title is left.
  void run_until_left(Duration left) {
    const MediaTime moment = MediaTime{40'000'000} - left;
    REQUIRE(world.executor.run_until_true(
        [&] { return world.status()->position >= moment - 100ms; }, 1min));
    // The status is that of the last turn.
    const auto status = world.status();
    world.run_for(moment - status->position - (world.executor.now() - status->measured_at));
  }
  // Runs until the second title's LoadStarted was told.
  [[nodiscard]] bool run_into_next(Duration limit = 2min) {
    return world.executor.run_until_true(
        [&] {
          world.run_for(Duration{0});
          const auto loads = world.all<LoadStarted>();
          return std::any_of(loads.begin(), loads.end(), [](const auto& e) { return e.is_next; });
        },
        limit);
  }
  SimWorld world;
};

TEST_CASE("sim: the next title follows without a gap in sound or pictures") {
  struct Case {
    const char* name;
    bool is_dash;
    double speed;
  };
  for (const Case& c : {Case{"HLS", false, 1}, Case{"DASH", true, 1}, Case{"fast", false, 2},
                        Case{"slow", false, 0.5}}) {
    CAPTURE(std::string(c.name));
    Playlist list;
    SimWorld& world = list.world;
    const SimDash dash;
    world.transport->serve([&dash](const WebRequest& request) -> std::optional<WebAnswer> {
      const auto body = dash.body(request.url);
      return body ? std::optional(text_answer(*body)) : std::nullopt;
    });
    world.player->set_speed(c.speed);
    list.begin(source_of(c.is_dash ? dash.url() : list.next_url()));
    REQUIRE(list.run_into_next());
    CHECK(world.position_s() == doctest::Approx(0).epsilon(0.05));
    world.run_for(5s);
    CHECK(world.position_s() == doctest::Approx(5 * c.speed).epsilon(0.02));
    // Not one frame of sound is missing or made up, and the device played all the time.
    CHECK(world.speaker->opened() == 1);
    CHECK(world.speaker->flushed() == 0);
    CHECK(world.speaker->underrun_frames() == 0);
    CHECK(world.speaker->silent_frames() == 0);
    const double played = 40 / c.speed + 5;
    CHECK(world.speaker->heard_s(world.executor.now()) == doctest::Approx(played).epsilon(0.002));
    // One picture is on screen for the time of one, at the change as well.
    CHECK(longest_picture(world) <= std::chrono::duration_cast<Duration>(kPicture / c.speed) + 6ms);
    CHECK(world.screen->cleared() == 1);
    CHECK(order_of(world) ==
          "load, state 1, state 2, manifest, first, state 3, goes on, summary, next, manifest, "
          "first");
    const auto firsts = world.all<FirstFrame>();
    CHECK(firsts.back().startup == Duration{0});
    REQUIRE(world.run_until_event<Ended>(2min));
    world.run_for(1min);
    const auto summaries = world.all<Summary>();
    REQUIRE(summaries.size() == 2);
    for (const Summary& summary : summaries) CHECK(summary.qoe.rebuffer_count == 0);
    CHECK(to_seconds(summaries[0].qoe.play_time) == doctest::Approx(40 / c.speed).epsilon(0.01));
    CHECK(to_seconds(summaries[1].qoe.play_time) == doctest::Approx(20 / c.speed).epsilon(0.01));
    CHECK_FALSE(world.all<Ended>().back().goes_on);
    CHECK(world.status()->state == PlayerState::kEnded);
    CHECK(world.find<Warning>() == nullptr);
    // Nothing is fetched twice.
    std::vector<std::string> requests = world.media_requests();
    std::sort(requests.begin(), requests.end());
    CHECK(std::adjacent_find(requests.begin(), requests.end()) == requests.end());
  }
}

TEST_CASE("sim: nothing of the next title is fetched before all of the one that plays is") {
  // On a link that is just enough, and on one that is plenty.
  for (const int64_t bps : {1'200'000, 20'000'000}) {
    CAPTURE(bps);
    Playlist list(SimLink::constant(bps, 40ms));
    list.begin(source_of(list.next_url()));
    REQUIRE(list.run_into_next());
    const auto& records = list.world.transport->records();
    const auto is_of = [](const char* name) {
      return [name](const SimRecord& r) { return r.url.find(name) != r.url.npos; };
    };
    const auto first_next = std::find_if(records.begin(), records.end(), is_of("/next/"));
    REQUIRE(first_next != records.end());
    for (const SimRecord& record : records) {
      if (is_of("/first/")(record)) CHECK(record.finished <= first_next->started);
    }
    CHECK(list.world.all<Summary>().front().qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: both titles together hold no more than one alone may") {
  PlayerConfig config;
  config.buffering.target = 20s;
  Playlist list(SimLink::constant(20'000'000, 40ms), config);
  list.world.more_titles[0].segments = 30;
  list.begin(source_of(list.next_url()));
  // All of the first is fetched when 20 s of it are left.
  list.world.run_for(21s);
  CHECK(list.requests_of("/next/v") <= 2 * 2);
  list.world.run_for(10s);
  CHECK(list.requests_of("/next/v") >= 2);
  CHECK(list.requests_of("/next/v") <= 5);
}

TEST_CASE("sim: each title has its session, and the end of the first is reported as its end") {
  Playlist list;
  SimWorld& world = list.world;
  world.service.titles["m1"].duration_s = 40;
  PlaySource next;
  next.title_id = "m2";
  world.service.saved["m2"] = {6.0, 1};
  world.load_title();
  world.player->set_next(next);
  REQUIRE(list.run_into_next());
  CHECK(world.service.starts == 2);
  CHECK(world.speaker->underrun_frames() == 0);
  CHECK(world.all<SessionStarted>().size() == 2);
  // It goes on where it was left, as with load().
  CHECK(world.position_s() == doctest::Approx(6).epsilon(0.01));
  const std::string first_session = world.service.accepted.front().session;
  world.run_for(9s);
  CHECK(world.service.saved["m1"].position_s == doctest::Approx(40));
  CHECK(world.service.saved["m2"].position_s == doctest::Approx(14).epsilon(0.1));
  CHECK(world.service.saved["m2"].session != first_session);
  CHECK(world.service.saved["m1"].session == first_session);
  // What the service has taken is told of both.
  const auto sent = world.all<ProgressSent>();
  const auto of_first = std::find_if(sent.rbegin(), sent.rend(),
                                     [](const ProgressSent& e) { return e.title_id == "m1"; });
  REQUIRE(of_first != sent.rend());
  CHECK(to_seconds(of_first->position) == doctest::Approx(40));
  CHECK(sent.back().title_id == "m2");
}

TEST_CASE("sim: a next title of other codecs, or without sound or pictures of that kind, follows") {
  struct Case {
    const char* name;
    bool first_has_sound, next_has_sound;
    int more_sound;  // segments of the first's sound after its pictures
  };
  const Case cases[] = {{"no sound in the next", true, false, 0},
                        {"no sound in the first", false, true, 0},
                        {"no sound at all", false, false, 0},
                        {"sound that outlasts the pictures", true, true, 1},
                        {"sound that ends before the pictures", true, true, -1}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Playlist list;
    SimWorld& world = list.world;
    world.title.has_audio = c.first_has_sound;
    world.title.extra_audio_segments = c.more_sound;
    world.more_titles[0].has_audio = c.next_has_sound;
    world.more_titles[0].video_codec = "hvc1.1.6.L93";
    list.begin(source_of(list.next_url()));
    REQUIRE(list.run_into_next());
    world.run_for(5s);
    CHECK(world.position_s() == doctest::Approx(5).epsilon(0.02));
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK(world.all<FirstFrame>().back().startup == Duration{0});
    CHECK(world.speaker->silent_frames() == 0);
    const Duration longest = longest_picture(world);
    CHECK(longest <= (c.more_sound > 0 ? Duration{4s} + kPicture : kPicture) + 6ms);
    const double heard =
        (c.first_has_sound ? 40 + 4 * c.more_sound : 0) + (c.next_has_sound ? 5 : 0);
    CHECK(world.speaker->heard_s(world.executor.now()) == doctest::Approx(heard).epsilon(0.002));
    // Where the title has no sound the device has none either.
    const int64_t silence = c.more_sound < 0 ? 4 * 48'000 : 0;
    if (c.next_has_sound) CHECK(world.speaker->underrun_frames() / 480 == silence / 480);
    CHECK(world.find<Warning>() == nullptr);
  }
}

TEST_CASE("sim: sound that is a little shorter or longer than the pictures leaves no silence") {
  for (const int64_t missing_us : {-60'000, -20'000, 20'000, 80'000}) {
    CAPTURE(missing_us);
    Playlist list;
    SimWorld& world = list.world;
    SimSegmentSpec last;
    last.kind = TrackKind::kAudio;
    last.codec_config = "en";
    last.start_us = world.title.container_start_us + 36'000'000;
    last.duration_us = 4'000'000 - missing_us;
    world.title.spoilt = {{"a-en-9.seg", make_sim_segment(last)}};
    list.begin(source_of(list.next_url()));
    REQUIRE(list.run_into_next());
    world.run_for(5s);
    const double heard = 40 - static_cast<double>(missing_us) / 1e6 + 5;
    CHECK(world.speaker->heard_s(world.executor.now()) == doctest::Approx(heard).epsilon(0.0005));
    CHECK(world.speaker->underrun_frames() == 0);
    CHECK(world.speaker->silent_frames() == 0);
    CHECK(world.speaker->flushed() == 0);
    // The pictures follow the sound: the last of the first is shown as long as it takes.
    CHECK(longest_picture(world) <= kPicture + Duration{std::max<int64_t>(-missing_us, 0)} + 6ms);
    CHECK(world.position_s() == doctest::Approx(5).epsilon(0.01));
    CHECK(world.all<Ended>().size() == 1);
  }
}

TEST_CASE("sim: a next title that is to start paused shows its first picture and waits") {
  Playlist list;
  SimWorld& world = list.world;
  PlaySource next = source_of(list.next_url());
  next.start_paused = true;
  list.begin(next);
  REQUIRE(list.run_into_next());
  world.run_for(1min);
  CHECK(world.status()->state == PlayerState::kPaused);
  CHECK(world.position_s() == 0);
  CHECK(world.speaker->heard_s(world.executor.now()) == doctest::Approx(40).epsilon(0.001));
  CHECK(world.screen->shown().back().time == MediaTime{0});
  world.player->play();
  world.run_for(5s);
  CHECK(world.position_s() == doctest::Approx(5).epsilon(0.01));
  CHECK(world.speaker->heard_s(world.executor.now()) == doctest::Approx(45).epsilon(0.001));
}

TEST_CASE("sim: a next title that cannot be had is told, and the one that plays ends as ever") {
  for (const bool comes_back : {false, true}) {
    CAPTURE(comes_back);
    Playlist list;
    SimWorld& world = list.world;
    SimFault fault;
    fault.url_contains = "/next/master";
    fault.status = 404;
    if (comes_back) fault.until = world.executor.now() + 39s;
    world.transport->add_fault(fault);
    list.begin(source_of(list.next_url()));
    world.run_for(35s);
    // Once, although it is tried again.
    REQUIRE(world.all<Warning>().size() == 1);
    CHECK(world.find<Warning>()->error.detail == 404);
    CHECK(world.find<Warning>()->error.context.find("what comes next") != std::string::npos);
    CHECK(list.requests_of("/next/master") >= 2);
    CHECK(list.requests_of("/next/master") <= 4);
    CHECK(world.status()->state == PlayerState::kPlaying);
    REQUIRE(list.run_into_next());
    CHECK(world.find<Ended>()->goes_on);
    CHECK(to_seconds(world.find<Summary>()->qoe.play_time) == doctest::Approx(40).epsilon(0.01));
    world.run_for(10s);
    CHECK((world.find<Failed>() != nullptr) == !comes_back);
    CHECK(world.status()->state == (comes_back ? PlayerState::kPlaying : PlayerState::kFailed));
    CHECK(world.all<Summary>().size() == (comes_back ? 1 : 2));
  }
}

TEST_CASE("sim: a next title that is too slow is waited for, as the start of its play") {
  Playlist list;
  SimWorld& world = list.world;
  SimFault slow;
  slow.url_contains = "/next/";
  slow.latency = 4s;
  slow.from = world.executor.now() + 35s;
  world.transport->add_fault(slow);
  // Named so late that it cannot be there.
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  list.run_until_left(3s);
  world.player->set_next(source_of(list.next_url()));
  REQUIRE(list.run_into_next());
  world.run_for(1s);
  CHECK(world.status()->state == PlayerState::kLoading);
  CHECK_FALSE(world.speaker->is_running());
  CHECK(world.screen->cleared() == 1);  // the last picture stays
  REQUIRE(world.executor.run_until_true(
      [&] { return world.status()->state == PlayerState::kPlaying; }, 3min));
  world.run_for(1s);
  const auto firsts = world.all<FirstFrame>();
  REQUIRE(firsts.size() == 2);
  CHECK(firsts[1].startup > 1s);
  CHECK(world.status()->qoe.startup == firsts[1].startup);
  CHECK(world.all<Summary>().front().qoe.rebuffer_count == 0);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.all<Summary>().size() == 1);
}

// At which moments before the first title's end something is done: while the next is prepared,
// while it is decoded, and when its sound is queued already.
constexpr Duration kMoments[] = {10s, 1s, 150ms, 60ms, 10ms};

TEST_CASE("sim: a next title that is replaced or cleared, however late, is never seen or heard") {
  for (const bool is_replaced : {false, true}) {
    for (const Duration left : kMoments) {
      CAPTURE(is_replaced);
      CAPTURE(left.count());
      Playlist list;
      SimWorld& world = list.world;
      list.begin(source_of(list.next_url()));
      list.run_until_left(left);
      if (is_replaced) {
        world.player->set_next(source_of(world.more_titles[1].url()));
      } else {
        world.player->clear_next();
      }
      REQUIRE(world.run_until_event<Summary>(10s));
      CHECK(world.find<Ended>()->goes_on == is_replaced);
      // All of the first was heard, and nothing but that.
      const double heard = world.speaker->heard_s(world.executor.now());
      CHECK(heard == doctest::Approx(40).epsilon(0.001));
      world.run_for(10s);
      const auto loads = world.all<LoadStarted>();
      REQUIRE(loads.size() == (is_replaced ? 2 : 1));
      CHECK(world.status()->state == (is_replaced ? PlayerState::kPlaying : PlayerState::kEnded));
      if (!is_replaced) continue;
      CHECK(loads[1].url.find("/third/") != std::string::npos);
      CHECK(world.status()->qoe.rebuffer_count == 0);
      if (left >= 1s) CHECK(world.speaker->underrun_frames() == 0);
    }
  }
}

TEST_CASE("sim: a seek back or a pause near the end keeps what is prepared for later") {
  for (const bool is_pause : {false, true}) {
    for (const Duration left : kMoments) {
      CAPTURE(is_pause);
      CAPTURE(left.count());
      Playlist list;
      SimWorld& world = list.world;
      list.begin(source_of(list.next_url()));
      list.run_until_left(left);
      if (is_pause) {
        world.player->pause();
        world.run_for(30s);
        CHECK(world.status()->state == PlayerState::kPaused);
        CHECK(world.all<Ended>().empty());
        world.player->play();
      } else {
        world.player->seek(MediaTime{25'000'000});
        world.run_for(1s);
        CHECK(world.position_s() == doctest::Approx(26).epsilon(0.02));
      }
      const int64_t underrun = world.speaker->underrun_frames();
      REQUIRE(list.run_into_next());
      world.run_for(5s);
      CHECK(world.position_s() == doctest::Approx(5).epsilon(0.02));
      CHECK(world.speaker->underrun_frames() == underrun);
      CHECK(world.speaker->opened() == 1);
      CHECK(world.all<FirstFrame>().back().startup == Duration{0});
      CHECK(world.status()->qoe.rebuffer_count == 0);
      CHECK(list.requests_of("/next/master") == 1);
    }
  }
}

TEST_CASE("sim: winding back near the end keeps what is prepared, going on from there does not") {
  for (const bool goes_on : {false, true}) {
    for (const Duration left : kMoments) {
      CAPTURE(goes_on);
      CAPTURE(left.count());
      Playlist list;
      SimWorld& world = list.world;
      list.begin(source_of(list.next_url()));
      list.run_until_left(left);
      world.player->trick_play(-4);
      world.run_for(3s);
      CHECK(world.status()->state == PlayerState::kTrickPlay);
      if (goes_on) {
        world.player->play_next();
        world.run_for(1s);
        CHECK(world.status()->trick_rate == 0);
        CHECK(world.all<RateChanged>().back().to == 0);
        CHECK(world.all<Ended>().empty());
      } else {
        world.player->trick_play(0);
        REQUIRE(list.run_into_next());
        CHECK(world.all<FirstFrame>().back().startup == Duration{0});
      }
      world.run_for(5s);
      CHECK(world.status()->state == PlayerState::kPlaying);
      CHECK(world.position_s() == doctest::Approx(goes_on ? 6 : 5).epsilon(0.02));
      CHECK(world.all<Summary>().size() == 1);
    }
  }
}

TEST_CASE("sim: another title, stop and the end of the app leave nothing of what was to come") {
  for (const Duration left :
       {Duration{10s}, Duration{1s}, Duration{150ms}, Duration{10ms}, Duration{0}}) {
    for (const int what : {0, 1, 2, 3}) {
      CAPTURE(left.count());
      CAPTURE(what);
      Playlist list;
      SimWorld& world = list.world;
      list.begin(source_of(list.next_url()));
      list.run_until_left(left);
      if (what == 0) {
        world.load_url(world.more_titles[1].url());
        world.run_for(6s);
        CHECK(world.status()->state == PlayerState::kPlaying);
        CHECK(world.find<Failed>() == nullptr);
        CHECK(world.all<LoadStarted>().back().url.find("/third/") != std::string::npos);
        REQUIRE(world.run_until_event<Ended>(1min));
        world.run_for(1min);
        CHECK(world.status()->state == PlayerState::kEnded);
        CHECK(world.all<LoadStarted>().size() == world.all<Summary>().size());
      } else if (what == 1) {
        world.player->stop();
        world.run_for(1min);
        CHECK(world.status()->state == PlayerState::kIdle);
        CHECK_FALSE(world.speaker->is_open());
        CHECK(world.all<LoadStarted>().size() == world.all<Summary>().size());
        CHECK(world.transport->in_flight() == 0);
      } else if (what == 2) {
        world.quit_app();
        CHECK_FALSE(world.speaker->is_open());
        CHECK(world.transport->in_flight() == 0);
      } else {
        world.kill_app();
      }
    }
  }
}

TEST_CASE("sim: play_next goes on at once, and says so when there is nothing") {
  Playlist list;
  SimWorld& world = list.world;
  world.service.titles["m1"].duration_s = 40;
  PlaySource next;
  next.title_id = "m2";
  SUBCASE("from what is prepared") {
    world.load_title();
    world.player->set_next(next);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(30s);
    world.player->play_next();
    world.run_for(1s);
    CHECK(world.position_s() == doctest::Approx(1).epsilon(0.1));
    CHECK(world.all<FirstFrame>().back().startup < 50ms);
    CHECK(world.service.saved["m1"].position_s == doctest::Approx(30).epsilon(0.02));
    CHECK(world.all<Ended>().empty());
    CHECK(world.all<Summary>().size() == 1);
    CHECK(world.all<LoadStarted>().back().is_next);
  }
  SUBCASE("from the beginning, before anything is prepared") {
    world.load_title();
    world.player->set_next(next);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.player->play_next();
    world.run_for(5s);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.all<LoadStarted>().back().title_id == "m2");
    CHECK(world.screen->cleared() == 2);
  }
  SUBCASE("after the end, and after a failure") {
    world.load_url("http://cdn.test/nothing.m3u8");
    REQUIRE(world.run_until_event<Failed>(1min));
    world.player->set_next(next);
    world.run_for(10s);
    CHECK(world.status()->state == PlayerState::kFailed);
    world.player->play_next();
    REQUIRE(world.run_until_event<Ended>(1min));
    world.player->set_next(source_of(world.more_titles[1].url()));
    world.run_for(10s);
    CHECK(world.status()->state == PlayerState::kEnded);
    world.player->play_next();
    world.run_for(5s);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.position_s() == doctest::Approx(5).epsilon(0.2));
  }
  SUBCASE("nothing") {
    list.begin(next);
    world.player->clear_next();
    world.player->play_next();
    world.run_for(1s);
    REQUIRE(world.all<Warning>().size() == 1);
    CHECK(world.find<Warning>()->error.code == ErrorCode::kInvalidState);
    CHECK(world.status()->state == PlayerState::kPlaying);
  }
}

TEST_CASE("sim: a live title that comes next begins near its edge") {
  Playlist list;
  SimWorld& world = list.world;
  SimLive live;
  world.load_live(live);
  world.load_url(world.title.url());
  PlaySource next;
  next.url = live.url();
  world.player->set_next(next);
  REQUIRE(list.run_into_next());
  world.run_for(20s);
  const auto status = world.status();
  CHECK(status->state == PlayerState::kPlaying);
  REQUIRE(status->live);
  CHECK(status->live->offset > 10s);
  CHECK(status->live->offset < 20s);
  CHECK(status->qoe.rebuffer_count == 0);
  CHECK(world.all<FirstFrame>().back().startup < 100ms);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("sim: what was fetched of a next title that is dropped is counted as wasted") {
  for (const bool is_replaced : {false, true}) {
    CAPTURE(is_replaced);
    Playlist list;
    SimWorld& world = list.world;
    list.begin(source_of(list.next_url()));
    list.run_until_left(5s);
    const auto before = world.status()->qoe;
    if (is_replaced) {
      world.player->set_next(source_of(world.more_titles[1].url()));
    } else {
      world.player->clear_next();
    }
    world.run_for(100ms);
    const auto after = world.status()->qoe;
    CHECK(after.wasted_bytes - before.wasted_bytes > 10'000);
    CHECK(after.wasted_bytes <= after.bytes);
    // Manifests, too, but these are no waste of media.
    CHECK(after.bytes - before.bytes > after.wasted_bytes - before.wasted_bytes);
    REQUIRE(world.run_until_event<Summary>(10s));
    CHECK(world.find<Summary>()->qoe.wasted_bytes == after.wasted_bytes);
  }
}

TEST_CASE("sim: signed URLs of a next title that waits long are renewed") {
  Playlist list;
  SimWorld& world = list.world;
  world.service.titles["m1"].duration_s = 40;
  const auto expire = [&] {
    world.service.expires_at_s = world.executor.wall_now().us / 1'000'000 + 300;
  };
  expire();
  PlaySource next;
  next.title_id = "m2";
  world.load_title();
  world.player->set_next(next);
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(25s);
  CHECK(list.requests_of("/next/v") > 0);
  world.player->pause();
  for (int minute = 0; minute < 30; ++minute) {
    world.run_for(1min);
    expire();
    // What is older than five minutes is refused.
    if (minute % 5 == 4) ++world.service.signature;
  }
  world.player->play();
  REQUIRE(list.run_into_next());
  world.run_for(15s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.position_s() == doctest::Approx(15).epsilon(0.02));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("sim: what the viewer wishes goes on in the next title") {
  Playlist list;
  SimWorld& world = list.world;
  const SimDash dash{"http://cdn.test/dash/", {SimPeriod{.languages = {"en", "de"}}}};
  const SimDash other{"http://cdn.test/other/", {SimPeriod{.languages = {"en", "de"}}}};
  world.transport->serve([=](const WebRequest& request) -> std::optional<WebAnswer> {
    auto body = dash.body(request.url);
    if (!body) body = other.body(request.url);
    return body ? std::optional(text_answer(*body)) : std::nullopt;
  });
  world.player->set_volume(0.5);
  world.player->set_speed(1.5);
  world.load_url(dash.url());
  PlaySource next;
  next.url = other.url();
  world.player->set_next(next);
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(5s);  // it is prepared, in English
  CHECK(list.requests_of("/other/") > 0);
  for (const TrackInfo& track : world.status()->tracks) {
    if (track.language == "de") world.player->select_audio(track.id);
  }
  REQUIRE(list.run_into_next());
  world.run_for(2s);
  CHECK(world.status()->speed == 1.5);
  CHECK(world.status()->volume == 0.5);
  CHECK(world.speaker->volume() == 0.5);
  CHECK(world.speaker->underrun_frames() == 0);
  for (const TrackInfo& track : world.status()->tracks) {
    CHECK(track.is_selected == (track.language == "de"));
  }
}

TEST_CASE("sim: a queue of many titles is played by naming one after the other") {
  Playlist list;
  SimWorld& world = list.world;
  list.begin(source_of(list.next_url()));
  int named = 1;
  const int titles = 12;
  REQUIRE(world.executor.run_until_true(
      [&] {
        world.run_for(Duration{0});
        const auto loads = static_cast<int>(world.all<LoadStarted>().size());
        if (loads > named && named < titles - 1) {
          world.player->set_next(source_of(world.more_titles[loads % 2].url()));
          named = loads;
        }
        const auto ended = world.all<Ended>();
        return !ended.empty() && !ended.back().goes_on;
      },
      20min));
  CHECK(world.all<LoadStarted>().size() == titles);
  CHECK(world.all<Summary>().size() == titles);
  CHECK(world.speaker->opened() == 1);
  CHECK(world.speaker->flushed() == 0);
  CHECK(world.speaker->heard_s(world.executor.now()) ==
        doctest::Approx(40 + (titles - 1) * 20).epsilon(0.001));
  CHECK(longest_picture(world) <= kPicture + 6ms);
}

}  // namespace
}  // namespace playhead::test

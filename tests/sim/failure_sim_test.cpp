// SPDX-License-Identifier: Apache-2.0
// What goes wrong in networks and on servers, and what the viewer sees of it.
#include <algorithm>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

TEST_CASE("sim: what cannot be played ends with a typed error and a sentence") {
  struct Case {
    const char* name;
    const char* url;
    const char* body;  // null: whatever the fault does
    int status;
    ErrorCode code;
  };
  const Case cases[] = {
      {"404", "http://cdn.test/other/x.m3u8", nullptr, 404, ErrorCode::kNotFound},
      {"403 of a plain URL", "http://cdn.test/other/x.m3u8", nullptr, 403, ErrorCode::kForbidden},
      {"N27 a web page", "http://cdn.test/other/x.m3u8", "<!DOCTYPE html><html></html>", 200,
       ErrorCode::kCaptivePortal},
      {"nothing", "http://cdn.test/other/x.m3u8", "", 200, ErrorCode::kManifestEmpty},
      {"a playlist without segments", "http://cdn.test/other/x.m3u8",
       "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-ENDLIST\n", 200, ErrorCode::kManifestEmpty},
      {"not a URL", "nonsense", nullptr, 200, ErrorCode::kInvalidUrl},
      {"a local file", "file:///etc/passwd", nullptr, 200, ErrorCode::kForbiddenScheme},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimWorld world;
    if (c.body) world.transport->serve_text(c.url, c.body);
    if (c.status >= 400) world.transport->serve(c.url, status_answer(c.status));
    world.start_app();
    world.load_url(c.url);
    REQUIRE(world.run_until_event<Failed>(1s));
    const Error& error = world.find<Failed>()->error;
    CHECK(error_name(error.code) == error_name(c.code));
    CHECK(describe(error).size() > 10);
    CHECK(world.status()->state == PlayerState::kFailed);
    CHECK(world.all<Failed>().size() == 1);
    // The player is not used up.
    world.forget_events();
    world.load_url(world.title.url());
    CHECK(world.run_until_event<FirstFrame>(10s));
  }
}

TEST_CASE("N12 a segment that is gone is left alone, whatever else is fetched again") {
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  PlayerConfig config;
  config.limits.max_bitrate = {500'000};
  world.start_app(config);
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  // The way out is a Representation that is worth more than what is buffered.
  world.fail_requests("v0-15.seg", 410);
  world.run_for(100s);
  const auto urls = world.media_requests();
  const auto asked = std::count_if(urls.begin(), urls.end(), [](const std::string& url) {
    return url.find("v0-15.seg") != std::string::npos;
  });
  CHECK(asked == 1);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("N10 a play whose rest cannot be had ends at any speed without spinning") {
  for (const double speed : {0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.1, 1.3, 2.0}) {
    CAPTURE(speed);
    SimTitle title;
    title.has_audio = false;  // the clock is the engine's own
    SimWorld world(1, title, SimLink::constant(20'000'000));
    world.start_app();
    world.load_url(world.title.url());
    world.run_for(10s);
    world.player->set_speed(speed);
    world.fail_requests(".seg", 404);
    const uint64_t before = world.executor.steps();
    const bool is_busy = world.executor.run_until_true(
        [&] { return world.executor.steps() > before + 100'000; }, 3min);
    REQUIRE_FALSE(is_busy);
    world.run_for(Duration{0});
    CHECK(world.status()->state == PlayerState::kFailed);
  }
}

TEST_CASE("N41 a start from a segment that is too much for the link goes on from a lower one") {
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  world.start_app();
  world.load_url(world.title.url());
  world.run_for(20s);
  REQUIRE(world.status()->shown.id == "v3");
  world.transport->set_link(SimLink::constant(700'000));
  world.player->seek(MediaTime{100'000'000});
  world.forget_events();
  world.run_for(14s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.status()->position > MediaTime{100'000'000});
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("sim: a host that is not there is given up within ten seconds") {
  SimWorld world;
  world.take_down("cdn.test");
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Failed>(12s));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kNetworkUnreachable);
}

TEST_CASE("sim: a service that is not there is given up within ten seconds") {
  SimWorld world;
  world.take_down("api.test");
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<Failed>(12s));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kNetworkUnreachable);
}

TEST_CASE("sim: a refused token and an unknown title are told apart") {
  SimWorld world;
  world.start_app();
  world.service.titles.clear();
  world.load_title();
  REQUIRE(world.run_until_event<Failed>(1min));
  CHECK(error_name(world.find<Failed>()->error.code) == error_name(ErrorCode::kNotFound));

  SimWorld refused;
  ClientConfig config;
  refused.start_app();
  refused.transport->serve([](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url.rfind("http://api.test", 0) != 0) return std::nullopt;
    return text_answer(R"({"error":{"code":"unauthorized","message":"the token is refused"}})",
                       401);
  });
  refused.load_title();
  REQUIRE(refused.run_until_event<Failed>(1min));
  CHECK(refused.find<Failed>()->error.code == ErrorCode::kUnauthorized);
}

TEST_CASE("sim: an outage that the buffer covers is not seen") {
  SimTitle title;
  title.segments = 60;
  SimWorld world(1, title, SimLink::constant(8'000'000));
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(40s);
  world.take_down("cdn.test", 20s);
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.screen->shown().size() == 240 * 25);
}

TEST_CASE("sim: an outage longer than the buffer is one rebuffering, then playback goes on") {
  SimTitle title;
  title.segments = 60;
  SimWorld world(1, title, SimLink::constant(8'000'000));
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(40s);
  world.take_down("cdn.test", 45s);
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.status()->qoe.rebuffer_count == 1);
  CHECK(world.screen->shown().size() == 240 * 25);
}

TEST_CASE("sim: a host that stays away ends the play, after the buffer, with the reason") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(20s);
  world.take_down("cdn.test");
  REQUIRE(world.run_until_event<Failed>(5min));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kNetworkUnreachable);
  CHECK(to_seconds(world.find<Summary>()->qoe.play_time) > 40);
}

// It plays with 5 s of buffer, and its CDN goes away.
void play_until_outage(SimWorld& world, std::optional<Duration> outage) {
  PlayerConfig config;
  config.buffering.target = 5s;
  world.start_app(config);
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(20s);
  world.take_down("cdn.test", outage);
}

TEST_CASE("sim: a pause outlasts an outage, however little is buffered") {
  for (const char* when : {"before what is there is played", "once it is"}) {
    CAPTURE(when);
    SimTitle title;
    title.segments = 60;
    SimWorld world(1, title, SimLink::constant(8'000'000));
    play_until_outage(world, 10min);
    const bool is_dry = when[0] == 'o';
    while (is_dry ? world.status()->state == PlayerState::kPlaying
                  : world.status()->video_buffer >= 1s) {
      world.run_for(100ms);
    }
    world.player->pause();
    world.run_for(11min);
    CHECK(world.find<Failed>() == nullptr);
    world.player->play();
    CHECK(world.run_until_event<Ended>(10min));
    CHECK(world.screen->shown().size() == 240 * 25);
  }
}

TEST_CASE("sim: who goes on in an outage is told of it as ever") {
  SimTitle title;
  title.segments = 60;
  SimWorld world(1, title, SimLink::constant(8'000'000));
  play_until_outage(world, {});
  while (world.status()->state == PlayerState::kPlaying) world.run_for(100ms);
  world.player->pause();
  world.run_for(5min);
  REQUIRE(world.find<Failed>() == nullptr);
  world.player->play();
  REQUIRE(world.run_until_event<Failed>(30s));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kNetworkUnreachable);
}

TEST_CASE("N02 N10 N16 segments that are missing, cut or damaged") {
  struct Case {
    const char* name;
    const char* url_contains;
    std::optional<int> status;
    std::optional<int64_t> break_after;
    int times;
    std::size_t least_frames;  // of 3000
  };
  const Case cases[] = {
      {"one missing at one Representation", "v3-5.seg", 404, {}, -1, 3000},
      {"one missing everywhere is skipped", "-5.seg", 404, {}, -1, 2900},
      {"connections break in the middle", "v3-", {}, 100'000, 5, 3000},
      {"a server error for a while", "-7.seg", 500, {}, 3, 3000},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimWorld world(3, {}, SimLink::constant(20'000'000));
    SimFault fault;
    fault.url_contains = c.url_contains;
    fault.status = c.status;
    fault.break_after = c.break_after;
    fault.times = c.times;
    world.transport->add_fault(fault);
    world.start_app();
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<Ended>(10min));
    CHECK(world.screen->shown().size() >= c.least_frames);
    CHECK((world.find<PositionJumped>() != nullptr) == (c.least_frames < 3000));
    CHECK(world.find<Warning>() != nullptr);
    CHECK(world.find<Failed>() == nullptr);
  }
}

TEST_CASE("N30 ranges that a host answers with another place are played out of the whole file") {
  struct Case {
    const char* name;
    bool knows_no_whole;  // what is asked for without a range is another place as well
  };
  for (const Case& c : {Case{"all of it is had", false}, Case{"nothing can be had", true}}) {
    CAPTURE(c.name);
    SimTitle title;
    title.segments = 10;
    title.bitrates_bps = {400'000};
    title.has_audio = false;
    SimWorld world(1, title);
    world.transport->serve([&](const WebRequest& request) -> std::optional<WebAnswer> {
      const auto body = title.body(request.url);
      if (!body || request.url.ends_with("master.m3u8")) return std::nullopt;
      if (request.url.ends_with(".seg")) {
        WebAnswer answer = text_answer(*body);
        const std::string size = std::to_string(body->size());
        if (c.knows_no_whole) answer.status = 206;
        if (c.knows_no_whole || request.has_header("Range")) {
          answer.content_range = "bytes 1-" + size + "/" + std::to_string(body->size() + 1);
        }
        return answer;
      }
      std::string list;
      for (std::size_t at = 0; at < body->size();) {
        const std::size_t end = body->find('\n', at) + 1;
        const std::string line = body->substr(at, end - at);
        at = end;
        const auto file = title.body(title.base_url + line.substr(0, line.size() - 1));
        if (file) list += "#EXT-X-BYTERANGE:" + std::to_string(file->size()) + "@0\n";
        list += line;
      }
      return text_answer(list);
    });
    world.start_app();
    world.load_url(title.url());
    if (c.knows_no_whole) {
      REQUIRE(world.run_until_event<Failed>(5min));
      CHECK(world.find<Failed>()->error.code == ErrorCode::kBadResponse);
    } else {
      REQUIRE(world.run_until_event<Ended>(5min));
      CHECK(world.find<Failed>() == nullptr);
      CHECK(world.screen->shown().size() == 1000);
    }
  }
}

TEST_CASE("sim: pictures that cannot be decoded are refused by name") {
  SimTitle title;
  title.video_codec = "unheard-of";
  SimWorld world(1, title);
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Failed>(1min));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kNoPlayableTrack);
  CHECK(world.find<Failed>()->error.context.find("unheard-of") != std::string::npos);
}

TEST_CASE("sim: a short title of which nothing can be had is a failure, not an end") {
  SimTitle title;
  title.segments = 2;
  SimWorld world(1, title);
  world.fail_requests(".seg", 404);
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Failed>(1min));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kNotFound);
  CHECK(world.find<Ended>() == nullptr);
}

TEST_CASE("N05 a truncated segment is fetched again") {
  SimWorld world;
  const std::string url = world.title.base_url + "v0-1.seg";
  int served = 0;
  world.transport->serve([&](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url != url) return std::nullopt;
    std::string body = *world.title.body(url);
    if (served++ == 0) body.resize(body.size() / 2);
    return text_answer(body);
  });
  PlayerConfig config;
  config.limits.max_bitrate = {400'000};
  world.start_app(config);
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(served == 2);
  CHECK(world.screen->shown().size() == 3000);
  CHECK(world.find<Warning>() != nullptr);
}

TEST_CASE("N06 N08 N09 a host that trickles or falls silent is not waited for") {
  struct Case {
    const char* name;
    std::optional<int64_t> silent_after;  // bytes of a body; nothing: no answer at all
    int times;
  };
  const Case cases[] = {{"no first byte", {}, 1}, {"silence within the body", 60'000, 1}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimTitle title;
    title.segments = 60;
    SimWorld world(1, title, SimLink::constant(8'000'000));
    world.start_app();
    world.load_url(title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(20s);
    SimFault fault;
    fault.url_contains = "v";
    fault.times = c.times;
    fault.is_silent = !c.silent_after;
    fault.break_after = c.silent_after;
    fault.break_kind = WebAnswer::Break::kHold;
    world.transport->add_fault(fault);
    REQUIRE(world.run_until_event<Ended>(10min));
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK(world.screen->shown().size() == 240 * 25);
  }
}

TEST_CASE("N06 what trickles at the start is asked for anew, from where it was") {
  SimTitle title;
  SimWorld world(1, title, SimLink::constant(8'000'000));
  int slow = 0;
  world.transport->meddle([&](const SimRecord&, const WebRequest& request, WebAnswer& answer) {
    const bool is_first = request.url.find("-0.seg") != std::string::npos && slow < 2;
    if (is_first) answer.max_bits_per_second = 20'000, ++slow;
  });
  world.start_app();
  world.load_url(title.url());
  bool plays = false;
  for (int second = 0; second < 15 && !plays; ++second) {
    world.run_for(1s);
    plays = world.status()->state == PlayerState::kPlaying;
  }
  CHECK(plays);
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(world.screen->shown().size() == 120 * 25);
  const auto& records = world.transport->records();
  CHECK(std::any_of(records.begin(), records.end(), [](const SimRecord& record) {
    return record.range && record.range->first > 0 && record.status == 206;
  }));
}

TEST_CASE("N06 sound of which nobody says what it needs is asked for anew where it trickles") {
  SimTitle title;  // HLS says no bandwidth of Renditions
  SimWorld world(1, title, SimLink::constant(8'000'000));
  int slow = 0;
  world.transport->meddle([&](const SimRecord&, const WebRequest& request, WebAnswer& answer) {
    const bool is_meant = request.url.find("a-en-0.seg") != std::string::npos && slow < 1;
    if (is_meant) answer.max_bits_per_second = 12'000, ++slow;
  });
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Ended>(5min));
  REQUIRE(slow == 1);
  CHECK(world.status()->qoe.rebuffer_time + world.status()->qoe.start_wait < 8s);
  CHECK(world.status()->qoe.dropped_frames == 0);
}

TEST_CASE("N17 a host that asks to come back tomorrow ends the play once the buffer is gone") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(10s);
  SimFault fault;
  fault.url_contains = ".seg";
  fault.status = 503;
  fault.headers = {{"Retry-After", "86400"}};
  world.transport->add_fault(fault);
  const std::size_t before = world.transport->records().size();
  REQUIRE(world.run_until_event<Failed>(2min));
  // As soon as nothing is left to be seen.
  const auto& seen = world.screen->shown();
  REQUIRE_FALSE(seen.empty());
  CHECK(world.executor.now() - seen.back().at <= 1s);
  CHECK(seen.size() > 250);
  const Error& error = world.find<Failed>()->error;
  CHECK(error.code == ErrorCode::kServerBusy);
  // What is left of the day by then.
  CHECK(error.context.find("come back in 86") != std::string::npos);
  CHECK(world.transport->records().size() - before < 100);
  world.transport->clear_faults();
  world.forget_events();
  world.load_url(world.title.url());
  CHECK(world.run_until_event<FirstFrame>(10s));
}

TEST_CASE("N28 what its host calls something else plays, and the app is told once a host") {
  for (const char* type : {"text/html", "application/octet-stream"}) {
    CAPTURE(std::string(type));
    SimTitle title;
    title.segments = 4;
    SimWorld world(1, title, SimLink::constant(8'000'000));
    world.transport->meddle([&](const SimRecord&, const WebRequest&, WebAnswer& answer) {
      answer.headers.push_back({"Content-Type", type});
    });
    world.start_app();
    for (int times = 0; times < 2; ++times) {
      world.load_url(world.title.url());
      REQUIRE(world.run_until_event<Ended>(5min));
      CHECK(world.screen->shown().size() == 400);
      CHECK(world.status()->qoe.rebuffer_count == 0);
      const auto warnings = world.all<Warning>();
      world.forget_events();
      world.screen->forget();
      REQUIRE(warnings.size() == (std::string(type) == "text/html" ? 1 : 0));
      if (warnings.empty()) continue;
      CHECK(warnings[0].error.code == ErrorCode::kBadResponse);
      CHECK(warnings[0].error.context.find("\"text/html\"") != std::string::npos);
    }
  }
}

TEST_CASE("N14 a seek does not forget that a host asked to wait") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  SimFault fault;
  fault.url_contains = ".seg";
  fault.status = 503;
  fault.times = 1;
  fault.headers = {{"Retry-After", "9"}};
  const auto refused = [&]() -> const SimRecord* {
    for (const SimRecord& record : world.transport->records()) {
      if (record.status == 503) return &record;
    }
    return nullptr;
  };
  world.transport->add_fault(fault);
  REQUIRE(world.executor.run_until_true([&] { return refused() != nullptr; }, 30s));
  world.run_for(1s);
  const SimRecord first = *refused();
  const int number = std::stoi(first.url.substr(first.url.rfind('-') + 1));
  world.player->seek(MediaTime{number * world.title.segment_us + 500'000});
  world.run_for(1s);
  REQUIRE(world.executor.run_until_true(
      [&] { return world.status()->state == PlayerState::kPlaying; }, 15s));
  for (const SimRecord& record : world.transport->records()) {
    if (record.url != first.url || record.started <= first.started) continue;
    CHECK(record.started - first.finished >= 9s);
  }
}

TEST_CASE("sim: no request is made once the player is gone") {
  SimWorld world(1, {}, SimLink::constant(1'000'000));
  world.start_app();
  world.load_url(world.title.url());
  world.run_for(5s);
  world.player.reset();
  world.client.reset();
  const std::size_t requests = world.transport->records().size();
  CHECK(world.transport->in_flight() == 0);
  world.run_for(5min);
  CHECK(world.transport->records().size() == requests);
}

TEST_CASE("N17 what is there for less than a start does not put off the failure for ever") {
  SimTitle title;
  title.segment_us = 1'000'000;
  SimWorld world(1, title, SimLink::constant(8'000'000));
  PlayerConfig config;
  config.buffering.start = 3s;
  config.buffering.after_rebuffer = 500ms;
  SimFault fault;
  fault.url_contains = "a-en-2.seg";
  fault.status = 503;
  fault.headers = {{"Retry-After", "86400"}};
  world.transport->add_fault(fault);
  world.start_app(config);
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Failed>(1min));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kServerBusy);
}

TEST_CASE("sim: what comes instead of a segment that broke off goes on where pictures ended") {
  // Representations that are not cut alike: segments of 4 s, and of 1 s.
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.transport->serve([](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url.find("cut.test") == std::string::npos) return std::nullopt;
    const std::string name = request.url.substr(request.url.rfind('/') + 1);
    if (name == "main.m3u8") {
      return text_answer(
          "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=200000\n1.m3u8\n"
          "#EXT-X-STREAM-INF:BANDWIDTH=1000000\n4.m3u8\n");
    }
    const int seconds = name[0] - '0';
    if (name.find(".m3u8") != std::string::npos) {
      std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";
      for (int i = 0; i < 40 / seconds; ++i) {
        text += "#EXTINF:" + std::to_string(seconds) + ",\n" + std::to_string(seconds) + "-" +
                std::to_string(i) + ".seg\n";
      }
      return text_answer(text + "#EXT-X-ENDLIST\n");
    }
    SimSegmentSpec spec;
    spec.start_us = std::stoi(name.substr(2)) * seconds * int64_t{1'000'000};
    spec.duration_us = seconds * int64_t{1'000'000};
    spec.samples = 25 * seconds;
    spec.samples_per_gop = 25;
    spec.bytes = seconds == 1 ? 25'000 : 500'000;
    return text_answer(make_sim_segment(spec));
  });
  SimFault breaks;
  breaks.url_contains = "4-5.seg";
  breaks.break_after = 300'000;
  breaks.times = 1;
  world.transport->add_fault(breaks);
  SimFault gone;
  gone.url_contains = breaks.url_contains;
  gone.status = 404;
  gone.latency = 6s;  // until what came of it was shown
  world.transport->add_fault(gone);
  SimFault later;
  later.url_contains = "1-20.seg";
  later.status = 503;
  later.times = 1;
  world.transport->add_fault(later);
  PlayerConfig config;
  config.buffering.target = 3s;
  world.start_app(config);
  world.load_url("http://cut.test/main.m3u8");
  REQUIRE(world.run_until_event<Ended>(2min));
  const auto requests = world.media_requests();
  REQUIRE(std::count(requests.begin(), requests.end(), "http://cut.test/1-20.seg") == 2);
  const auto& shown = world.screen->shown();
  for (std::size_t i = 1; i < shown.size(); ++i) {
    REQUIRE(shown[i].time - shown[i - 1].time == Duration{40'000});
  }
  CHECK(shown.size() == 1000);
}

}  // namespace
}  // namespace playhead::test

// SPDX-License-Identifier: Apache-2.0
// Titles at several hosts, of which a steering server says which comes first.
#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "sim/steered_world.h"

namespace playhead::test {
namespace {

TEST_CASE("sim: the steering server says from which host playlists and segments come") {
  struct Case {
    const char* name;
    Pathways priority;
    const char* default_pathway;
    const char* host;
  };
  const Case cases[] = {{"the one it begins with", {"A", "B"}, "A", "a.test"},
                        {"the other one", {"B", "A"}, "A", "b.test"},
                        {"it begins with the second of the playlist", {"A", "B"}, "B", "a.test"},
                        {"what is not named comes last", {"B"}, "A", "b.test"},
                        {"names nobody knows", {"X", "B", "Y", "A"}, "A", "b.test"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Steered world({steers(c.priority)});
    world.play_hls({"A", "B"}, c.default_pathway);
    world.play_to_the_end();
    REQUIRE(world.asked.size() == 1);
    CHECK(world.asked[0] == "http://s.test/steer?_HLS_pathway=" + std::string(c.default_pathway));
    CHECK(world.hosts("", {}, world.answered()) == Hosts{host_of_pathway(c.default_pathway)});
    CHECK(world.hosts(".m3u8", world.answered()) == Hosts{c.host});
    CHECK(world.hosts(".seg", world.answered()) == Hosts{c.host});
  }
}

TEST_CASE("sim: another order moves a title to the other host at the next segment") {
  for (const bool has_audio : {false, true}) {
    CAPTURE(has_audio);
    Steered world({steers({"A", "B"}, 10), steers({"B", "A"}, 20), steers({"A", "B"})}, has_audio);
    world.play_hls();
    world.play_to_the_end();
    const MonotonicTime second = world.answered(1), third = world.answered(2);
    CHECK(second - world.answered() >= 10s);
    CHECK(third - second >= 20s);
    CHECK(world.hosts("/v", {}, second) == Hosts{"a.test"});
    CHECK(world.hosts("/", second, third) == Hosts{"b.test"});
    CHECK(world.hosts("/v", third) == Hosts{"a.test"});
    REQUIRE(world.asked.size() == 3);
    CHECK(world.asked[1].find("?_HLS_pathway=A&_HLS_throughput=") != std::string::npos);
    CHECK(world.asked[2].find("?_HLS_pathway=B&_HLS_throughput=") != std::string::npos);
    std::set<std::string> names;  // of tracks and their segments: none is fetched twice
    for (const std::string& url : world.media_requests()) {
      const std::size_t name = url.rfind('/') + 1;
      CHECK_MESSAGE(names.insert(url[name] + url.substr(url.find('-', name))).second, url);
    }
  }
}

TEST_CASE("sim: the length of a title stays known while its order changes") {
  Steered world({steers({"A", "B"}, 10), steers({"B", "A"}, 20), steers({"A", "B"})});
  world.play_hls();
  while (!world.find<Ended>()) {
    REQUIRE(world.status()->duration.has_value());
    world.run_for(100ms);
  }
}

TEST_CASE("sim: a clone that comes first is played from its own host") {
  for (const std::string base : {"A", "B"}) {
    for (const bool is_dash : {false, true}) {
      CAPTURE(base);
      CAPTURE(is_dash);
      Steered world({steers({"A", "B"}, 10), steers({"C", "A"}, 300, base)});
      is_dash ? world.play_dash("defaultServiceLocation=\"A\"") : world.play_hls();
      world.play_to_the_end();
      CHECK(world.hosts("/", {}, world.answered(1)) == Hosts{"a.test"});
      CHECK(world.hosts("/", world.answered(1)) == Hosts{"c.test"});
      CHECK(world.hosts("?k=v", world.answered(1)) == Hosts{"c.test"});
    }
  }
}

TEST_CASE("sim: without a word of the steering server a title plays where it began") {
  SimFault error, refusal, silence, gone;
  error.status = 503;
  refusal.refuses_connection = true;
  silence.is_silent = true;
  gone.status = 410;
  for (SimFault fault : {SimFault(), error, refusal, silence, gone}) {
    CAPTURE(fault.status.value_or(0));
    CAPTURE(fault.is_silent);
    Steered world({text_answer("<html>")});
    fault.url_contains = "http://s.test/";
    if (fault.status || fault.is_silent || fault.refuses_connection) {
      world.transport->add_fault(fault);
    }
    world.play_hls({"A", "B"}, "B");
    world.play_to_the_end();
    CHECK(world.hosts("/") == Hosts{"b.test"});
    const auto& records = world.transport->records();
    const auto asked = std::count_if(records.begin(), records.end(), [](const SimRecord& record) {
      return record.url.rfind("http://s.test/", 0) == 0;
    });
    CHECK(asked >= 1);
    CHECK(asked <= (fault.status == 410 ? 1 : 10));
  }
}

TEST_CASE("sim: a pathway that dies gives way to the next of the order, and is used again later") {
  Steered world({steers({"A", "C", "B"}, 20)});
  world.title.segments = 60;
  world.play_hls({"A", "B", "C"});
  world.run_for(13s);
  const MonotonicTime died = world.executor.now();
  world.take_down("a.test", 40s);
  world.play_to_the_end();
  CHECK(world.hosts(".seg", {}, died) == Hosts{"a.test"});
  CHECK(world.hosts(".seg", died + 2s, died + 40s).count("c.test") == 1);
  CHECK(world.hosts(".seg", died + 90s) == Hosts{"a.test"});  // bans of 10, 20 and 40 s
  CHECK(world.hosts("b.test").empty());
  REQUIRE(world.asked.size() >= 5);
  CHECK(world.asked[1].find("_HLS_pathway=C&") != std::string::npos);
  CHECK(world.asked.back().find("_HLS_pathway=A&") != std::string::npos);
}

TEST_CASE("sim: a title that is sent to a host that does not answer goes on where it was") {
  for (const bool is_silent : {false, true}) {
    CAPTURE(is_silent);
    Steered world({steers({"A", "B"}, 20), steers({"B", "A"})});
    SimFault fault;
    fault.url_contains = "http://b.test/";
    fault.refuses_connection = !is_silent;
    fault.is_silent = is_silent;
    world.transport->add_fault(fault);
    world.play_hls();
    world.play_to_the_end();
    CHECK(world.hosts(".seg") == Hosts{"a.test"});
  }
}

TEST_CASE("sim: service locations of an MPD are used in the steering server's order") {
  Steered world({steers({"A", "B"}, 20), steers({"B"})});
  world.play_dash("defaultServiceLocation=\"B\"");
  world.play_to_the_end();
  CHECK(world.hosts("", {}, world.answered()) == Hosts{"b.test"});
  CHECK(world.hosts("", world.answered(), world.answered(1)) == Hosts{"a.test"});
  CHECK(world.hosts("", world.answered(1)) == Hosts{"b.test"});
  REQUIRE(world.asked.size() == 2);
  CHECK(world.asked[0] == "http://s.test/steer?_DASH_pathway=%22B%22");
  CHECK(world.asked[1].find("?_DASH_pathway=%22A%22&_DASH_throughput=") != std::string::npos);
}

TEST_CASE("sim: the steering server is asked before a title begins where its MPD wants it") {
  Steered world({steers({"A", "B"})});
  world.play_dash("defaultServiceLocation=\"B\" queryBeforeStart=\"true\"");
  world.play_to_the_end();
  CHECK(world.hosts("") == Hosts{"a.test"});
}

TEST_CASE("sim: sound comes from the pathway of the pictures") {
  for (const bool is_clone : {false, true}) {
    CAPTURE(is_clone);
    Steered world({is_clone ? steers({"C", "A"}, 300, "A") : steers({"A", "B"})}, true);
    world.play_hls();
    world.play_to_the_end();
    CHECK(world.hosts(".seg", world.answered()) == Hosts{is_clone ? "c.test" : "a.test"});
  }
}

enum class LiveKind { kHls, kUndatedHls, kMpd };

TEST_CASE("sim: a live title follows another order without a jump") {
  for (const LiveKind kind : {LiveKind::kHls, LiveKind::kUndatedHls, LiveKind::kMpd}) {
    CAPTURE(static_cast<int>(kind));
    Steered world({steers({"A", "B"}, 20), steers({"B", "A"})});
    world.play_live(kind == LiveKind::kMpd, kind == LiveKind::kHls);
    CHECK(world.hosts("/v", {}, world.answered(1)) == Hosts{"a.test"});
    CHECK(world.hosts(".seg", world.answered(1)) == Hosts{"b.test"});
  }
}

TEST_CASE("sim: a live title goes to a clone and stays there") {
  for (const LiveKind kind : {LiveKind::kHls, LiveKind::kUndatedHls, LiveKind::kMpd}) {
    CAPTURE(static_cast<int>(kind));
    Steered world({steers({"A", "B"}, 20), steers({"C", "A"}, 300, "B")});
    world.play_live(kind == LiveKind::kMpd, kind == LiveKind::kHls);
    CHECK(world.hosts(".seg", world.answered(1)) == Hosts{"c.test"});
  }
}

// Without the first stretch of it from `begin` to `end`.
std::string without(std::string text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  return text.erase(from, text.find(end, from + begin.size()) + end.size() - from);
}

TEST_CASE("sim: a clone of a live title whose MPD is not fetched again goes on by the clock") {
  Steered world({steers({"A", "B"}, 20), steers({"C", "A"}, 300, "A")});
  world.manifest = [&world] {
    return without(steered_mpd(world.live_manifest(), ""), " minimumUpdatePeriod=\"", "\"");
  };
  world.play_live(true, true);
  CHECK(world.hosts(".seg", world.answered(1)) == Hosts{"c.test"});
}

TEST_CASE("sim: a live MPD takes back the location that came first") {
  Steered world({steers({"B", "A"})});
  const WallTime taken_back = world.executor.wall_now() + 30s;
  world.manifest = [&world, taken_back] {
    const std::string mpd = steered_mpd(world.live_manifest(), "");
    const bool is_late = world.executor.wall_now() > taken_back;
    return is_late ? without(mpd, "<BaseURL serviceLocation=\"B\"", "</BaseURL>") : mpd;
  };
  world.play_live(true, true);
  CHECK(world.hosts(".seg", world.executor.now() - 20s) == Hosts{"a.test"});
}

}  // namespace
}  // namespace playhead::test

// SPDX-License-Identifier: Apache-2.0
// Titles at two hosts, one of which is in trouble.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

constexpr const char* kA = "http://a.test/title/";
constexpr const char* kB = "http://b.test/title/";

// Each Variant of the title at both hosts, as redundant Variants (RFC 8216bis §4.4.6.2).
std::string redundant(const std::string& multivariant) {
  std::string out;
  std::string stream_inf;
  std::size_t at = 0;
  while (at < multivariant.size()) {
    const std::size_t end = std::min(multivariant.find('\n', at), multivariant.size());
    const std::string line = multivariant.substr(at, end - at);
    at = end + 1;
    if (line.rfind("#EXT-X-STREAM-INF", 0) == 0) {
      stream_inf = line;
    } else if (line.rfind("#EXT-X-MEDIA:", 0) == 0) {
      std::string there = line;
      const std::size_t uri = there.find("URI=\"") + 5;
      const std::size_t slash = there.rfind('/', there.find('"', uri));
      const std::size_t begin = slash != std::string::npos && slash > uri ? slash + 1 : uri;
      out += there.substr(0, uri) + kA + there.substr(begin) + '\n';
    } else if (!line.empty() && line[0] != '#') {
      const std::string name = line.substr(line.rfind('/') + 1);
      out += stream_inf + '\n' + kA + name + '\n' + stream_inf + '\n' + kB + name + '\n';
    } else {
      out += line + '\n';
    }
  }
  return out;
}

struct TwoHosts : SimWorld {
  explicit TwoHosts(bool has_audio = false, SimLink link = SimLink::constant(8'000'000))
      : SimWorld(1, make_title(has_audio), std::move(link)) {
    transport->serve([this](const WebRequest& request) -> std::optional<WebAnswer> {
      const std::size_t path = request.url.find("/title/");
      const bool is_ours = request.url.rfind("http://a.test/", 0) == 0 ||
                           request.url.rfind("http://b.test/", 0) == 0;
      if (!is_ours || path == std::string::npos) return std::nullopt;
      auto body = title.body(title.base_url + request.url.substr(path + 7));
      if (!body) return std::nullopt;
      return text_answer(*body);
    });
    transport->serve_text("http://m.test/m.m3u8", redundant(*title.body(title.url())));
  }
  static SimTitle make_title(bool has_audio) {
    SimTitle title;
    title.segments = 60;
    title.has_audio = has_audio;
    return title;
  }
  void play() {
    start_app();
    load_url("http://m.test/m.m3u8");
    REQUIRE(run_until_event<FirstFrame>(10s));
  }
  // Media requests to that host since the record with that number.
  [[nodiscard]] int requests_to(const std::string& host, std::size_t since = 0) const {
    int count = 0;
    const auto& records = transport->records();
    for (std::size_t i = since; i < records.size(); ++i) {
      count += records[i].url.find(host) != std::string::npos ? 1 : 0;
    }
    return count;
  }
};

TEST_CASE("sim: a CDN that dies in the middle of a segment is replaced, and used again later") {
  TwoHosts world;
  world.play();
  world.run_for(13s);
  CHECK(world.requests_to("b.test") == 0);
  const std::size_t before = world.transport->records().size();
  world.take_down("a.test", 40s);
  world.run_for(30s);
  CHECK(world.requests_to("b.test", before) >= 5);
  const int to_dead = world.requests_to("a.test", before);
  CHECK(to_dead <= 5);
  world.run_for(60s);  // bans of 10, 20 and 40 s
  const std::size_t later = world.transport->records().size();
  world.run_for(30s);
  CHECK(world.requests_to("a.test", later) >= 5);  // back at the first place
  CHECK(world.requests_to("b.test", later) == 0);
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.screen->shown().size() == 240 * 25);
}

TEST_CASE("sim: a title starts from the second CDN when the first is dead") {
  TwoHosts world;
  world.take_down("a.test");
  world.play();
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.screen->shown().size() == 240 * 25);
}

TEST_CASE("N10 a segment that the first CDN has not is taken from the second") {
  for (const int status : {404, 410}) {
    CAPTURE(status);
    TwoHosts world;
    SimFault fault;
    fault.url_contains = "http://a.test/title/v";
    fault.skip = 12;
    fault.status = status;
    world.transport->add_fault(fault);
    world.play();
    REQUIRE(world.run_until_event<Ended>(10min));
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK(world.screen->shown().size() == 240 * 25);
  }
}

TEST_CASE("N42 a bad link is no reason to leave a CDN for good, nor to storm it") {
  TwoHosts clean;
  clean.play();
  REQUIRE(clean.run_until_event<Ended>(20min));
  const std::size_t needed = clean.transport->records().size();

  SimLink link = SimLink::constant(4'000'000, 2s);
  TwoHosts world(false, link);
  SimFault loss;  // every third connection breaks somewhere
  loss.url_contains = "http://";
  loss.break_after = 90'000;
  for (int i = 2; i < 200; i += 3) {
    SimFault once = loss;
    once.skip = 2;
    once.times = 1;
    world.transport->add_fault(once);
  }
  world.start_app();
  world.load_url("http://m.test/m.m3u8");
  REQUIRE(world.run_until_event<Ended>(60min));
  CHECK(world.transport->records().size() <= 2 * needed);
  CHECK(world.screen->shown().size() == 240 * 25);
}

TEST_CASE("N40 an hour without a network: playback waits, and goes on at once with one") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(5s);
  const std::size_t before = world.transport->records().size();
  world.take_down(".test", 1h);
  world.client->network_changed(false);
  world.run_for(1h);
  CHECK(world.find<Failed>() == nullptr);
  const auto& records = world.transport->records();
  const auto asked = std::count_if(
      records.begin() + static_cast<std::ptrdiff_t>(before), records.end(),
      [](const SimRecord& record) { return record.url.find("cdn.test") != std::string::npos; });
  CHECK(asked <= 6);
  CHECK(world.status()->state == PlayerState::kRebuffering);
  const double stuck = world.position_s();
  world.forget_events();
  world.client->network_changed(true);
  world.run_for(2s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.position_s() >= stuck);
  // What the service was to be told meanwhile is on its way at once.
  CHECK(world.run_until_event<ProgressSent>(3s));
  CHECK(to_seconds(world.find<ProgressSent>()->position) >= 5);
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.screen->shown().size() == 3000);
}

TEST_CASE("N39 Wi-Fi to cellular: sockets are replaced, the viewer sees nothing") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(5s);
  const int connections = world.transport->connections_opened();
  world.client->network_changed();
  world.run_for(1s);
  CHECK(world.transport->connections_opened() > connections);
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.screen->shown().size() == 3000);
}

// The bitrates of the segments of pictures that were asked for from that record on.
std::vector<std::string> rungs_since(const SimWorld& world, std::size_t since) {
  std::vector<std::string> rungs;
  const auto& records = world.transport->records();
  for (std::size_t i = since; i < records.size(); ++i) {
    const std::size_t name = records[i].url.rfind('/') + 1;
    const bool is_picture =
        records[i].url[name] == 'v' && records[i].url.find(".seg") != std::string::npos;
    if (is_picture) rungs.push_back(records[i].url.substr(name, 2));
  }
  return rungs;
}

TEST_CASE("N39 from 20 to 1 Mbit/s: what the old network carried is not asked of the new one") {
  SimTitle title;
  title.segments = 60;
  SimLink link;
  link.phases = {{20s, 20'000'000, 20ms}, {1h, 1'000'000, 50ms}};
  SimWorld world(1, title, link);
  world.start_app();
  world.load_url(title.url());
  world.run_for(20s);
  REQUIRE(rungs_since(world, 0).back() == "v3");
  const std::size_t before = world.transport->records().size();
  world.client->network_changed();
  world.run_for(8s);
  const auto rungs = rungs_since(world, before);
  REQUIRE_FALSE(rungs.empty());
  CHECK(std::count(rungs.begin(), rungs.end(), "v3") == 0);
  CHECK(world.status()->throughput < Bitrate{2'500'000});
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("N39 a network that is remembered begins with what it carried") {
  SimTitle title;
  title.segments = 60;
  SimLink link;
  link.phases = {{30s, 20'000'000, 20ms}, {30s, 1'000'000, 50ms}, {1h, 20'000'000, 20ms}};
  SimWorld world(1, title, link);
  world.start_app();
  REQUIRE(world.client->set_network("wifi:home"));
  world.load_url(title.url());
  world.run_for(29s);
  const Bitrate home = world.status()->throughput;
  CHECK(home > Bitrate{10'000'000});
  world.run_for(1s);
  REQUIRE(world.client->set_network("cell:a"));
  world.client->network_changed();
  world.run_for(28s);
  CHECK(world.status()->throughput < Bitrate{2'000'000});
  world.run_for(2s);
  const std::size_t before = world.transport->records().size();
  // In this order, too.
  world.client->network_changed();
  REQUIRE(world.client->set_network("wifi:home"));
  world.run_for(100ms);
  CHECK(world.status()->throughput > Bitrate{10'000'000});
  world.run_for(15s);
  REQUIRE_FALSE(rungs_since(world, before).empty());
  CHECK(rungs_since(world, before).back() == "v3");
}

TEST_CASE("N41 20 to 0.3 Mbit/s: no stall while the lowest fits") {
  SimTitle title;
  title.bitrates_bps = {120'000, 400'000, 900'000, 3'500'000};
  title.audio_bps = 32'000;
  title.segments = 60;
  SimLink link;
  link.phases = {{20s, 20'000'000, 50ms}, {1h, 300'000, 50ms}};
  SimWorld world(1, title, link);
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Ended>(20min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

}  // namespace
}  // namespace playhead::test

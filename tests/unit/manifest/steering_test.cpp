// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "manifest/manifest_parser.h"
#include "manifest/steering_client.h"
#include "manifest/steering_manifest.h"
#include "net/fetcher.h"
#include "support/sim_transport.h"
#include "support/virtual_executor.h"

namespace playhead {
namespace {

const std::string kUrl = "https://s.example/d/steer";

using Names = std::vector<std::string>;

TEST_CASE("steering: what a server may answer") {
  struct Case {
    std::string name, text;
    Duration ttl;
    std::string reload_url;
    Names priority;
  };
  const Case cases[] = {
      {"all of it", R"({"VERSION":1,"TTL":60,"RELOAD-URI":"r?x","PATHWAY-PRIORITY":["B","A"]})", 60s,
       "https://s.example/d/r?x", {"B", "A"}},
      {"no TTL", R"({"VERSION":1,"PATHWAY-PRIORITY":["A"]})", 300s, "", {"A"}},
      {"TTL of nothing", R"({"VERSION":1,"TTL":0,"PATHWAY-PRIORITY":["A"]})", 5s, "", {"A"}},
      {"TTL of ages", R"({"VERSION":1,"TTL":1e300,"PATHWAY-PRIORITY":["A"]})", 24h, "", {"A"}},
      {"TTL as text", R"({"VERSION":1,"TTL":"9","PATHWAY-PRIORITY":["A"]})", 300s, "", {"A"}},
      {"the drafts' name", R"({"VERSION":1,"SERVICE-LOCATION-PRIORITY":["b"]})", 300s, "", {"b"}},
      {"a reload URL off the web",
       R"({"VERSION":1,"RELOAD-URI":"file:///etc/passwd","PATHWAY-PRIORITY":["A"]})", 300s, "",
       {"A"}},
      {"numbers among the names", R"({"VERSION":1,"PATHWAY-PRIORITY":[1,"A",null]})", 300s, "", {"A"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto manifest = parse_steering_manifest(c.text, kUrl);
    REQUIRE(manifest.has_value());
    CHECK(manifest->ttl == c.ttl);
    CHECK(manifest->reload_url == c.reload_url);
    CHECK(manifest->priority == c.priority);
  }
}

TEST_CASE("steering: what is refused") {
  struct Case {
    std::string name, text;
    ErrorCode code;
  };
  const Case cases[] = {
      {"nothing", "", ErrorCode::kManifestSyntax},
      {"a web page", "<html>", ErrorCode::kManifestSyntax},
      {"a list", "[]", ErrorCode::kManifestSyntax},
      {"no version", R"({"PATHWAY-PRIORITY":["A"]})", ErrorCode::kManifestUnsupported},
      {"version 2", R"({"VERSION":2,"PATHWAY-PRIORITY":["A"]})", ErrorCode::kManifestUnsupported},
      {"no pathway", R"({"VERSION":1})", ErrorCode::kManifestSyntax},
      {"nested deeply", std::string(100, '['), ErrorCode::kManifestLimit},
      {"huge", std::string((1 << 20) + 1, ' '), ErrorCode::kManifestLimit},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto manifest = parse_steering_manifest(c.text, kUrl);
    REQUIRE_FALSE(manifest.has_value());
    CHECK(manifest.error().code == c.code);
  }
}

TEST_CASE("steering: URLs of clones") {
  struct Case {
    std::string name;
    PathwayClone clone;
    std::string url, cloned;
  };
  const Case cases[] = {
      {"host", {"A", "C", "c.example", {}, {}, {}}, "https://u@a.example:8/x?y#z",
       "https://c.example/x?y#z"},
      {"parameter set", {"A", "C", "", {{"t", "1 2"}}, {}, {}}, "https://a.example/x",
       "https://a.example/x?t=1%202"},
      {"parameter replaced", {"A", "C", "", {{"t", "9"}}, {}, {}}, "https://a.example/x?t=1&u=2",
       "https://a.example/x?u=2&t=9"},
      {"a host that is none", {"A", "C", "b c/\n", {}, {}, {}}, "https://a.example/x",
       "https://a.example/x"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(cloned_url(c.clone, c.url) == c.cloned);
  }
}

TEST_CASE("steering: what the server is told") {
  const SteeringReport report{{"a", "b c"}, {5'000'000}};
  CHECK(steering_url("https://s.example/s?x=1", ManifestFormat::kHls, report) ==
        "https://s.example/s?x=1&_HLS_pathway=a&_HLS_throughput=5000000");
  CHECK(steering_url("https://s.example/s", ManifestFormat::kDash, report) ==
        "https://s.example/s?_DASH_pathway=%22a%2Cb%20c%22&_DASH_throughput=5000000");
  CHECK(steering_url("https://s.example/s", ManifestFormat::kHls, {}) == "https://s.example/s");
}

std::shared_ptr<const Presentation> steered_mpd() {
  const std::string mpd = R"(<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="p"
    mediaPresentationDuration="PT8S" minBufferTime="PT1S" type="static">
    <BaseURL serviceLocation="A">https://a.example/t/</BaseURL>
    <BaseURL serviceLocation="B">https://b.example/t/</BaseURL>
    <Period><AdaptationSet contentType="video" mimeType="video/mp4">
      <SegmentTemplate media="$Number$.m4s" initialization="i.mp4" duration="4"/>
      <Representation id="r" bandwidth="1"/></AdaptationSet></Period></MPD>)";
  auto parsed = parse_manifest(SharedBytes({mpd.begin(), mpd.end()}), "https://m.example/m.mpd");
  REQUIRE(parsed.has_value());
  return std::make_shared<const Presentation>(*std::move(parsed));
}

TEST_CASE("steering: the order of places, and a clone among them") {
  const auto presentation = steered_mpd();
  const PathwayClone clone{"B", "C", "c.example", {{"k", "v"}}, {}, {}};
  const auto more = with_clones(presentation, {clone, clone, {"X", "Y", "y.example", {}, {}, {}}});
  const Representation& r = more->periods[0].adaptation_sets[0].representations[0];
  REQUIRE(r.alternatives.size() == 2);
  CHECK(r.alternatives[1].name == "C");
  const Segment segment = r.alternatives[1].segments->at(1);
  CHECK(segment.media.url == "https://c.example/t/2.m4s?k=v");
  CHECK(segment.init->url == "https://c.example/t/i.mp4?k=v");
  CHECK(places_in_order(r, {}) == std::vector<std::size_t>{0, 1, 2});
  CHECK(places_in_order(r, {"C", "B"}) == std::vector<std::size_t>{2, 1, 0});
  CHECK(places_in_order(r, {"nobody", "B"}) == std::vector<std::size_t>{1, 0, 2});
  CHECK(with_clones(presentation, {}) == presentation);
}

TEST_CASE("steering: a clone of a file with an index of its own has its InitSegment as well") {
  const std::string mpd = R"(<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="p"
    mediaPresentationDuration="PT8S" minBufferTime="PT1S" type="static">
    <BaseURL serviceLocation="A">https://a.example/t/</BaseURL>
    <Period><AdaptationSet contentType="video" mimeType="video/mp4">
      <Representation id="r" bandwidth="1"><BaseURL>v.mp4</BaseURL>
        <SegmentBase indexRange="100-199"><Initialization range="0-99"/></SegmentBase>
      </Representation></AdaptationSet></Period></MPD>)";
  auto parsed = parse_manifest(SharedBytes({mpd.begin(), mpd.end()}), "https://m.example/m.mpd");
  REQUIRE(parsed.has_value());
  const auto more = with_clones(std::make_shared<const Presentation>(*std::move(parsed)),
                                {{"A", "C", "c.example", {}, {}, {}}});
  const Representation& r = more->periods[0].adaptation_sets[0].representations[0];
  REQUIRE(r.alternatives.size() == 1);
  const IndexSource& source = r.alternatives[0].index_source;
  CHECK(source.location.url == "https://c.example/t/v.mp4");
  REQUIRE(source.init);
  CHECK(source.init->url == "https://c.example/t/v.mp4");
}

// The client against a server whose answers are a list.
struct Steered {
  test::VirtualExecutor executor;
  test::SimTransport transport{executor};
  ResourceFetcher fetcher{transport, executor, RetryConfig{.budget = 0s}};
  std::vector<test::WebAnswer> answers;
  std::vector<std::string> asked;
  std::vector<MonotonicTime> times;
  int changes = 0;
  std::unique_ptr<SteeringClient> client;

  explicit Steered(std::vector<test::WebAnswer> list) : answers(std::move(list)) {
    transport.serve([this](const test::WebRequest& request) -> std::optional<test::WebAnswer> {
      asked.push_back(request.url);
      times.push_back(executor.now());
      return answers[std::min(asked.size(), answers.size()) - 1];
    });
    ContentSteering steering;
    steering.server_url = "http://s.test/steer";
    steering.default_pathway = "A";
    SteeringClient::Context context{
        [this](Request request, UniqueFunction<void(Result<FetchedManifest>)> done) {
          return fetcher.fetch(std::move(request),
                               [done = std::move(done)](Result<FetchedResource> result) mutable {
                                 if (!result) return done(std::move(result).error());
                                 done(FetchedManifest{result->head, result->body});
                               });
        },
        executor, [] { return SteeringReport{{"A"}, {1000}}; }, [this] { ++changes; }};
    client = std::make_unique<SteeringClient>(std::move(context), steering, ManifestFormat::kHls);
    client->start();
  }
};

test::WebAnswer order(const std::string& rest) {
  return test::text_answer(R"({"VERSION":1,)" + rest + "}");
}

TEST_CASE("steering client: asks again as the answer says, where it says") {
  Steered world({order(R"("TTL":20,"PATHWAY-PRIORITY":["B","A"],"RELOAD-URI":"/next?s=1")"),
                 order(R"("TTL":40,"PATHWAY-PRIORITY":["B","A"])"),
                 order(R"("TTL":40,"PATHWAY-PRIORITY":["A"])")});
  CHECK(world.client->priority() == Names{"A"});
  world.executor.run_for(10s);
  CHECK(world.client->priority() == Names{"B", "A"});
  CHECK(world.changes == 1);
  world.executor.run_for(80s);
  REQUIRE(world.asked.size() == 3);
  CHECK(world.asked[0] == "http://s.test/steer?_HLS_pathway=A&_HLS_throughput=1000");
  CHECK(world.asked[1] == "http://s.test/next?s=1&_HLS_pathway=A&_HLS_throughput=1000");
  CHECK(world.times[1] - world.times[0] >= 20s);
  CHECK(world.times[2] - world.times[1] >= 40s);
  CHECK(world.changes == 2);
}

TEST_CASE("steering client: the last order holds while the server does not answer; 410 ends it") {
  Steered world({order(R"("TTL":10,"PATHWAY-PRIORITY":["B"])"), test::status_answer(500),
                 test::text_answer("<html>"), test::status_answer(410)});
  world.executor.run_for(1h);
  CHECK(world.asked.size() == 4);
  CHECK(world.client->is_stopped());
  CHECK(world.client->priority() == Names{"B"});
  CHECK(world.changes == 1);
}

TEST_CASE("steering client: a server that is busy is asked when it said, never sooner") {
  struct Case {
    std::string name;
    SteeringInputs in;
    std::optional<Duration> delay;
  };
  const Case cases[] = {{"an answer", {20s, 300s, 0, {}}, 20s},
                        {"an error", {{}, 60s, 500, {}}, 60s},
                        {"no answer", {{}, 60s, 0, {}}, 60s},
                        {"429, later than the TTL", {{}, 60s, 429, 90s}, 90s},
                        {"429, sooner than the TTL", {{}, 60s, 429, 5s}, 60s},
                        {"410", {{}, 60s, 410, {}}, {}}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(decide_steering(c.in) == c.delay);
  }
}

}  // namespace
}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "streaming/text_track.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_transport.h"
#include "support/virtual_executor.h"
#include "unit/streaming/key_world.h"

namespace playhead {
namespace {

constexpr int64_t kSecond = 1'000'000;

// Segments of 10 s each, seg0.vtt … .
class TenSecondIndex final : public SegmentIndex {
 public:
  explicit TenSecondIndex(std::size_t count, Duration each = 10s) : count_(count), each_(each) {}

  std::shared_ptr<const SegmentKeys> keys;  // of all segments
  std::shared_ptr<const ResourceLocation> init;  // the same

  [[nodiscard]] std::size_t size() const override { return count_; }
  [[nodiscard]] Segment at(std::size_t index) const override {
    Segment segment;
    segment.number = index;
    segment.start = MediaTime{} + each_ * static_cast<int64_t>(index);
    segment.end = segment.start + each_;
    segment.media.url = "http://cdn.test/seg" + std::to_string(index) + ".vtt";
    segment.keys = keys;
    segment.init = init;
    return segment;
  }
  [[nodiscard]] std::optional<std::size_t> find(MediaTime time) const override {
    if (time >= end()) return std::nullopt;
    return static_cast<std::size_t>(std::max<int64_t>(time.us, 0) / each_.count());
  }
  [[nodiscard]] std::optional<std::size_t> find_number(uint64_t number) const override {
    return number < count_ ? std::optional(static_cast<std::size_t>(number)) : std::nullopt;
  }
  [[nodiscard]] MediaTime start() const override { return {}; }
  [[nodiscard]] MediaTime end() const override { return at(count_).start; }
  [[nodiscard]] std::size_t memory_bytes() const override { return 0; }

 private:
  std::size_t count_;
  Duration each_;
};

std::string clock_text(int64_t seconds) {
  const auto two = [](int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(seconds / 3600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60) + ".000";
}

struct World {
  test::VirtualExecutor executor;
  test::SimTransport transport{executor, test::SimLink::constant(8'000'000, 50ms)};
  ResourceFetcher fetcher{transport, executor};
  TimelineMapper mapper;
  std::vector<Error> errors;
  IdentityKeyRing keys{fetcher, executor};
  TextTrack track{keys, mapper, [this](const Error& error) { errors.push_back(error); }};

  // Every segment has one cue, "sN", in the middle of it.
  void serve(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto start = static_cast<int64_t>(i) * 10;
      transport.serve_text("http://cdn.test/seg" + std::to_string(i) + ".vtt",
                           "WEBVTT\n\n" + clock_text(start + 2) + " --> " + clock_text(start + 8) +
                               "\ns" + std::to_string(i));
    }
  }
  static TextSource source(std::size_t count, const std::string& id = "en") {
    TextSource out;
    out.representation_id = id;
    out.segments = std::make_shared<TenSecondIndex>(count);
    return out;
  }
  // Playback from `from` to `to`, a turn every 100 ms.
  void play(int64_t from_s, int64_t to_s) {
    for (int64_t time = from_s * kSecond; time < to_s * kSecond; time += kSecond / 10) {
      track.update({time});
      executor.run_for(100ms);
    }
  }
  [[nodiscard]] std::string shown(int64_t second) const {
    std::string out;
    for (const auto& cue : track.cues().active_at({second * kSecond})) out += plain_text(*cue);
    return out;
  }
  [[nodiscard]] std::size_t requests() const { return transport.records().size(); }
};

}  // namespace

TEST_CASE("text track: fetches ahead, each segment once") {
  World world;
  world.serve(20);
  world.track.select(World::source(20));
  world.play(0, 2);
  CHECK(world.shown(5) == "s0");
  CHECK(world.shown(25) == "s2");
  CHECK(world.requests() == 4);  // 32 s
  world.play(2, 60);
  CHECK(world.requests() == 9);
  CHECK(world.shown(55) == "s5");
  CHECK(world.shown(59).empty());
  CHECK(world.errors.empty());
}

TEST_CASE("text track: encrypted segments are opened, their key is fetched once") {
  World world;
  const std::string url = "http://cdn.test/k.key";
  const test::Bytes key(16, 7);
  world.transport.serve(url, test::bytes_answer(key));
  for (uint8_t i = 0; i < 5; ++i) {
    const int64_t start = int64_t{i} * 10;
    const std::string text = "WEBVTT\n\n" + clock_text(start + 2) + " --> " +
                             clock_text(start + 8) + "\ns" + std::to_string(i);
    // By the segment's number.
    const CipherIv iv{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, i};
    world.transport.serve(
        "http://cdn.test/seg" + std::to_string(i) + ".vtt",
        test::bytes_answer(test::encrypt(EVP_aes_128_cbc(), key, iv, test::bytes_of(text))));
  }
  TextSource source = World::source(5);
  auto index = std::make_shared<TenSecondIndex>(5);
  SegmentKey described;
  described.uri = url;
  index->keys = std::make_shared<const SegmentKeys>(SegmentKeys{described});
  source.segments = index;
  world.track.select(std::move(source));
  world.play(0, 20);
  CHECK(world.errors.empty());
  CHECK(world.shown(5) == "s0");
  CHECK(world.shown(45) == "s4");
  CHECK(world.requests() == 6);
}

TEST_CASE("text track: the init segment of what cannot be read is fetched again, once") {
  World world;
  world.serve(20);
  world.transport.serve_text("http://cdn.test/init.mp4", "damaged");
  world.transport.serve_text("http://cdn.test/seg0.vtt", "what such an init segment makes of it");
  auto index = std::make_shared<TenSecondIndex>(20);
  index->init = std::make_shared<const ResourceLocation>(ResourceLocation{"http://cdn.test/init.mp4", {}});
  TextSource source = World::source(20);
  source.segments = index;
  world.track.select(source);
  world.play(0, 60);
  CHECK(world.errors.size() == 1);
  CHECK(world.shown(15) == "s1");
  const auto& records = world.transport.records();
  CHECK(std::count_if(records.begin(), records.end(), [](const test::SimRecord& record) {
          return record.url == "http://cdn.test/init.mp4";
        }) == 2);
}

TEST_CASE("text track: a seek goes on from there, a rewind needs no network") {
  World world;
  world.serve(100);
  world.track.select(World::source(100));
  world.play(0, 20);
  world.play(500, 502);
  CHECK(world.shown(505) == "s50");
  const std::size_t requests = world.requests();
  world.play(495, 500);
  CHECK(world.requests() == requests + 1);  // 49 was not there
  world.play(505, 600);
  const std::size_t before = world.requests();
  world.play(540, 560);
  CHECK(world.requests() == before);
  CHECK(world.shown(545) == "s54");
}

TEST_CASE("text track: what is far behind is forgotten and can be had again") {
  World world;
  world.serve(100);
  world.track.select(World::source(100));
  world.play(0, 400);
  CHECK(world.track.cues().size() <= 17);
  CHECK(world.shown(5).empty());
  world.play(0, 2);
  CHECK(world.shown(5) == "s0");
}

TEST_CASE("text track: a file for the whole title is kept whole") {
  World world;
  std::string text = "WEBVTT\n\n";
  for (int i = 0; i < 100; ++i) {
    text +=
        clock_text(i * 10) + " --> " + clock_text(i * 10 + 5) + "\nc" + std::to_string(i) + "\n\n";
  }
  world.transport.serve_text("http://cdn.test/seg0.vtt", text);
  TextSource source = World::source(1);
  source.segments = std::make_shared<TenSecondIndex>(1, 1000s);
  world.track.select(source);
  world.play(0, 900);
  CHECK(world.requests() == 1);
  CHECK(world.track.cues().size() == 100);
}

TEST_CASE("text track: another language shows nothing of the old one; off shows nothing") {
  World world;
  world.serve(20);
  world.track.select(World::source(20));
  world.play(0, 2);
  world.track.select(World::source(20, "en"));  // refreshed
  CHECK(world.track.cues().size() > 0);
  world.track.select(World::source(20, "de"));
  CHECK(world.track.cues().size() == 0);
  world.play(2, 4);
  CHECK(world.shown(5) == "s0");
  world.track.select(World::source(20, "de2"), true);
  CHECK(world.shown(5) == "s0");
  world.track.update({4 * kSecond});
  world.track.turn_off();
  CHECK(world.track.is_off());
  world.executor.run_for(10s);
  CHECK(world.track.cues().size() == 0);
  CHECK(world.transport.in_flight() == 0);
}

TEST_CASE("text track: HLS waits for the time of its discontinuity") {
  World world;
  world.serve(20);
  TextSource source = World::source(20);
  source.is_hls = true;
  world.track.select(source);
  world.play(0, 2);
  CHECK(world.requests() == 0);
  // The video's first sample: container time 3 s is presentation time 0.
  world.mapper.learn(source.segments->at(0), 3 * kSecond);
  world.play(2, 4);
  CHECK(world.shown(3) == "s0");  // 2 s .. 8 s of the file are -1 s .. 5 s
  CHECK(world.shown(6).empty());
}

TEST_CASE(
    "A16 subtitles that are missing or malformed are reported, then off; nothing is repeated") {
  World world;
  world.serve(20);
  test::SimFault missing;
  missing.url_contains = "seg1.vtt";
  missing.status = 404;
  world.transport.add_fault(missing);
  world.transport.serve_text("http://cdn.test/seg3.vtt", "<html>");
  world.track.select(World::source(20));
  world.play(0, 30);
  REQUIRE(world.errors.size() == 2);
  CHECK(world.errors[0].code == ErrorCode::kNotFound);
  CHECK(world.errors[1].code == ErrorCode::kContainerSyntax);
  CHECK(world.errors[0].severity == Severity::kRecoverable);
  CHECK_FALSE(world.track.is_off());
  CHECK(world.shown(25) == "s2");

  for (int i = 10; i < 20; ++i) {
    world.transport.serve_text("http://cdn.test/seg" + std::to_string(i) + ".vtt", "garbage");
  }
  world.play(30, 100);
  CHECK(world.track.is_off());
  CHECK(world.errors.size() == 5);
  const std::size_t requests = world.requests();
  world.play(100, 150);
  CHECK(world.requests() == requests);
}

TEST_CASE("A16 a sidecar file of 50 MB is refused, playback's link is free again") {
  World world;
  test::WebAnswer huge = test::bytes_answer(std::vector<uint8_t>(std::size_t{50} << 20, 'x'));
  world.transport.serve("http://cdn.test/seg0.vtt", huge);
  TextSource source = World::source(1);
  source.segments = std::make_shared<TenSecondIndex>(1, 1000s);
  world.track.select(source);
  world.play(0, 60);
  CHECK(world.track.is_off());
  REQUIRE(world.errors.size() == 1);
  CHECK(world.errors[0].code == ErrorCode::kTooLarge);
  CHECK(world.transport.in_flight() == 0);
}

}  // namespace playhead

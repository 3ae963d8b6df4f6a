// SPDX-License-Identifier: Apache-2.0
// Sound that is announced but not there, or only for a part of the title: pictures do not wait.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "sim/muxed_media.h"
#include "support/sim_world.h"

namespace playhead::test {
namespace {

constexpr int64_t kSecond = 1'000'000;

// Counts what is to be heard.
class CountingSink final : public AudioSink {
 public:
  explicit CountingSink(std::shared_ptr<SimAudioSink> device) : device_(std::move(device)) {}
  // Frames that were no silence.
  [[nodiscard]] int64_t sound() const { return sound_; }

  Result<AudioFormat> open(AudioFormat wanted) override { return device_->open(wanted); }
  void close() override { device_->close(); }
  void write(const float* samples, int64_t frames) override {
    if (samples[0] != 0) sound_ += frames;
    device_->write(samples, frames);
  }
  [[nodiscard]] int64_t frames_played(MonotonicTime now) override {
    return device_->frames_played(now);
  }
  void pause() override { device_->pause(); }
  void resume() override { device_->resume(); }
  void flush() override { device_->flush(); }
  void set_volume(double volume) override { device_->set_volume(volume); }

 private:
  std::shared_ptr<SimAudioSink> device_;
  int64_t sound_ = 0;
};

// A world whose backend knows muxed segments.
struct MuxedWorld : SimWorld {
  explicit MuxedWorld(const MuxedTitle& muxed, SimLink link = SimLink::constant(8'000'000),
                      Duration sound_delay = Duration{0})
      : SimWorld(1, {}, std::move(link)) {
    transport->serve([muxed](const WebRequest& request) { return muxed.answer(request); });
    start_app();
    const std::shared_ptr<Executor> clock(std::shared_ptr<void>(), &executor);
    player.reset();
    ClientDependencies dependencies;
    dependencies.executor = clock;
    dependencies.transport = transport;
    dependencies.backend = std::make_shared<MuxedBackend>(sound_delay);
    client = *Client::create({}, std::move(dependencies));
    Sinks sinks;
    sinks.video = screen;
    heard = std::make_shared<CountingSink>(speaker);
    sinks.audio = heard;
    player = *Player::create(client, {}, std::move(sinks), clock);
  }
  std::shared_ptr<CountingSink> heard;
};

// Every frame of the title was shown, none much earlier or later than its time.
void check_pictures(const SimWorld& world, const MuxedTitle& title) {
  const auto& shown = world.screen->shown();
  REQUIRE(shown.size() == static_cast<std::size_t>(title.duration_us() / 40'000));
  const MonotonicTime zero = shown[1].at - (shown[1].time - MediaTime{0});
  for (std::size_t i = 1; i < shown.size(); ++i) {
    CAPTURE(i);
    const Duration late = (shown[i].at - zero) - (shown[i].time - MediaTime{0});
    REQUIRE(late >= -45ms);
    REQUIRE(late <= 45ms);
  }
}

TEST_CASE("sim: pictures do not wait for muxed sound that is not there") {
  struct Case {
    const char* name;
    std::vector<std::pair<int64_t, int64_t>> sound;
    int segments = 30;
    int64_t segment_us = 4 * kSecond;
    int64_t link_bps = 8'000'000;
  };
  const Case cases[] = {{"sound all along", {{0, 120 * kSecond}}},
                        {"announced and absent", {}},
                        {"announced and absent, a slow link", {}, 30, 4 * kSecond, 1'400'000},
                        {"announced and absent, long segments", {}, 3, 60 * kSecond},
                        {"announced and absent, a single segment", {}, 1, 4 * kSecond},
                        {"it ends a little early", {{0, 117 * kSecond}}},
                        {"it ends early", {{0, 41'300'000}}},
                        {"it ends in the first segment", {{0, 2 * kSecond}}},
                        {"it begins late", {{37'100'000, 120 * kSecond}}},
                        {"it begins late in the first segment", {{2 * kSecond, 120 * kSecond}}},
                        {"it pauses", {{0, 18'500'000}, {61 * kSecond, 120 * kSecond}}},
                        {"it pauses, a slow link",
                         {{0, 18 * kSecond}, {61 * kSecond, 120 * kSecond}},
                         30,
                         4 * kSecond,
                         1'400'000}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    MuxedTitle title;
    title.sound = c.sound;
    title.segments = c.segments;
    title.segment_us = c.segment_us;
    MuxedWorld world(title, SimLink::constant(c.link_bps));
    world.load_url(title.url());
    REQUIRE(world.run_until_event<Ended>(10min));
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK(world.find<Failed>() == nullptr);
    check_pictures(world, title);
    int64_t sound_us = 0;
    for (const auto& [from, to] : c.sound) sound_us += to - from;
    CHECK(static_cast<double>(world.heard->sound()) / 48'000 ==
          doctest::Approx(static_cast<double>(sound_us) / kSecond).epsilon(0.01));
  }
}

TEST_CASE("sim: a seek past the end of the sound plays on without it") {
  MuxedTitle title;
  title.sound = {{0, 41'300'000}};
  MuxedWorld world(title);
  world.load_url(title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(5s);
  for (const int64_t target : {60, 45, 41, 100}) {
    CAPTURE(target);
    world.forget_events();
    world.player->seek(MediaTime{target * kSecond});
    REQUIRE(world.run_until_event<SeekDone>(20s));
    world.run_for(10s);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.position_s() > static_cast<double>(target) + 5);
  }
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: pictures do not wait for a sound track without sound") {
  MuxedTitle silent;
  silent.has_video = false;
  silent.base_url = "http://cdn.test/title/silent/";
  SimTitle title;
  std::string master = *title.body(title.url());
  const std::size_t uri = master.find("a-en.m3u8");
  REQUIRE(uri != std::string::npos);
  master.replace(uri, 9, "silent/list.m3u8");
  MuxedWorld world(silent);
  world.transport->serve_text(title.url(), master);
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.screen->shown().size() == 120 * 25);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: a title that comes in at once is heard from its first moment") {
  MuxedTitle title;
  title.segments = 2;
  title.sound = {{0, 8 * kSecond}};
  MuxedWorld world(title, SimLink::constant(1'000'000'000), 300ms);
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Ended>(1min));
  CHECK(world.heard->sound() >= 48'000 * 8 - 48);
  check_pictures(world, title);
}

}  // namespace
}  // namespace playhead::test

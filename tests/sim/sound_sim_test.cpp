// SPDX-License-Identifier: Apache-2.0
// Sound that fails or is not there: pictures go on.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

// A device that can be pulled out.
class FailingSink final : public AudioSink {
 public:
  explicit FailingSink(Executor& executor) : device_(executor), executor_(executor) {}

  // From now on frames are heard at this share of their pace; 0: not at all.
  void fail(double pace) {
    good_frames_ = device_.frames_played(executor_.now());
    pace_ = pace;
  }
  // It plays again.
  void recover() {
    pace_.reset();
    is_gone_ = false;
  }
  // It cannot be opened either.
  void vanish() {
    fail(0);
    is_gone_ = true;
  }
  // Frames written that are no silence.
  [[nodiscard]] int64_t sound_frames() const { return sound_frames_; }

  Result<AudioFormat> open(AudioFormat wanted) override {
    if (is_gone_) return make_error(ErrorCode::kAudioOutput, "it was pulled out");
    good_frames_ = 0;
    return device_.open(wanted);
  }
  void close() override { device_.close(); }
  void write(const float* samples, int64_t frames) override {
    if (samples[0] != 0) sound_frames_ += frames;
    device_.write(samples, frames);
  }
  [[nodiscard]] int64_t frames_played(MonotonicTime now) override {
    const int64_t played = device_.frames_played(now);
    if (!pace_ || played < good_frames_) return played;
    return good_frames_ + static_cast<int64_t>(static_cast<double>(played - good_frames_) * *pace_);
  }
  void pause() override { device_.pause(); }
  void resume() override { device_.resume(); }
  void flush() override {
    good_frames_ = 0;
    device_.flush();
  }
  void set_volume(double volume) override { device_.set_volume(volume); }

 private:
  SimAudioSink device_;
  Executor& executor_;
  bool is_gone_ = false;
  int64_t sound_frames_ = 0;
  std::optional<double> pace_;
  int64_t good_frames_ = 0;
};

// Puts a player with this loudspeaker into the world.
template <typename Sink>
void set_speaker(SimWorld& world, const std::shared_ptr<Sink>& sink) {
  Sinks sinks;
  sinks.video = world.screen;
  sinks.audio = sink;
  world.player.reset();
  world.player =
      *Player::create(world.client, {}, std::move(sinks),
                      std::shared_ptr<Executor>(std::shared_ptr<void>(), &world.executor));
}

std::shared_ptr<FailingSink> plug_in_speaker(SimWorld& world) {
  auto sink = std::make_shared<FailingSink>(world.executor);
  set_speaker(world, sink);
  return sink;
}

int audio_warnings(const SimWorld& world) {
  int count = 0;
  for (const Warning& warning : world.all<Warning>()) {
    if (warning.error.code != ErrorCode::kAudioOutput) continue;
    CHECK(warning.error.severity == Severity::kRecoverable);
    ++count;
  }
  return count;
}

TEST_CASE("A15 a sound device that stops is given up, and pictures go on by the clock") {
  for (const double pace : {0.0, 0.02}) {
    CAPTURE(pace);
    SimWorld world;
    world.start_app();
    const auto sink = plug_in_speaker(world);
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(20s);
    const double before = world.position_s();
    sink->fail(pace);
    world.run_for(3s);
    const int64_t given = sink->sound_frames();
    world.run_for(7s);
    CHECK(audio_warnings(world) == 1);
    CHECK(sink->sound_frames() == given);
    CHECK(world.status()->state == PlayerState::kPlaying);
    // The picture stands for a moment until the device is given up.
    CHECK(world.position_s() > before + 7);
    CHECK(world.position_s() <= before + 10);
    world.player->seek(MediaTime{60'000'000});
    REQUIRE(world.run_until_event<SeekDone>(5s));
    world.player->set_speed(2.0);
    REQUIRE(world.run_until_event<Ended>(2min));
    CHECK(audio_warnings(world) == 1);
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: a sound device that is slow to wake up, or paused for long, is not given up") {
  SimWorld world;
  world.start_app();
  const auto sink = plug_in_speaker(world);
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  sink->fail(0);
  world.run_for(1s);
  sink->fail(1);
  world.run_for(5s);
  world.player->pause();
  world.run_for(1h);
  world.player->play();
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(audio_warnings(world) == 0);
}

TEST_CASE("A15 a sound device that comes back is heard within a second") {
  for (const bool can_be_opened : {false, true}) {
    CAPTURE(can_be_opened);
    SimWorld world;
    world.start_app();
    const auto sink = plug_in_speaker(world);
    if (!can_be_opened) sink->vanish();
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    // Twice: gone from the start, or soon after it; then in the middle.
    for (int times = 0; times < 2; ++times) {
      CAPTURE(times);
      if (can_be_opened) sink->fail(0);
      if (!can_be_opened) sink->vanish();
      world.run_for(5s);
      const int64_t given = sink->sound_frames();
      world.run_for(1s);
      CHECK(sink->sound_frames() == given);
      sink->recover();
      world.run_for(1s);
      CHECK(sink->sound_frames() > given);
      const double before = world.position_s();
      world.run_for(10s);
      CHECK(world.position_s() == doctest::Approx(before + 10).epsilon(0.01));
      CHECK(audio_warnings(world) == times + 1);
    }
    // While paused nobody looks for it, and afterwards somebody does.
    sink->vanish();
    world.run_for(3s);
    world.player->pause();
    world.run_for(1h);
    sink->recover();
    const int64_t given = sink->sound_frames();
    world.player->play();
    world.run_for(1s);
    CHECK(sink->sound_frames() > given);
    REQUIRE(world.run_until_event<Ended>(2min));
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: a title of sound alone goes on silently where no sound can be had") {
  struct Case {
    const char* name;
    bool has_speaker;
  };
  for (const Case& c : {Case{"no speaker", false}, Case{"a speaker that stops", true}}) {
    CAPTURE(std::string(c.name));
    SimWorld world;
    world.start_app();
    if (c.has_speaker) {
      plug_in_speaker(world)->fail(0);
    } else {
      set_speaker(world, std::shared_ptr<AudioSink>());
    }
    world.load_url(world.title.base_url + "a-en.m3u8");
    REQUIRE(world.run_until_event<Ended>(5min));
    CHECK(to_seconds(world.status()->qoe.play_time) == doctest::Approx(120).epsilon(0.03));
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK(world.position_s() == doctest::Approx(120).epsilon(0.01));
  }
}

}  // namespace
}  // namespace playhead::test

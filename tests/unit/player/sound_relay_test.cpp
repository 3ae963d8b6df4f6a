// SPDX-License-Identifier: Apache-2.0
#include "player/sound_relay.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "support/virtual_executor.h"

namespace playhead::test {
namespace {

// A mono device that plays what it is told to, and remembers what was heard.
class Device final : public AudioSink {
 public:
  Result<AudioFormat> open(AudioFormat wanted) override {
    ++opened;
    is_open = true;
    format = wanted;
    format.channels = 1;
    return format;
  }
  void close() override {
    is_open = false;
    queued.clear();
    played = 0;
  }
  void write(const float* samples, int64_t frames) override {
    queued.insert(queued.end(), samples, samples + frames);
  }
  int64_t frames_played(MonotonicTime) override { return played; }
  void pause() override { is_running = false; }
  void resume() override { is_running = true; }
  void flush() override {
    is_running = false;
    queued.clear();
    played = 0;
  }
  void set_volume(double wanted) override { volume = wanted; }

  void play(int64_t frames) {
    for (; frames > 0 && !queued.empty() && is_running; --frames, ++played) {
      heard.push_back(queued.front());
      queued.erase(queued.begin());
    }
  }

  AudioFormat format;
  std::vector<float> queued, heard;
  int64_t played = 0;
  int opened = 0;
  bool is_open = false, is_running = false;
  double volume = 1;
};

std::vector<float> ramp(float from, int frames) {
  std::vector<float> samples;
  for (int i = 0; i < frames; ++i) samples.push_back(from + static_cast<float>(i));
  return samples;
}

struct Two {
  Two() {
    REQUIRE(first->open(AudioFormat{}));
    first->resume();
  }
  void write(AudioSink& lane, float from, int frames) {
    lane.write(ramp(from, frames).data(), frames);
  }
  int64_t played(AudioSink& lane) { return lane.frames_played(executor.now()); }

  VirtualExecutor executor{1};
  std::shared_ptr<Device> device = std::make_shared<Device>();
  SoundRelay relay{device, executor};
  std::shared_ptr<AudioSink> first = relay.make_lane();
  std::shared_ptr<AudioSink> next = relay.make_lane();
};

TEST_CASE("sound relay: what waits is heard directly behind what leads, and counted from 0") {
  Two two;
  two.write(*two.first, 0, 10);
  REQUIRE(two.next->open(AudioFormat{}));
  two.write(*two.next, 100, 5);
  two.next->resume();  // says nothing while another leads
  two.next->pause();
  two.next->set_volume(0);
  CHECK(two.device->is_running);
  CHECK(two.device->volume == 1);
  CHECK(two.device->queued.size() == 10);
  REQUIRE(two.relay.join());
  two.write(*two.next, 105, 5);
  two.device->play(8);
  CHECK(two.played(*two.first) == 8);
  CHECK(two.played(*two.next) == 0);
  two.device->play(4);
  CHECK(two.played(*two.first) == 10);
  CHECK(two.played(*two.next) == 2);
  two.relay.advance(false);
  two.first->pause();
  CHECK(two.played(*two.first) == 10);
  two.first->flush();
  two.first->close();
  two.device->play(100);
  CHECK(two.played(*two.next) == 10);
  std::vector<float> expected = ramp(0, 10);
  for (const float sample : ramp(100, 10)) expected.push_back(sample);
  CHECK(two.device->heard == expected);
  CHECK(two.device->opened == 1);
  two.next->pause();
  CHECK_FALSE(two.device->is_running);
  two.next->close();
  CHECK_FALSE(two.device->is_open);
}

TEST_CASE("sound relay: what was joined is taken back without a sample lost or heard twice") {
  for (const int heard : {0, 3, 10}) {
    CAPTURE(heard);
    Two two;
    two.write(*two.first, 0, 10);
    REQUIRE(two.next->open(AudioFormat{}));
    two.write(*two.next, 100, 5);
    REQUIRE(two.relay.join());
    two.device->play(heard);
    SUBCASE("by the one that decides") { two.relay.part(); }
    SUBCASE("by the end of what waits") { two.next.reset(); }
    SUBCASE("by another that waits") { two.next = two.relay.make_lane(); }
    SUBCASE("because what leads has more to say") {
      two.write(*two.first, 10, 2);
      CHECK_FALSE(two.relay.is_joined());
      two.device->play(100);
      CHECK(two.device->heard == ramp(0, 12));
      continue;
    }
    CHECK_FALSE(two.relay.is_joined());
    CHECK(two.device->is_running);
    CHECK(two.played(*two.first) == heard);
    two.device->play(100);
    CHECK(two.played(*two.first) == 10);
    CHECK(two.device->heard == ramp(0, 10));
  }
}

TEST_CASE("sound relay: a seek in what leads keeps what waits for later") {
  Two two;
  two.write(*two.first, 0, 10);
  REQUIRE(two.next->open(AudioFormat{}));
  two.write(*two.next, 100, 5);
  REQUIRE(two.relay.join());
  two.device->play(4);
  two.first->flush();
  two.first->resume();
  CHECK(two.device->queued.empty());
  two.write(*two.first, 50, 3);
  REQUIRE(two.relay.join());
  two.device->play(100);
  two.relay.advance(false);
  CHECK(two.played(*two.next) == 5);
  CHECK(two.device->heard == std::vector<float>{0, 1, 2, 3, 50, 51, 52, 100, 101, 102, 103, 104});
}

TEST_CASE("sound relay: a cut drops the rest of what led") {
  for (const bool is_joined : {false, true}) {
    CAPTURE(is_joined);
    Two two;
    two.write(*two.first, 0, 10);
    REQUIRE(two.next->open(AudioFormat{}));
    two.write(*two.next, 100, 5);
    if (is_joined) REQUIRE(two.relay.join());
    two.device->play(4);
    two.relay.advance(true);
    CHECK(two.played(*two.first) == 4);
    CHECK_FALSE(two.device->is_running);
    two.next->resume();
    two.device->play(100);
    CHECK(two.device->heard == std::vector<float>{0, 1, 2, 3, 100, 101, 102, 103, 104});
    CHECK(two.played(*two.next) == 5);
  }
}

TEST_CASE("sound relay: there is nothing to join without sound on both sides") {
  Two two;
  CHECK_FALSE(two.relay.join());
  REQUIRE(two.next->open(AudioFormat{}));
  CHECK_FALSE(two.relay.join());
  two.first->close();  // the device stays for what waits
  CHECK(two.device->is_open);
  two.write(*two.next, 100, 5);
  CHECK_FALSE(two.relay.join());
  two.relay.advance(false);
  two.next->resume();
  two.device->play(100);
  CHECK(two.device->heard == ramp(100, 5));
  CHECK(SoundRelay(nullptr, two.executor).make_lane() == nullptr);
}

TEST_CASE("sound relay: a play alone opens and closes the device as if it were its own") {
  Two two;
  two.first->close();
  CHECK_FALSE(two.device->is_open);
  REQUIRE(two.first->open(AudioFormat{}));
  CHECK(two.device->opened == 2);
  // For minutes, more than is remembered.
  two.first->resume();
  for (int i = 0; i < 300; ++i) {
    two.write(*two.first, static_cast<float>(i), 1000);
    two.device->play(1000);
  }
  CHECK(two.played(*two.first) == 300'000);
}

}  // namespace
}  // namespace playhead::test

// SPDX-License-Identifier: Apache-2.0
#include "streaming/buffering_policy.h"

#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

TEST_CASE("decide_fetch: levels, bytes and the other track decide") {
  const BufferingConfig config = buffering_for(AbrPreset::kVod);  // target 30 s, 96 MiB
  struct Case {
    const char* name;
    FetchInputs in;
    bool fetch;
    Duration wait;
  };
  const Case cases[] = {
      {"empty buffer", {0s, 0s, 0, 1.0}, true, 0s},
      {"just below the target", {29'999ms, 29'999ms, 0, 1.0}, true, 0s},
      {"at the target: wait a moment", {30s, 30s, 0, 1.0}, false, 20ms},
      {"above it: wait until it has drained", {33s, 33s, 0, 1.0}, false, 3s},
      {"drains sooner at double speed", {33s, 33s, 0, 2.0}, false, 1'500ms},
      {"the memory cap wins over the target", {5s, 5s, int64_t{96} << 20, 1.0}, false, 1s},
      {"too far ahead of the other track", {19s, 7s, 0, 1.0}, false, 1s},
      {"a little ahead of the other track", {18s, 7s, 0, 1.0}, true, 0s},
      {"ahead of one that has nothing yet", {4s, 0s, 0, 1.0}, false, 1s},
      {"behind one that has little", {2s, 3s, 0, 1.0}, true, 0s},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const FetchDecision decision = decide_fetch(c.in, config);
    CHECK(decision.fetch == c.fetch);
    CHECK(decision.wait.count() == c.wait.count());
  }
}

TEST_CASE("decide_fetch: with many bytes held two thirds of the target are enough") {
  const BufferingConfig vod = buffering_for(AbrPreset::kVod);  // target 30 s, 96 MiB
  BufferingConfig tiny = vod;
  tiny.target = 3s;  // playback needs 2 s of it after a stall
  BufferingConfig capped = vod;
  capped.max_bytes = int64_t{16} << 20;
  const BufferingConfig best = buffering_for(AbrPreset::kMaxQuality);  // 60 s, 256 MiB
  constexpr int64_t kHeavy = int64_t{16} << 20;
  struct Case {
    const char* name;
    const BufferingConfig& config;
    Duration level;
    int64_t buffered_bytes;
    Duration next;
    bool fetch;
    Duration wait;
  };
  const Case cases[] = {
      {"a byte less: all of the target", vod, 29'999ms, kHeavy - 1, 4s, true, 0s},
      {"it ends within two thirds", vod, 15'999ms, kHeavy, 4s, true, 0s},
      {"it ends beyond them", vod, 16s, kHeavy, 4s, false, 20ms},
      {"wait until it does not", vod, 19s, kHeavy, 4s, false, 3s},
      {"a short one", vod, 17'999ms, kHeavy, 2s, true, 0s},
      {"of unknown length", vod, 19'999ms, kHeavy, 0s, true, 0s},
      {"a long one: half of the target is kept", vod, 14'999ms, kHeavy, 10s, true, 0s},
      {"a long one beyond that half", vod, 15s, kHeavy, 10s, false, 20ms},
      {"what playback needs is fetched", tiny, 1'999ms, kHeavy, 4s, true, 0s},
      {"no more than that", tiny, 2s, kHeavy, 4s, false, 20ms},
      {"where few bytes are allowed all of them are used", capped, 29s, kHeavy - 1, 4s, true, 0s},
      {"where many are, a sixth is not reached", best, 59s, kHeavy * 16 / 6 - 1, 4s, true, 0s},
      {"where many are, a sixth is held", best, 36s, kHeavy * 16 / 6, 4s, false, 20ms},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const FetchDecision decision =
        decide_fetch({c.level, c.level, c.buffered_bytes, 1.0, c.next}, c.config);
    CHECK(decision.fetch == c.fetch);
    CHECK(decision.wait.count() == c.wait.count());
  }
}

TEST_CASE("is_full: what playback waits for is held back, and has the least that always comes") {
  struct Case {
    const char* name;
    std::vector<TrackRoom> tracks;
    bool is_full;
  };
  const Case cases[] = {
      {"no track", {}, false},
      {"nothing is held back", {{10s, false}, {10s, false}}, false},
      {"half a second is there, and waits for room", {{500ms, true}}, true},
      {"less always comes", {{500ms - 1us, true}}, false},
      {"sound waits for room, pictures come", {{400ms, false}, {2s, true}}, false},
      {"pictures wait for room, sound has more", {{600ms, true}, {2s, false}}, true},
      {"both wait, one has not got enough to begin with", {{3s, true}, {0s, true}}, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(is_full(c.tracks) == c.is_full);
  }
}

TEST_CASE("bitrate_held_in: eight seconds fit, or what is wanted ahead, an eighth is the sound's") {
  BufferingConfig config;
  config.target = 30s;
  config.max_bytes = 8'000'000;
  CHECK(bitrate_held_in(config) == Bitrate{7'000'000});
  config.target = 4s;
  CHECK(bitrate_held_in(config) == Bitrate{14'000'000});
  config.target = Duration{0};
  CHECK(bitrate_held_in(config) == Bitrate{56'000'000});
  config.max_bytes = 0;
  CHECK(bitrate_held_in(config) == Bitrate{1});
}

TEST_CASE("may_play: a frame and enough media ahead") {
  const BufferingConfig config = buffering_for(AbrPreset::kVod);  // start 1 s, after_rebuffer 2 s
  struct Case {
    const char* name;
    PlayInputs in;
    bool play;
  };
  const Case cases[] = {
      {"no frame yet", {false, false, 10s}, false},
      {"too little at the start", {true, false, 999ms}, false},
      {"enough at the start", {true, false, 1s}, true},
      {"after rebuffering more is wanted", {true, true, 1'999ms}, false},
      {"enough after rebuffering", {true, true, 2s}, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(may_play(c.in, config) == c.play);
  }
  BufferingConfig tiny = config;
  tiny.target = 500ms;
  CHECK(may_play({true, true, 300ms, true}, {}));  // no more can be had
  CHECK_FALSE(may_play({false, true, 300ms, true}, {}));
  CHECK(may_play({true, true, 500ms}, tiny));  // the target can be reached, more cannot
}

TEST_CASE("buffering_for: what each preset means, and what the app says wins") {
  struct Case {
    AbrPreset preset;
    Duration start, after_rebuffer, target, back;
    int64_t mebibytes;
  };
  const Case cases[] = {{AbrPreset::kVod, 1s, 2s, 30s, 10s, 96},
                        {AbrPreset::kLive, 1s, 2s, 20s, 10s, 96},
                        {AbrPreset::kLowLatency, 500ms, 1s, 10s, 5s, 48},
                        {AbrPreset::kDataSaver, 1s, 2s, 15s, 30s, 48},
                        {AbrPreset::kMaxQuality, 2s, 4s, 60s, 10s, 256}};
  for (const Case& c : cases) {
    CAPTURE(static_cast<int>(c.preset));
    const BufferingConfig all = complete({}, c.preset);
    CHECK(all.start == c.start);
    CHECK(all.after_rebuffer == c.after_rebuffer);
    CHECK(all.target == c.target);
    CHECK(all.back == c.back);
    CHECK(all.max_bytes == c.mebibytes << 20);
    CHECK(all.after_rebuffer < all.target);

    BufferingConfig wanted;
    wanted.target = 7s;
    wanted.back = 0s;
    const BufferingConfig some = complete(wanted, c.preset);
    CHECK(some.target == 7s);
    CHECK(some.back == 0s);
    CHECK(some.start == c.start);
    CHECK(some.max_bytes == c.mebibytes << 20);
  }
}

}  // namespace
}  // namespace playhead

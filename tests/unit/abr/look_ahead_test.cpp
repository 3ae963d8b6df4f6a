// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "ladder.h"

namespace playhead::abr {
namespace {

using test::forecast_of;
using test::inputs_of;
using test::ladder_of;

const std::vector<Candidate> kLadder =
    ladder_of({400'000, 900'000, 1'800'000, 3'500'000, 7'000'000});

TEST_CASE("look-ahead: what it starts with") {
  struct Case {
    const char* name;
    int64_t remembered_bps;
    std::optional<std::size_t> current;
    std::size_t chosen;
    Reason reason;
  };
  const Case cases[] = {
      {"nothing known: the lowest", 0, std::nullopt, 0, Reason::kStart},
      {"nothing measured yet: no change", 0, 2, 2, Reason::kStart},
      {"a memory, less the margin", 5'000'000, std::nullopt, 3, Reason::kRemembered},
      {"a memory of next to nothing", 1'000, std::nullopt, 0, Reason::kRemembered},
      {"the margin holds exactly", 4'375'000, std::nullopt, 3, Reason::kRemembered},
      {"and not a bit more", 4'374'999, std::nullopt, 2, Reason::kRemembered},
  };
  const auto controller = make_controller(Algorithm::kDefault, {});
  for (const Case& c : cases) {
    CAPTURE(c.name);
    DecisionInputs in = inputs_of(kLadder, c.remembered_bps, 0s, c.current);
    in.forecast.is_remembered = c.remembered_bps > 0;
    const Decision decision = controller->decide(in);
    CHECK(decision.chosen == c.chosen);
    CHECK(decision.reason == c.reason);
  }
}

TEST_CASE("look-ahead: typical situations") {
  struct Case {
    const char* name;
    std::size_t current;
    int64_t bps;
    Duration level;
    std::size_t least, most;
    Reason reason;
  };
  const Case cases[] = {
      {"low buffer: the margin holds back", 3, 4'300'000, 9900ms, 2, 2, Reason::kGuard},
      {"low buffer, everything: the top at once", 0, 90'000'000, 8s, 4, 4, Reason::kThroughput},
      {"low buffer, nothing: down", 4, 200'000, 8s, 0, 0, Reason::kThroughput},
      {"full buffer rides out a dip", 4, 5'000'000, 55s, 4, 4, Reason::kBuffer},
      {"full buffer does not pay for a collapse", 4, 100'000, 55s, 0, 1, Reason::kBuffer},
      {"steady and enough: stays", 3, 4'500'000, 20s, 3, 3, Reason::kThroughput},
  };
  const auto controller = make_controller(Algorithm::kDefault, {});
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Decision decision = controller->decide(inputs_of(kLadder, c.bps, c.level, c.current));
    CAPTURE(*decision.chosen);
    CAPTURE(to_string(decision.reason));
    CHECK(*decision.chosen >= c.least);
    CHECK(*decision.chosen <= c.most);
    if (c.most > 1) CHECK(decision.reason == c.reason);
  }
}

TEST_CASE("look-ahead: below the guard the margin is never exceeded") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  for (int64_t bps = 100'000; bps < 40'000'000; bps += bps / 7) {
    for (int tenths = 0; tenths < 100; tenths += 7) {
      for (std::size_t current = 0; current < kLadder.size(); ++current) {
        const Decision decision =
            controller->decide(inputs_of(kLadder, bps, Duration{tenths * 100'000}, current));
        const bool is_within =
            *decision.chosen == 0 || kLadder[*decision.chosen].bitrate.bps * 10 <= bps * 8;
        CAPTURE(bps);
        CAPTURE(tenths);
        REQUIRE(is_within);
        REQUIRE(decision.reason != Reason::kBuffer);
      }
    }
  }
}

TEST_CASE("look-ahead: more throughput never means a lower choice") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  for (const Duration level : {0s, 5s, 9s, 12s, 20s, 35s, 56s}) {
    for (std::size_t current = 0; current < kLadder.size(); ++current) {
      std::size_t last = 0;
      for (int64_t bps = 100'000; bps < 60'000'000; bps += bps / 10) {
        const std::size_t chosen =
            *controller->decide(inputs_of(kLadder, bps, level, current)).chosen;
        CAPTURE(level.count());
        CAPTURE(current);
        CAPTURE(bps);
        REQUIRE(chosen >= last);
        last = chosen;
      }
    }
  }
}

TEST_CASE("look-ahead: the order and the names of the ladder do not matter") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  const auto mixed = ladder_of({3'500'000, 400'000, 7'000'000, 900'000, 1'800'000});
  const std::size_t place[] = {1, 3, 4, 0, 2};  // of kLadder's steps in it
  for (int64_t bps = 200'000; bps < 20'000'000; bps += bps / 3) {
    const Decision sorted = controller->decide(inputs_of(kLadder, bps, 20s, 2));
    const Decision other = controller->decide(inputs_of(mixed, bps, 20s, place[2]));
    CHECK(*other.chosen == place[*sorted.chosen]);
    CHECK(other.reason == sorted.reason);
    for (std::size_t i = 0; i < kLadder.size(); ++i) {
      CHECK(other.scores[place[i]] == sorted.scores[i]);
    }
  }
}

TEST_CASE("look-ahead: a segment that is large for once is fetched lower") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  std::vector<Candidate> ladder = kLadder;
  const DecisionInputs plain = inputs_of(ladder, 8'000'000, 14s, 4);
  const std::size_t usual = *controller->decide(plain).chosen;
  CHECK(usual >= 3);
  ladder[4].next_bytes = 20'000'000;  // 20 s of the link
  ladder[3].next_bytes = 12'000'000;
  CHECK(*controller->decide(inputs_of(ladder, 8'000'000, 14s, 4)).chosen < usual);
}

TEST_CASE("look-ahead: hard scenes ahead count") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  std::vector<Candidate> ladder = kLadder;
  DecisionInputs in = inputs_of(ladder, 5'000'000, 20s, 3);
  in.ahead_segments = kAheadSegments;
  const Decision plain = controller->decide(in);
  for (Candidate& candidate : ladder) candidate.ahead_bytes = candidate.bitrate.bps * 4 / 8 * 12;
  in.ladder = ladder;
  CHECK(controller->decide(in).scores[3] < plain.scores[3]);
}

TEST_CASE("look-ahead: at the end of the title the buffer may be spent") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  DecisionInputs in = inputs_of(kLadder, 1'500'000, 40s, 2);
  const std::size_t middle = *controller->decide(in).chosen;
  in.segments_left = 3;
  CHECK(*controller->decide(in).chosen > middle);
}

TEST_CASE("look-ahead: nervous and distant links keep more in reserve") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  DecisionInputs calm = inputs_of(kLadder, 4'000'000, 24s, 3);
  calm.forecast = forecast_of(4'000'000, 20);
  DecisionInputs nervous = calm;
  nervous.forecast.volatility_permille = 400;
  nervous.forecast.ttfb = 120ms;
  const auto advantage = [&](const DecisionInputs& in) {
    const Decision decision = controller->decide(in);
    return decision.scores[3] - decision.scores[2];  // of the higher of two
  };
  CHECK(advantage(nervous) < advantage(calm));
  CHECK(*controller->decide(nervous).chosen <= *controller->decide(calm).chosen);
}

TEST_CASE("look-ahead: buffers of a few seconds work") {
  const auto controller = make_controller(Algorithm::kDefault, settings_for(Preset::kLowLatency));
  for (const Duration cap : {1s, 2s, 4s}) {
    DecisionInputs in = inputs_of(kLadder, 6'000'000, cap / 2, 2);
    in.buffer_cap = cap;
    in.segment_duration = 500ms;
    const std::size_t chosen = *controller->decide(in).chosen;
    CHECK(kLadder[chosen].bitrate.bps <= 4'800'000);
    CHECK(chosen >= 2);
    in.forecast.throughput = {300'000};
    CHECK(*controller->decide(in).chosen == 0);
  }
}

TEST_CASE("look-ahead: the data saver stays below the top, however fast the link") {
  const auto vod = make_controller(Algorithm::kDefault, settings_for(Preset::kVod));
  const auto saver = make_controller(Algorithm::kDefault, settings_for(Preset::kDataSaver));
  for (const Duration level : {5s, 20s, 50s}) {
    const DecisionInputs in = inputs_of(kLadder, 90'000'000, level, 2);
    CHECK(vod->decide(in).chosen == 4);
    CHECK(saver->decide(in).chosen < 4);
    CHECK(saver->decide(in).chosen > 1);
  }
}

TEST_CASE("look-ahead: what was decided before changes nothing") {
  const auto used = make_controller(Algorithm::kDefault, {});
  const auto tight = std::make_shared<PlanCache>(1);  // one table at a time
  const auto crowded = make_controller(Algorithm::kDefault, {}, tight);
  for (int64_t bps = 200'000; bps < 20'000'000; bps += bps / 3) {
    for (const Duration level : {5s, 25s, 50s}) {
      const auto fresh = make_controller(Algorithm::kDefault, {});
      const DecisionInputs in = inputs_of(kLadder, bps, level, 2);
      const Decision decision = fresh->decide(in);
      CHECK(used->decide(in) == decision);
      CHECK(crowded->decide(in) == decision);
    }
  }
  CHECK(tight->builds() > 0);
}

TEST_CASE("look-ahead: tables of a session stay within their bytes") {
  const auto cache = std::make_shared<PlanCache>();
  const auto controller = make_controller(Algorithm::kDefault, {}, cache);
  const auto ladder = ladder_of({230'000, 331'000, 477'000, 688'000, 991'000, 1'427'000, 2'056'000,
                                 2'962'000, 5'027'000, 6'000'000});
  DecisionInputs in = inputs_of(ladder, 2'000'000, 30s, 3);
  for (int32_t spread = 100; spread <= 900; spread += 100) {
    for (int32_t volatility = 10; volatility <= 500; volatility += 70) {
      for (int64_t left : {100, 20}) {
        in.forecast.spread_permille = spread;
        in.forecast.volatility_permille = volatility;
        in.segments_left = left;
        CHECK(controller->decide(in).chosen.has_value());
        CHECK(cache->bytes() <= cache->most_bytes());
        CHECK(cache->most_bytes() <= PlanCache::kDefaultMaxBytes);
      }
    }
  }
  CHECK(cache->builds() > 5);
}

TEST_CASE("abandon rule: when a transfer is dropped") {
  struct Case {
    const char* name;
    std::size_t running;
    int64_t received_bytes;  // of 3.5 MB at step 4
    Duration active;
    Duration level;
    bool is_dropped;
  };
  const Case cases[] = {
      {"as fast as expected", 4, 1'000'000, 1s, 10s, false},
      {"slow, but the buffer lasts", 4, 1'000'000, 8s, 40s, false},
      {"slow, and it will stall for long", 4, 400'000, 8s, 4s, true},
      {"nearly there: no use to start again", 4, 3'450'000, 8s, 1s, false},
      {"nothing lower to change to", 0, 0, 60s, 0s, false},
      {"before the first byte the forecast holds", 4, 0, 0s, 10s, false},
      {"nothing came for long", 4, 0, 10s, 2s, true},
  };
  const auto controller = make_controller(Algorithm::kDefault, {});
  for (const Case& c : cases) {
    CAPTURE(c.name);
    TransferInputs in;
    in.now = inputs_of(kLadder, 8'000'000, c.level, 4);
    in.running = c.running;
    in.received_bytes = c.received_bytes;
    in.active = c.active;
    const Decision decision = controller->judge(in);
    CHECK((decision.reason == Reason::kStallAhead) == c.is_dropped);
    CHECK((*decision.chosen < c.running) == c.is_dropped);
  }
}

TEST_CASE("abandon rule: a collapsed link is left while the lowest can still be had in time") {
  struct Case {
    const char* name;
    int64_t received_bytes, recent_bytes;  // of 3.5 MB at step 4; the lowest has 0.2 MB
    Duration recent, level;
    bool is_dropped;
  };
  // 2.6 MB came at once, then 0.5 Mbit/s: the rest takes 12 s, the lowest would take 3.3 s.
  const Case cases[] = {{"there is time to wait for better", 2'775'000, 187'500, 3s, 8s, false},
                        {"the last moment", 2'775'000, 187'500, 3s, 4s, true},
                        {"too late: nothing is in time", 2'775'000, 187'500, 3s, 3s, false},
                        {"it comes in time", 3'300'000, 187'500, 3s, 4s, false},
                        {"not looked at for long enough", 2'775'000, 125'000, 2s, 4s, false},
                        {"a silence says nothing", 2'775'000, 0, 3s, 4s, false}};
  Settings waits;
  waits.last_exit_s = 0;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    TransferInputs in;
    in.now = inputs_of(kLadder, 30'000'000, c.level, 4);
    in.running = 4;
    in.received_bytes = c.received_bytes;
    in.active = 5s;
    in.recent_bytes = c.recent_bytes;
    in.recent = c.recent;
    const Decision decision = make_controller(Algorithm::kDefault, {})->judge(in);
    CHECK((decision.reason == Reason::kStallAhead) == c.is_dropped);
    if (c.is_dropped) CHECK(*decision.chosen == 0);
    CHECK(make_controller(Algorithm::kDefault, waits)->judge(in).reason == Reason::kKeep);
  }
}

TEST_CASE("abandon rule: a link far slower than it was is believed when nothing is left to play") {
  TransferInputs in;
  in.now = inputs_of(kLadder, 1'500'000'000, 0s, 4);
  in.running = 4;
  in.active = 20s;
  in.received_bytes = 1'000'000;  // of 3.5 MB: a minute more, the lowest would take 4 s
  CHECK(make_controller(Algorithm::kDefault, {})->judge(in).reason == Reason::kKeep);
  in.recent = 3s;
  in.recent_bytes = 150'000;
  CHECK(make_controller(Algorithm::kDefault, {})->judge(in).reason == Reason::kStallAhead);
  in.now.buffer_level = 15s;
  CHECK(make_controller(Algorithm::kDefault, {})->judge(in).reason == Reason::kKeep);
}

TEST_CASE("abandon rule: can be turned off, and needs a forecast") {
  TransferInputs in;
  in.now = inputs_of(kLadder, 8'000'000, 2s, 4);
  in.running = 4;
  in.active = 10s;
  CHECK(make_controller(Algorithm::kDefault, {})->judge(in).reason == Reason::kStallAhead);
  Settings settings;
  settings.abandon = 0;
  CHECK(make_controller(Algorithm::kDefault, settings)->judge(in).reason == Reason::kKeep);
  in.now.forecast = {};
  CHECK(make_controller(Algorithm::kDefault, {})->judge(in).reason == Reason::kKeep);
  in.running = 99;
  CHECK_FALSE(make_controller(Algorithm::kDefault, {})->judge(in).chosen.has_value());
}

}  // namespace
}  // namespace playhead::abr

// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/replacement.h"

#include <vector>

#include <doctest/doctest.h>

namespace playhead::abr {
namespace {

// Eight segments of 4 s, the first ones low.
std::vector<BufferedSegment> buffered(std::size_t low) {
  std::vector<BufferedSegment> segments;
  for (std::size_t i = 0; i < 8; ++i) {
    const Duration starts_in = 4s * static_cast<int64_t>(i);
    segments.push_back({starts_in, 4s, {i < low ? 500'000 : 6'000'000}});
  }
  return segments;
}

TEST_CASE("replacement: when buffered segments are fetched again") {
  struct Case {
    const char* name;
    std::size_t low;
    int64_t throughput_bps;
    int64_t chosen_bps;
    Duration level;
    std::optional<std::size_t> replaced;
  };
  const Case cases[] = {
      {"low ones far enough ahead: the first that is in time", 8, 30'000'000, 6'000'000, 32s, 3},
      {"all of them are good", 0, 30'000'000, 6'000'000, 32s, std::nullopt},
      {"low ones too near", 2, 30'000'000, 6'000'000, 32s, std::nullopt},
      {"the step up is too small", 8, 30'000'000, 800'000, 32s, std::nullopt},
      {"a slow link: only later ones are in time", 8, 4'000'000, 3'000'000, 32s, 4},
      {"the buffer would fall below the guard", 8, 30'000'000, 6'000'000, 10s, std::nullopt},
      {"nothing measured", 8, 0, 6'000'000, 32s, std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto segments = buffered(c.low);
    ReplacementInputs in;
    in.buffered = segments;
    in.lowest = {500'000};
    in.highest = {6'000'000};
    in.chosen = {c.chosen_bps};
    in.forecast.throughput = {c.throughput_bps};
    in.buffer_level = c.level;
    CHECK(advise_replacement(in, {}) == c.replaced);
    // Who saves data pays for nothing twice.
    CHECK_FALSE(advise_replacement(in, settings_for(Preset::kDataSaver)).has_value());
  }
}

TEST_CASE("replacement: bad input gives no advice") {
  ReplacementInputs in;
  CHECK_FALSE(advise_replacement(in, {}).has_value());
  in.forecast.throughput = {1};
  in.chosen = {-5};
  const BufferedSegment odd[] = {{Duration{-1}, Duration{-1}, {-1}}, {1000s, 0s, {0}}};
  in.buffered = odd;
  in.segment_bytes = -1;
  CHECK_FALSE(advise_replacement(in, {}).has_value());
}

}  // namespace
}  // namespace playhead::abr

// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/sound.h"

#include <vector>

#include <doctest/doctest.h>

namespace playhead::abr {
namespace {

TEST_CASE("sound: the best that the link carries beside the pictures") {
  struct Case {
    const char* name;
    std::vector<Bitrate> ladder;
    int64_t link;
    int64_t highest_picture;
    std::optional<std::size_t> current;
    std::size_t chosen;
  };
  const std::vector<Bitrate> usual = {{64'000}, {128'000}, {192'000}, {320'000}};
  const Case cases[] = {
      {"nothing is known: what nobody hears to be less", usual, 0, 3'000'000, {}, 2},
      {"a good link: no more than that", usual, 20'000'000, 3'000'000, {}, 2},
      {"a slow one: its part", usual, 900'000, 3'000'000, {}, 1},
      {"slower: the least", usual, 300'000, 3'000'000, {}, 0},
      {"slower than that", usual, 10'000, 3'000'000, {}, 0},
      {"what pictures never ask for is the sound's", usual, 500'000, 150'000, {}, 2},
      {"a climb wants a quarter more", usual, 900'000, 3'000'000, 0, 0},
      {"and gets it", usual, 1'100'000, 3'000'000, 0, 1},
      {"to stay does not", usual, 900'000, 3'000'000, 1, 1},
      {"nor to go down", usual, 900'000, 3'000'000, 2, 1},
      {"all is more than plenty: the least", {{256'000}, {640'000}}, 50'000'000, 3'000'000, {}, 0},
      {"one", {{96'000}}, 50'000, 3'000'000, {}, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SoundInputs in;
    in.ladder = c.ladder;
    in.current = c.current;
    in.forecast.throughput = {c.link};
    in.highest_picture = {c.highest_picture};
    CHECK(choose_sound(in, {}) == c.chosen);
  }
}

}  // namespace
}  // namespace playhead::abr

// SPDX-License-Identifier: Apache-2.0
#include "player/media_budget.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

TEST_CASE("media_budget: what is left by those who want little is shared evenly") {
  struct Case {
    const char* name;
    std::vector<int64_t> wanted, has;
  };
  const Case cases[] = {
      {"enough for all", {10, 20, 30}, {10, 20, 30}},
      {"one alone", {200}, {100}},
      {"two alike", {96, 96}, {50, 50}},
      {"one wants little", {10, 96, 96}, {10, 45, 45}},
      {"most want little", {5, 5, 5, 500}, {5, 5, 5, 85}},
      {"nothing is wanted", {0, 300}, {0, 100}},
      {"exactly", {50, 50}, {50, 50}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    for (std::size_t i = 0; i < c.wanted.size(); ++i) {
      CHECK(std::min(c.wanted[i], even_share(c.wanted, 100)) == c.has[i]);
    }
  }
}

TEST_CASE("media_budget: others hear of it when it concerns them") {
  int told = 0;
  MediaBudget budget(100 * kMiB, [&] { ++told; });
  MediaBudget::Seat first(budget);
  CHECK(first.claim(96 * kMiB) == 96 * kMiB);
  std::optional<MediaBudget::Seat> second(budget);
  CHECK(second->claim(4 * kMiB) == 4 * kMiB);
  CHECK(told == 0);
  CHECK(second->claim(96 * kMiB) == 50 * kMiB);
  CHECK(told == 1);
  CHECK(first.claim(96 * kMiB) == 50 * kMiB);
  CHECK(second->claim(96 * kMiB) == 50 * kMiB);
  CHECK(told == 1);
  second.reset();
  CHECK(told == 2);
  CHECK(first.claim(96 * kMiB) == 96 * kMiB);
  CHECK(first.claim(0) == 0);
  CHECK(told == 2);
}

TEST_CASE("media_budget: nobody gets less than what playback needs") {
  MediaBudget budget(kMiB, [] {});
  MediaBudget::Seat first(budget), second(budget);
  first.claim(96 * kMiB);
  CHECK(second.claim(96 * kMiB) == MediaBudget::kLeastBytes);
}

}  // namespace
}  // namespace playhead

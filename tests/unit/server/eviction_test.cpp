// SPDX-License-Identifier: Apache-2.0
#include "edge/eviction.h"

#include <cmath>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include <doctest/doctest.h>

using namespace playhead::server;

namespace {

// One request a line: when, and for which slice.
struct TraceLine {
  int64_t at_ms = 0;
  std::string path;
};

// What an edge of a service sees: titles are the less popular the later they stand in the list (Zipf, 0.9), half of
// the viewers leave within the first eighth of a title, the others watch to the end, in one of three renditions.
std::vector<TraceLine> make_trace(unsigned seed, int titles, int segments, int viewers, int lines) {
  struct Viewer {
    std::string folder;
    int next = 0;
    int end = 0;
  };
  std::mt19937 random(seed);
  std::vector<double> weights;
  for (int i = 1; i <= titles; ++i) weights.push_back(1 / std::pow(i, 0.9));
  std::discrete_distribution<int> title(weights.begin(), weights.end());
  const auto one_of = [&random](int count) {
    return std::uniform_int_distribution<int>(0, count - 1)(random);
  };
  std::vector<Viewer> all(static_cast<std::size_t>(viewers));
  std::vector<TraceLine> trace;
  for (int64_t i = 0; static_cast<int>(trace.size()) < lines; ++i) {
    Viewer& viewer = all[static_cast<std::size_t>(one_of(viewers))];
    if (viewer.next >= viewer.end) {
      viewer.folder = "/media/m_" + std::to_string(title(random)) + "/v" + std::to_string(one_of(3));
      viewer.next = 0;
      viewer.end = one_of(2) == 0 ? 1 + one_of(segments / 8) : segments;
    }
    const int64_t at_ms = i * 4000 / viewers;
    trace.push_back({at_ms, viewer.folder + "/seg-" + std::to_string(viewer.next++) + ".m4s"});
  }
  return trace;
}

double hit_ratio(EvictionPolicy& policy, const std::vector<TraceLine>& trace, std::size_t capacity) {
  std::unordered_map<std::string, uint64_t> ids;
  std::unordered_map<uint64_t, std::string> paths;
  uint64_t last_id = 0;
  std::size_t hits = 0;
  for (const TraceLine& line : trace) {
    const auto there = ids.find(line.path);
    if (there != ids.end()) {
      ++hits;
      policy.note_used(there->second, line.at_ms);
      continue;
    }
    policy.note_stored(++last_id, slice_facts(line.path), line.at_ms);
    ids[line.path] = last_id;
    paths[last_id] = line.path;
    if (ids.size() <= capacity) continue;
    const uint64_t victim = policy.victim(line.at_ms);
    REQUIRE(paths.count(victim) == 1);
    policy.note_removed(victim);
    ids.erase(paths[victim]);
    paths.erase(victim);
  }
  return static_cast<double>(hits) / static_cast<double>(trace.size());
}

}  // namespace

TEST_CASE("eviction: what a path says of its slice") {
  const SliceFacts facts = slice_facts("/media/m_1/cmaf/720p/seg-00042.m4s");
  CHECK(facts.title == "m_1");
  CHECK(facts.folder == "/media/m_1/cmaf/720p/");
  CHECK(facts.number == 42);
  CHECK(slice_facts("/media/m_1/v/init.mp4").number == -1);
  CHECK(slice_facts("/media/m_1/720p/all.mp4").number == -1);
  CHECK(slice_facts("/media/m_1/v/99999999999999999999.ts").number == -1);
  CHECK(slice_facts("").number == -1);
}

TEST_CASE("eviction: LRU gives up what was used the longest ago") {
  const auto lru = make_lru_eviction();
  for (uint64_t id : {1U, 2U, 3U}) lru->note_stored(id, {"m", "/m/", 0}, 0);
  lru->note_used(1, 5);
  CHECK(lru->victim(9) == 2);
  lru->note_removed(2);
  CHECK(lru->victim(9) == 3);
}

TEST_CASE("eviction: what a viewer is about to reach stays, what lies behind everybody goes") {
  const auto policy = make_content_eviction();
  for (uint64_t number = 0; number < 10; ++number) {
    policy->note_stored(number, {"m", "/m/", static_cast<int64_t>(number)}, 0);
  }
  policy->note_used(5, 100'000);  // those that stored them have gone long ago
  for (int round = 0; round < 5; ++round) {
    const uint64_t victim = policy->victim(100'000);
    CHECK(victim < 5);
    policy->note_removed(victim);
  }
}

TEST_CASE("eviction: a replayed day of an edge has more hits than with LRU, however small the cache") {
  for (const unsigned seed : {1U, 2U}) {
    const auto trace = make_trace(seed, 400, 80, 120, 150'000);
    for (const std::size_t capacity : {1000U, 4000U, 12'000U}) {
      CAPTURE(seed);
      CAPTURE(capacity);
      const double lru = hit_ratio(*make_lru_eviction(), trace, capacity);
      const double ours = hit_ratio(*make_content_eviction(), trace, capacity);
      MESSAGE("of " << capacity << " slices: LRU " << lru << ", by content " << ours);
      CHECK(ours > lru * 1.05);
    }
  }
}

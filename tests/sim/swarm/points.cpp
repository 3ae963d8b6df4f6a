// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/points.h"

#include <numeric>
#include <string_view>

#include "sim/swarm/trace.h"

namespace playhead::swarm {

namespace {

struct PointInfo {
  std::string_view words;
  bool is_core;
};
constexpr PointInfo kPointInfo[] = {
#define PLAYHEAD_SWARM_INFO(id, words, is_core) {words, is_core},
    PLAYHEAD_SWARM_POINTS(PLAYHEAD_SWARM_INFO)
#undef PLAYHEAD_SWARM_INFO
};

// A fault counts in these states; in the others nothing is at stake.
constexpr PlayerState kStatesOfFaults[] = {PlayerState::kLoading, PlayerState::kBuffering,
                                           PlayerState::kPlaying, PlayerState::kPaused,
                                           PlayerState::kRebuffering};

}  // namespace

void Points::add(const Points& other) {
  for (std::size_t i = 0; i < points_.size(); ++i) points_[i] += other.points_[i];
  for (std::size_t k = 0; k < kFaultKinds; ++k) {
    for (std::size_t s = 0; s < kStates; ++s) fired_[k][s] += other.fired_[k][s];
  }
}

int64_t Points::fired(FaultKind kind) const {
  const auto& row = fired_[static_cast<std::size_t>(kind)];
  return std::accumulate(row.begin(), row.end(), int64_t{0});
}

int64_t Points::total_fired() const {
  int64_t total = 0;
  for (std::size_t k = 0; k < kFaultKinds; ++k) total += fired(static_cast<FaultKind>(k));
  return total;
}

int Points::all() {
  return static_cast<int>(std::size(kPointInfo) + kFaultKinds * std::size(kStatesOfFaults));
}

int Points::reached() const { return all() - static_cast<int>(missing(false, true).size()); }

std::vector<std::string> Points::missing(bool core_only, bool with_states) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::size(kPointInfo); ++i) {
    const bool is_owed = !core_only || kPointInfo[i].is_core;
    if (is_owed && points_[i] == 0) names.emplace_back(kPointInfo[i].words);
  }
  for (std::size_t k = 0; k < kFaultKinds && with_states; ++k) {
    for (const PlayerState state : kStatesOfFaults) {
      if (fired_[k][static_cast<std::size_t>(state)] > 0) continue;
      names.push_back(std::string(kFaultInfo[k].name) + " while " + std::string(to_text(state)));
    }
  }
  return names;
}

}  // namespace playhead::swarm

// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/points.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "sim/swarm/trace.h"

namespace playhead::swarm {

namespace {

struct PointInfo {
  std::string_view words;
  bool is_core;
  bool is_of_live = false;
};
constexpr PointInfo kPointInfo[] = {
#define PLAYHEAD_SWARM_INFO(id, words, is_core) {words, is_core},
    PLAYHEAD_SWARM_POINTS(PLAYHEAD_SWARM_INFO)
#undef PLAYHEAD_SWARM_INFO
#define PLAYHEAD_SWARM_INFO(id, words, is_core) {words, is_core, true},
        PLAYHEAD_SWARM_LIVE_POINTS(PLAYHEAD_SWARM_INFO)
#undef PLAYHEAD_SWARM_INFO
};

// A fault counts in these states; in the others nothing is at stake.
constexpr PlayerState kStatesOfFaults[] = {PlayerState::kLoading, PlayerState::kBuffering,
                                           PlayerState::kPlaying, PlayerState::kPaused,
                                           PlayerState::kRebuffering};

}  // namespace

// Whether the run can meet it.
bool Points::is_counted(FaultKind kind) const {
  if (is_of_live(kind)) return is_live_;
  return is_playlist_ || !is_of_playlist(kind);
}

int Points::faults_counted() const {
  int count = 0;
  for (std::size_t k = 0; k < kFaultKinds; ++k) {
    count += is_counted(static_cast<FaultKind>(k)) ? 1 : 0;
  }
  return count;
}

void Points::add(const Points& other) {
  is_live_ = is_live_ || other.is_live_;
  is_playlist_ = is_playlist_ || other.is_playlist_;
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

int Points::all() const {
  const auto points =
      std::count_if(std::begin(kPointInfo), std::end(kPointInfo),
                    [&](const PointInfo& info) { return is_live_ || !info.is_of_live; });
  return static_cast<int>(points) + faults_counted() * static_cast<int>(std::size(kStatesOfFaults));
}

int Points::reached() const { return all() - static_cast<int>(missing(false, true).size()); }

std::vector<std::string> Points::missing(bool core_only, bool with_states) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::size(kPointInfo); ++i) {
    const PointInfo& info = kPointInfo[i];
    if (info.is_of_live && !is_live_) continue;
    const bool is_owed = !core_only || (info.is_core && info.is_of_live == is_live_);
    if (is_owed && points_[i] == 0) names.emplace_back(kPointInfo[i].words);
  }
  for (std::size_t k = 0; k < kFaultKinds && with_states; ++k) {
    if (!is_counted(static_cast<FaultKind>(k))) continue;
    for (const PlayerState state : kStatesOfFaults) {
      if (fired_[k][static_cast<std::size_t>(state)] > 0) continue;
      names.push_back(std::string(kFaultInfo[k].name) + " while " + std::string(to_text(state)));
    }
  }
  return names;
}

}  // namespace playhead::swarm

// SPDX-License-Identifier: Apache-2.0
#include "engine/queue_policy.h"

#include <algorithm>
#include <numeric>

namespace playhead::offline {

namespace {

// What holds all of them back.
WaitReason common_obstacle(const QueueInputs& in) {
  if (!in.conditions.is_online) return WaitReason::kNetwork;
  if (in.only_unmetered && in.conditions.is_metered) return WaitReason::kUnmetered;
  if (in.only_charging && !in.conditions.is_charging) return WaitReason::kCharging;
  if (!in.has_space) return WaitReason::kStorage;
  return WaitReason::kNothing;
}

}  // namespace

std::vector<QueueDecision> decide_queue(const QueueInputs& in) {
  using Kind = QueueDecision::Kind;
  std::vector<std::size_t> by_rank(in.items.size());
  std::iota(by_rank.begin(), by_rank.end(), std::size_t{0});
  std::sort(by_rank.begin(), by_rank.end(), [&](std::size_t a, std::size_t b) {
    if (in.items[a].priority != in.items[b].priority) {
      return in.items[a].priority > in.items[b].priority;
    }
    return in.items[a].order < in.items[b].order;
  });
  const WaitReason obstacle = common_obstacle(in);
  std::vector<QueueDecision> decisions(in.items.size());
  int places = in.parallel_titles;
  for (const std::size_t i : by_rank) {
    const QueueItem& item = in.items[i];
    if (!item.wants_to_run) continue;
    if (obstacle != WaitReason::kNothing) {
      decisions[i] = {Kind::kWait, obstacle};
    } else if (item.not_before && *item.not_before > in.now) {
      decisions[i] = {Kind::kWait, item.waits_for};
    } else {
      decisions[i] = {places > 0 ? Kind::kRun : Kind::kQueue, WaitReason::kNothing};
      --places;
    }
  }
  return decisions;
}

}  // namespace playhead::offline

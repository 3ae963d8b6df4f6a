// SPDX-License-Identifier: Apache-2.0
#include "player/media_budget.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace playhead {

int64_t even_share(std::span<const int64_t> wanted, std::size_t number, int64_t total) {
  std::vector<int64_t> ascending(wanted.begin(), wanted.end());
  std::sort(ascending.begin(), ascending.end());
  auto left = static_cast<int64_t>(ascending.size());
  for (const int64_t want : ascending) {
    const int64_t even = total / left;
    if (want > even) return std::min(wanted[number], even);
    if (want >= wanted[number]) break;
    total -= want;
    --left;
  }
  return wanted[number];
}

int64_t MediaBudget::claim(const Seat* seat, int64_t wanted) {
  int64_t allowed = 0;
  bool matters = false;
  {
    const std::lock_guard lock(mutex_);
    int64_t before = 0, others = 0;
    std::vector<int64_t> all = {wanted};
    for (const auto& [other, want] : wanted_) {
      (other == seat ? before : others) += want;
      if (other != seat) all.push_back(want);
    }
    const bool is_other = before != wanted;
    if (is_other && wanted == 0) wanted_.erase(seat);
    if (is_other && wanted > 0) wanted_[seat] = wanted;
    // Where there is enough for all nobody notices.
    matters = is_other && others > 0 && others + std::max(before, wanted) > total_;
    if (wanted > 0) allowed = std::max(even_share(all, 0, total_), kLeastBytes);
  }
  if (matters) changed_();
  return allowed;
}

}  // namespace playhead

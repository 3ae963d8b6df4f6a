// SPDX-License-Identifier: Apache-2.0
#include "player/media_budget.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace playhead {

int64_t even_share(std::vector<int64_t> wanted, int64_t total) {
  std::sort(wanted.begin(), wanted.end());
  auto left = static_cast<int64_t>(wanted.size());
  for (const int64_t want : wanted) {
    const int64_t even = total / left--;
    if (want > even) return even;
    total -= want;
  }
  return std::numeric_limits<int64_t>::max();
}

void MediaBudget::share_out() {
  std::vector<int64_t> wanted;
  wanted.reserve(shares_.size());
  for (const auto& [seat, share] : shares_) wanted.push_back(share.wanted);
  const int64_t most = even_share(std::move(wanted), total_);
  for (auto& [seat, share] : shares_) {
    share.allowed = std::max(std::min(share.wanted, most), kLeastBytes);
  }
}

int64_t MediaBudget::claim(const Seat* seat, int64_t wanted) {
  int64_t allowed = 0;
  bool matters = false;
  {
    const std::lock_guard lock(mutex_);
    // Every player asks at every turn, and hardly ever for anything else.
    const auto found = shares_.find(seat);
    const int64_t before = found == shares_.end() ? 0 : found->second.wanted;
    if (before == wanted) return wanted > 0 ? found->second.allowed : 0;
    const int64_t others = sum_ - before;
    sum_ = others + wanted;
    if (wanted > 0) {
      shares_[seat].wanted = wanted;
    } else {
      shares_.erase(found);
    }
    share_out();
    if (wanted > 0) allowed = shares_[seat].allowed;
    // Where there is enough for all nobody notices.
    matters = others > 0 && others + std::max(before, wanted) > total_;
  }
  if (matters) changed_();
  return allowed;
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "http/deadlines.h"

namespace playhead::server {

void Deadlines::start(Waiter& waiter, Patience kind, int64_t now_us) {
  stop(waiter);
  const auto index = static_cast<std::size_t>(kind);
  waiter.due_us_ = now_us + durations_us_[index];
  lines_[index].push_back(waiter);
}

void Deadlines::stop(Waiter& waiter) {
  if (waiter.is_linked()) waiter.unlink();
}

std::optional<int64_t> Deadlines::next_us() const {
  std::optional<int64_t> next;
  for (const Line& line : lines_) {
    if (!line.empty() && (!next || line.front().due_us_ < *next)) next = line.front().due_us_;
  }
  return next;
}

Waiter* Deadlines::take_due(int64_t now_us) {
  for (Line& line : lines_) {
    if (line.empty() || line.front().due_us_ > now_us) continue;
    Waiter& waiter = line.front();
    line.pop_front();
    return &waiter;
  }
  return nullptr;
}

}  // namespace playhead::server

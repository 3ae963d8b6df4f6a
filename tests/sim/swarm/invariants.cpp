// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/invariants.h"

#include <algorithm>

namespace playhead::swarm {

bool Facts::was(PlayerState wanted, MonotonicTime from, MonotonicTime to) const {
  bool is_known = false;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const MonotonicTime end = i + 1 < history.size() ? history[i + 1].first : now;
    if (end < from || history[i].first > to) continue;
    if (history[i].second != wanted) return false;
    is_known = is_known || history[i].first <= from;
  }
  return is_known;
}

void Invariant::broken(const Facts& facts, std::string what) {
  if (report_) report_({number_, name_, facts.now, std::move(what)});
}

Invariants make_invariants(bool is_live, bool is_playlist) {
  Invariants all;
  add_playback_invariants(all);
  add_network_invariants(all);
  add_session_invariants(all);
  if (is_live) add_live_invariants(all);
  if (is_playlist) add_playlist_invariants(all);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a->number() < b->number(); });
  return all;
}

}  // namespace playhead::swarm

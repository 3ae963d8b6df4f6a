// SPDX-License-Identifier: Apache-2.0
#include "support/sim_link.h"

#include <algorithm>
#include <utility>

namespace playhead::test {

SimLink SimLink::constant(int64_t bits_per_second, Duration rtt) {
  SimLink link;
  link.phases = {SimLinkPhase{1h, bits_per_second, rtt}};
  return link;
}

SimLinkClock::SimLinkClock(SimLink link, MonotonicTime start)
    : link_(std::move(link)), start_(start) {
  std::erase_if(link_.phases, [](const SimLinkPhase& p) { return p.duration <= Duration{0}; });
  if (link_.phases.empty()) link_.phases.push_back(SimLinkPhase{});
  int64_t end = 0;
  for (const SimLinkPhase& phase : link_.phases) ends_us_.push_back(end += phase.duration.count());
}

SimLinkState SimLinkClock::at(MonotonicTime now) const {
  const int64_t since = std::max<int64_t>((now - start_).count(), 0);
  const int64_t in_round = since % ends_us_.back();
  const auto end = std::upper_bound(ends_us_.begin(), ends_us_.end(), in_round);
  const SimLinkPhase& phase = link_.phases[static_cast<std::size_t>(end - ends_us_.begin())];
  return {phase.bits_per_second, phase.rtt, start_ + Duration{since - in_round + *end}};
}

}  // namespace playhead::test

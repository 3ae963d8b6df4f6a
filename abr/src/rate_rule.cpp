// SPDX-License-Identifier: Apache-2.0
#include "rate_rule.h"

namespace playhead::abr {

std::size_t rate_rule(const AbrInputs& in) {
  const __int128 affordable = static_cast<__int128>(in.throughput.bps) * kSafetyMarginPermille;
  std::size_t rung = 0;
  for (std::size_t i = 1; i < in.ladder.size(); ++i) {
    if (static_cast<__int128>(in.ladder[i].bitrate.bps) * 1000 <= affordable) rung = i;
  }
  return rung;
}

}  // namespace playhead::abr

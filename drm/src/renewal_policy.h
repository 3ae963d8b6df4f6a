// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "playhead/time.h"

// When a licence is asked for anew. Pure.
namespace playhead::drm {

// How long after a licence of that lifetime came its renewal begins: at 90 % of it, 10 % of that
// more or less, so that clients that began together do not come back together; and so early that a
// twentieth of the lifetime, 30 s at most, is left for it. `random`: 64 uniform bits. >= 0.
[[nodiscard]] Duration renewal_delay(Duration lifetime, uint64_t random);

// The same where the service said how long after now it wants to be asked again: that, but not
// sooner than kSoonestRenewal or half of the lifetime, and not so late that nothing is left. `lifetime` none: no end.
[[nodiscard]] Duration renewal_delay(std::optional<Duration> lifetime, Duration wished);

// How long after its `failures`th failure in a row (>= 1) a renewal is tried again: twice as long
// each time, from 1 s to 1 min, of which a random half is taken off.
[[nodiscard]] Duration renewal_retry_delay(int failures, uint64_t random);

// A licence that runs out sooner than this after it was asked for is the service's last word.
// Shorter: such services are asked without end; longer: very short licences are not played. Chosen.
inline constexpr Duration kLeastLifetime = 1s;

// Services whose word is to renew at once are not asked more often. Longer: licences meant to be
// short are renewed late; shorter: a mistake of the service's floods it. Chosen.
inline constexpr Duration kSoonestRenewal = 10s;

}  // namespace playhead::drm

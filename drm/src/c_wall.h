// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "playhead/drm/cdm.h"

// The wall between C callers and C++: nothing thrown below passes it.
namespace playhead::drm {

// Fills a slot of a C table with a lambda that captures nothing. What it throws is answered as
// PLAYHEAD_CDM_INTERNAL where the function answers a status, else as 0.
template <typename Answer, typename... Arguments, typename Body>
void fill_slot(Answer (*&slot)(Arguments...), Body /*body*/) {
  slot = [](Arguments... arguments) noexcept -> Answer {
    try {
      return Body{}(arguments...);
    } catch (...) {
      if constexpr (std::is_same_v<Answer, int32_t>) return -PLAYHEAD_CDM_INTERNAL;
      if constexpr (!std::is_void_v<Answer>) return Answer{};
    }
  };
}

}  // namespace playhead::drm

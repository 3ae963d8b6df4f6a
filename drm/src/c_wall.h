// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <type_traits>

#include "playhead/catch_all.h"
#include "playhead/drm/cdm.h"

// The wall between C and C++: nothing thrown on one side reaches the other.
namespace playhead::drm {

// Fills a slot of a C table with a lambda that captures nothing. What it throws is answered as
// PLAYHEAD_CDM_INTERNAL where the function answers a status, else as 0.
template <typename Answer, typename... Arguments, typename Body>
void fill_slot(Answer (*&slot)(Arguments...), Body /*body*/) {
  slot = [](Arguments... arguments) noexcept -> Answer {
    const auto call = [&]() -> Answer { return Body{}(arguments...); };
    return catch_all(call, [](const Thrown&) -> Answer {
      if constexpr (std::is_same_v<Answer, int32_t>) return -PLAYHEAD_CDM_INTERNAL;
      if constexpr (!std::is_void_v<Answer>) return Answer{};
    });
  };
}

template <typename Argument>
void note_throw(Argument& argument) {
  if constexpr (std::is_same_v<Argument, playhead_cdm_error*>) {
    std::snprintf(argument->message, sizeof(argument->message), "an exception came out of it");
  }
}

// Calls a function of the other side's table. What it throws all the same is answered as
// PLAYHEAD_CDM_MODULE, and said in the error that was handed over. A function that answers nothing
// is answered for: 0, it came back.
template <typename Function, typename... Arguments>
int32_t call_slot(Function* function, Arguments... arguments) noexcept {
  const auto call = [&]() -> int32_t {
    if constexpr (std::is_void_v<decltype(function(arguments...))>) {
      function(arguments...);
      return 0;
    } else {
      return function(arguments...);
    }
  };
  return catch_all(call, [&](const Thrown&) -> int32_t {
    (note_throw(arguments), ...);
    return -PLAYHEAD_CDM_MODULE;
  });
}

}  // namespace playhead::drm

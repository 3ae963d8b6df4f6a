// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <new>
#include <utility>

#include "playhead/error.h"
#include "playhead/playhead.h"

// The wall between C callers and C++: nothing thrown below passes it, in either direction.
namespace playhead::capi {

[[nodiscard]] constexpr playhead_status status_of(ErrorCode code) {
  return -static_cast<playhead_status>(code);
}

// Runs `body`, which answers a status; anything thrown becomes one.
template <typename Body>
playhead_status guard(Body&& body) noexcept {
  try {
    return std::forward<Body>(body)();
  } catch (const std::bad_alloc&) {
    return status_of(ErrorCode::kOutOfMemory);
  } catch (...) {
    return status_of(ErrorCode::kInternal);
  }
}

// The same for functions that have no status to give; `body` returns nothing.
template <typename Body>
void guard_void(Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
  } catch (...) {  // nobody to tell: the caller's object is gone either way
  }
}

// Calls the app. False: it threw, which ends here.
template <typename Call>
[[nodiscard]] bool tell_app(Call&& call) noexcept {
  try {
    std::forward<Call>(call)();
    return true;
  } catch (...) {
    return false;
  }
}

// The same with its answer; `otherwise` where it throws.
template <typename Answer, typename Call>
[[nodiscard]] Answer ask_app(Answer otherwise, Call&& call) noexcept {
  try {
    return std::forward<Call>(call)();
  } catch (...) {
    return otherwise;
  }
}

// What a callback that throws is taken to have answered.
inline constexpr playhead_status kThrew = status_of(ErrorCode::kInternal);

}  // namespace playhead::capi

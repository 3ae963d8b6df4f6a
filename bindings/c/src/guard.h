// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <new>
#include <utility>

#include "playhead/error.h"
#include "playhead/playhead.h"

// The wall between C callers and C++: nothing thrown below passes it.
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

}  // namespace playhead::capi

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "app_call.h"
#include "playhead/catch_all.h"
#include "playhead/error.h"
#include "playhead/playhead.h"

// The wall between C callers and C++: nothing thrown below passes it, in either direction.
namespace playhead::capi {

[[nodiscard]] constexpr playhead_status status_of(ErrorCode code) {
  return -static_cast<playhead_status>(code);
}

// On a thread that is in one of the app's callbacks from which that must not be called: `limit`, or
// one with less freedom.
[[nodiscard]] inline bool is_refused(AppCall limit) { return InAppCall::current() >= limit; }

// Runs `body`, which answers a status; anything thrown becomes one. Whoever takes tables of
// callbacks takes them first, so that each is given back, and looks at is_refused() then.
template <typename Body>
playhead_status contain(Body&& body) noexcept {
  return catch_all(std::forward<Body>(body), [](const Thrown& thrown) {
    return status_of(thrown.is_memory ? ErrorCode::kOutOfMemory : ErrorCode::kInternal);
  });
}

// The same, unless it is refused.
template <typename Body>
playhead_status guard(AppCall limit, Body&& body) noexcept {
  if (is_refused(limit)) return status_of(ErrorCode::kInvalidState);
  return contain(std::forward<Body>(body));
}

template <typename Body>
playhead_status guard(Body&& body) noexcept {
  return guard(AppCall::kLog, std::forward<Body>(body));
}

// The same for functions that have no status to give; `body` returns nothing.
template <typename Body>
void guard_void(Body&& body) noexcept {
  // Nobody to tell: the caller's object is gone either way.
  catch_all(std::forward<Body>(body), [](const Thrown&) {});
}

// The same for what ends an object; from the log it does nothing.
template <typename Body>
void guard_end(Body&& body) noexcept {
  if (InAppCall::current() < AppCall::kLog) guard_void(std::forward<Body>(body));
}

// Calls the app. False: it threw, which ends here.
template <typename Call>
[[nodiscard]] bool tell_app(Call&& call) noexcept {
  const auto made = [&call] {
    std::forward<Call>(call)();
    return true;
  };
  return catch_all(made, [](const Thrown&) { return false; });
}

// The same with its answer; `otherwise` where it throws.
template <typename Answer, typename Call>
[[nodiscard]] Answer ask_app(Answer otherwise, Call&& call) noexcept {
  const auto made = [&call]() -> Answer { return std::forward<Call>(call)(); };
  return catch_all(made, [&otherwise](const Thrown&) -> Answer { return otherwise; });
}

// What a callback that throws is taken to have answered.
inline constexpr playhead_status kThrew = status_of(ErrorCode::kInternal);

}  // namespace playhead::capi

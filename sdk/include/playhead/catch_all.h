// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <utility>

namespace playhead {

// Calls `body` and answers what it answers; what is thrown in there is answered for by
// `caught(const std::exception*)`, null when it is of no standard kind. Built without exceptions
// (`PLAYHEAD_SMALL`) nothing is caught: what an app's callback throws ends the process, and so does
// memory that runs out or a thread that cannot be had.
template <typename Body, typename Caught>
auto catch_all(Body&& body, [[maybe_unused]] Caught&& caught) -> decltype(body()) {
#ifdef __cpp_exceptions
  try {
    return std::forward<Body>(body)();
  } catch (const std::exception& thrown) {
    return std::forward<Caught>(caught)(&thrown);
  } catch (...) {
    return std::forward<Caught>(caught)(nullptr);
  }
#else
  return std::forward<Body>(body)();
#endif
}

}  // namespace playhead

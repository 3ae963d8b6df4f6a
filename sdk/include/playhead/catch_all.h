// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <new>
#include <utility>

namespace playhead {

// Of what was thrown.
struct Thrown {
  const char* what = nullptr;  // of a standard kind, else null; not to be kept
  bool is_memory = false;      // there was none left
};

// Calls `body` and answers what it answers; what is thrown in there is answered for by
// `caught(const Thrown&)`. Built without exceptions (`PLAYHEAD_SMALL`) nothing is caught: what an
// app's callback throws ends the process, and so does memory that runs out or a thread that cannot
// be had.
template <typename Body, typename Caught>
auto catch_all(Body&& body, [[maybe_unused]] Caught&& caught) -> decltype(body()) {
#ifdef __cpp_exceptions
  try {
    return std::forward<Body>(body)();
  } catch (const std::bad_alloc& thrown) {
    return std::forward<Caught>(caught)(Thrown{thrown.what(), true});
  } catch (const std::exception& thrown) {
    return std::forward<Caught>(caught)(Thrown{thrown.what()});
  } catch (...) {
    return std::forward<Caught>(caught)(Thrown{});
  }
#else
  return std::forward<Body>(body)();
#endif
}

}  // namespace playhead

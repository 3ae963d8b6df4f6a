// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace demo {

// Microseconds that never go back; the zero means nothing. Any thread.
[[nodiscard]] int64_t monotonic_us();

// What needs time is given one of these, so that tests can move it.
using Clock = std::function<int64_t()>;

}  // namespace demo

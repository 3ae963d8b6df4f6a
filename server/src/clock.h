// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace playhead::server {

// The server's only source of time. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970-01-01T00:00:00Z.
  [[nodiscard]] virtual int64_t now_ms() const = 0;
  [[nodiscard]] int64_t now_s() const { return now_ms() / 1000; }
  // For durations only: never set back.
  [[nodiscard]] virtual int64_t monotonic_us() const { return now_ms() * 1000; }
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] int64_t now_ms() const override;
  [[nodiscard]] int64_t monotonic_us() const override;
};

}  // namespace playhead::server

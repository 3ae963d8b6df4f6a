// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstddef>
#include <ctime>
#include <fstream>
#include <utility>

#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#include "trust/clock_source.h"

namespace playhead::offline {
namespace {

#if defined(__APPLE__) || defined(CLOCK_BOOTTIME)
Duration read_clock(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) return Duration{0};
  return std::chrono::seconds{time.tv_sec} + Duration{time.tv_nsec / 1000};
}
#endif

Duration read_uptime() {
#if defined(CLOCK_BOOTTIME)
  return read_clock(CLOCK_BOOTTIME);
#elif defined(__APPLE__)
  return read_clock(CLOCK_MONOTONIC);
#else
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Duration>(since);
#endif
}

std::string read_boot_id() {
  std::string id;
#if defined(__linux__)
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, id);
#elif defined(__APPLE__)
  char text[64] = {};
  std::size_t size = sizeof(text) - 1;
  if (sysctlbyname("kern.bootsessionuuid", text, &size, nullptr, 0) == 0) id = text;
#endif
  return id;
}

class SystemClockSource final : public ClockSource {
 public:
  explicit SystemClockSource(std::shared_ptr<const WallClock> wall) : wall_(std::move(wall)) {}

  ClockFacts read() override { return {read_wall(), read_uptime(), boot_id_}; }

 private:
  [[nodiscard]] WallTime read_wall() const {
    if (wall_) return wall_->now();
    const auto system = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<Duration>(system).count()};
  }

  const std::shared_ptr<const WallClock> wall_;
  const std::string boot_id_ = read_boot_id();  // a process does not outlive its boot
};

}  // namespace

std::unique_ptr<ClockSource> make_system_clock_source(std::shared_ptr<const WallClock> wall) {
  return std::make_unique<SystemClockSource>(std::move(wall));
}

}  // namespace playhead::offline

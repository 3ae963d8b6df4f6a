// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace playhead::server {

// One thread for what would hold up an event loop, one after the other. Any thread.
class SlowLane {
 public:
  // More than `max_waiting` are not taken.
  explicit SlowLane(std::size_t max_waiting);
  // Does what waits first.
  ~SlowLane();
  SlowLane(const SlowLane&) = delete;
  SlowLane& operator=(const SlowLane&) = delete;

  // False: too much waits, and it will not be done.
  [[nodiscard]] bool submit(std::function<void()> task);

 private:
  void run();

  const std::size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;  // under mutex_
  bool stopping_ = false;                      // under mutex_
  std::thread thread_;
};

}  // namespace playhead::server

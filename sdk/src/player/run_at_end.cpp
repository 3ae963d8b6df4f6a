// SPDX-License-Identifier: Apache-2.0
#include "player/run_at_end.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace playhead {

namespace {

// Work that one of two threads does.
class Errand {
 public:
  explicit Errand(Task work) : work_(std::move(work)) {}

  // False: the other one does it, or did.
  bool run() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(is_taken_, true)) return false;
    }
    work_();
    const std::lock_guard lock(mutex_);
    is_done_ = true;
    changed_.notify_all();
    return true;
  }
  // The executor has let go of it.
  void drop() {
    const std::lock_guard lock(mutex_);
    is_dropped_ = true;
    changed_.notify_all();
  }
  // Until there is nothing to wait for.
  void wait(Duration patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return is_done_ || is_dropped_; });
  }
  void wait_done() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_done_; });
  }

 private:
  Task work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Under mutex_.
  bool is_taken_ = false, is_done_ = false, is_dropped_ = false;
};

// The executor's hold on it.
class Slip {
 public:
  explicit Slip(std::shared_ptr<Errand> errand) : errand_(std::move(errand)) {}
  Slip(const Slip&) = delete;
  Slip& operator=(const Slip&) = delete;
  ~Slip() { errand_->drop(); }
  void run() { errand_->run(); }

 private:
  const std::shared_ptr<Errand> errand_;
};

}  // namespace

bool run_at_end(Executor& executor, Task work, Duration patience) {
  const auto errand = std::make_shared<Errand>(std::move(work));
  executor.post([slip = std::make_unique<Slip>(errand)] { slip->run(); });
  errand->wait(patience);
  if (errand->run()) return false;
  errand->wait_done();  // it is at it
  return true;
}

}  // namespace playhead

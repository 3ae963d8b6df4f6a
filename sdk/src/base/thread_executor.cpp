// SPDX-License-Identifier: Apache-2.0
#include "base/thread_executor.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include <pthread.h>

namespace playhead {

namespace {

// The clock counts nanoseconds, which end centuries before deadlines do: those that are far are
// come nearer to. Chosen: wakes a process that does nothing once a day.
constexpr Duration kLongestWait = 24h;

using TimerKey = std::pair<int64_t, uint64_t>;  // deadline in us, order of starting

MonotonicTime monotonic_now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<Duration>(since).count()};
}

}  // namespace

class ThreadExecutor::Impl {
 public:
  // Wakes under the lock: once a task can run it may be the one that ends this object.
  void post(Task task) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    tasks_.push_back(std::move(task));
    wake_.notify_one();
  }

  TimerKey add_timer(MonotonicTime deadline, Task task) {
    const std::lock_guard lock(mutex_);
    const TimerKey key{deadline.us, next_timer_++};
    if (!stopped_) timers_.emplace(key, std::move(task));
    wake_.notify_one();
    return key;
  }

  void cancel_timer(const TimerKey& key) {
    Task dropped;  // destroyed after the lock: its captures may call back into us
    const std::lock_guard lock(mutex_);
    const auto found = timers_.find(key);
    if (found == timers_.end()) return;
    dropped = std::move(found->second);
    timers_.erase(found);
  }

  void run() {
    while (Task task = next_task()) task();
    std::deque<Task> tasks;  // destroyed after the lock, on this thread
    std::map<TimerKey, Task> timers;
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
    timers.swap(timers_);
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    wake_.notify_one();
  }

  std::thread thread;
  std::mt19937_64 random{std::random_device{}()};

 private:
  // Waits for the next due task; empty when stopped. Posted tasks and due timers alternate fairly:
  // a due timer goes first, since it has already waited for its time.
  Task next_task() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
      if (!timers_.empty() && timers_.begin()->first.first <= monotonic_now().us) {
        Task task = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        return task;
      }
      if (!tasks_.empty()) {
        Task task = std::move(tasks_.front());
        tasks_.pop_front();
        return task;
      }
      wait(lock);
    }
    return {};
  }

  void wait(std::unique_lock<std::mutex>& lock) {
    if (timers_.empty()) {
      wake_.wait(lock);
      return;
    }
    const int64_t latest = monotonic_now().us + kLongestWait.count();
    const std::chrono::microseconds until{std::min(timers_.begin()->first.first, latest)};
    wake_.wait_until(lock, std::chrono::steady_clock::time_point(until));
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  // Under mutex_.
  std::deque<Task> tasks_;
  std::map<TimerKey, Task> timers_;
  uint64_t next_timer_ = 0;
  bool stopped_ = false;
};

ThreadExecutor::ThreadExecutor(const std::string& name, std::shared_ptr<const WallClock> clock)
    : clock_(std::move(clock)), impl_(std::make_shared<Impl>()) {
  impl_->thread = std::thread([impl = impl_] { impl->run(); });
  pthread_setname_np(impl_->thread.native_handle(), name.substr(0, 15).c_str());
}

ThreadExecutor::~ThreadExecutor() {
  impl_->stop();
  // Its last user may go away in one of its own tasks.
  if (is_current()) {
    impl_->thread.detach();
  } else {
    impl_->thread.join();
  }
}

MonotonicTime ThreadExecutor::now() const { return monotonic_now(); }

WallTime ThreadExecutor::wall_now() const {
  if (clock_) return clock_->now();
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<Duration>(since).count()};
}

void ThreadExecutor::post(Task task) { impl_->post(std::move(task)); }

CancelHandle ThreadExecutor::post_at(MonotonicTime deadline, Task task) {
  const auto key = impl_->add_timer(deadline, std::move(task));
  return CancelHandle([weak = std::weak_ptr<Impl>(impl_), key] {
    if (const auto impl = weak.lock()) impl->cancel_timer(key);
  });
}

uint64_t ThreadExecutor::random() { return impl_->random(); }

bool ThreadExecutor::is_current() const {
  return std::this_thread::get_id() == impl_->thread.get_id();
}

}  // namespace playhead

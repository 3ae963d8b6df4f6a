// SPDX-License-Identifier: Apache-2.0
#include "decode/worker_pool.h"

#include <utility>

#include "playhead/catch_all.h"

namespace playhead {

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::run(Task task) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(task));
    if (waiting_.size() > idle_) start_thread();
  }
  wake_.notify_one();
}

void WorkerPool::start_thread() {
  // Where there are no more, the task waits for a thread that there is.
  catch_all([this] { threads_.emplace_back([this] { work(); }); }, [](const Thrown&) {});
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) return;
    {
      Task task = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      task();
    }  // what the task owned is gone before the thread counts as idle
    lock.lock();
  }
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "playhead/executor.h"

namespace playhead {

// Threads for tasks that may block for a long time (a demuxer waiting for bytes, a decoder waiting
// for samples): each running task has a thread of its own; threads are kept and reused. A session
// needs about five (two tracks demuxed twice at a switch, two decoders). There is no limit: tasks
// hold their threads for as long as a player lives, and what waits for one might wait for ever.
class WorkerPool {
 public:
  WorkerPool() = default;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  // Waits for every task to end; whoever destroys the pool has told them to.
  ~WorkerPool();

  // Any thread; does not block. Where the system has no more threads the task waits for one.
  void run(Task task);

 private:
  void start_thread();  // under mutex_
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  // Under mutex_.
  std::deque<Task> waiting_;
  std::size_t idle_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "clock.h"
#include "store.h"

namespace playhead::server {

// The one thread that writes. Whatever arrives while a commit is being made durable goes into the
// next one together, so the batch grows with the load and a lone write never waits for company. Of that, what somebody
// waits for goes before reports.
class ProgressWriter {
 public:
  // Runs once, on the writer thread, after the write is durable or has failed.
  using Completion = std::function<void(const Status&)>;

  struct Limits {
    // Writes waiting at most, whatever they wait for. The rest is told at once to come back.
    std::size_t max_waiting = 4096;
    // Rows per commit: 1,000 rows commit in about 10 ms. Larger batches only add latency.
    std::size_t max_batch = 1'000;
  };

  // Hears of every commit on the writer thread: how many writes were in it, and how long it took.
  using OnCommit = std::function<void(std::size_t writes, int64_t took_us)>;
  ProgressWriter(Store& store, const Clock& clock, Limits limits, OnCommit on_commit = {});
  ~ProgressWriter();
  ProgressWriter(const ProgressWriter&) = delete;
  ProgressWriter& operator=(const ProgressWriter&) = delete;

  // Any thread; does not block. False when the queue is full or the writer has stopped: then
  // `completion` is not kept and never runs.
  [[nodiscard]] bool submit(ProgressWrite write, Completion completion);

  [[nodiscard]] bool submit(LicenseEvent event, Completion completion);

  // Anything else: runs on the writer thread inside a transaction it shares with others. It fails
  // only when the store does, and then all of them do; what else it finds out it keeps for its
  // completion.
  using Task = std::function<Status()>;
  [[nodiscard]] bool submit(Task task, Completion completion);
  // Nobody waits for it.
  [[nodiscard]] bool submit_report(Task task, Completion completion);

  // What has been accepted and is not committed yet. Any thread.
  [[nodiscard]] std::size_t waiting() const;

  // Writes what waits, then joins the thread. Idempotent; one thread only.
  void stop();

 private:
  struct Job {
    Task task;
    Completion completion;
  };
  struct Waiting {
    std::vector<ProgressWrite> writes;
    std::vector<Completion> completions;
    std::vector<LicenseEvent> events;
    std::vector<Completion> event_completions;
    std::vector<Job> tasks;
    std::vector<Job> reports;

    [[nodiscard]] std::size_t size() const { return writes.size() + events.size() + tasks.size() + reports.size(); }
  };

  // Whether there is room and nothing has ended; under mutex_.
  [[nodiscard]] bool accepts() const;
  // One more was put; the lock is given back. True.
  bool wake(std::unique_lock<std::mutex> lock);
  void run();
  void commit(Waiting& taken);
  void commit_events(Waiting& taken);
  void commit_tasks(const std::vector<Job>& jobs);
  void commit_progress(Waiting& taken);
  // Up to max_batch of `all` at a time: write(first, count), a transaction, then complete(number, its result) of each.
  template <typename Write, typename Complete>
  void commit_batches(std::size_t all, const Write& write, const Complete& complete);

  Store& store_;
  const Clock& clock_;
  const Limits limits_;
  const OnCommit on_commit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Waiting waiting_;        // under mutex_
  std::size_t taken_ = 0;  // under mutex_; being committed
  bool stopping_ = false;  // under mutex_
  std::thread thread_;
};

}  // namespace playhead::server

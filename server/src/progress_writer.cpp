// SPDX-License-Identifier: Apache-2.0
#include "progress_writer.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace playhead::server {

ProgressWriter::ProgressWriter(Store& store, const Clock& clock, Limits limits, OnCommit on_commit)
    : store_(store),
      clock_(clock),
      limits_(limits),
      on_commit_(std::move(on_commit)),
      thread_([this] { run(); }) {}

ProgressWriter::~ProgressWriter() { stop(); }

bool ProgressWriter::submit(ProgressWrite write, Completion completion) {
  std::unique_lock lock(mutex_);
  if (!accepts()) return false;
  waiting_.writes.push_back(std::move(write));
  waiting_.completions.push_back(std::move(completion));
  return wake(std::move(lock));
}

bool ProgressWriter::submit(LicenseEvent event, Completion completion) {
  std::unique_lock lock(mutex_);
  if (!accepts()) return false;
  waiting_.events.push_back(std::move(event));
  waiting_.event_completions.push_back(std::move(completion));
  return wake(std::move(lock));
}

bool ProgressWriter::submit(Task task, Completion completion) {
  std::unique_lock lock(mutex_);
  if (!accepts()) return false;
  waiting_.tasks.push_back({std::move(task), std::move(completion)});
  return wake(std::move(lock));
}

bool ProgressWriter::submit_report(Task task, Completion completion) {
  std::unique_lock lock(mutex_);
  if (!accepts()) return false;
  waiting_.reports.push_back({std::move(task), std::move(completion)});
  return wake(std::move(lock));
}

bool ProgressWriter::wake(std::unique_lock<std::mutex> lock) {
  if (waiting_.size() > 1) return true;  // the thread has been woken already
  lock.unlock();
  wake_.notify_one();
  return true;
}

std::size_t ProgressWriter::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() + taken_;
}

bool ProgressWriter::accepts() const { return !stopping_ && waiting_.size() < limits_.max_waiting; }

void ProgressWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void ProgressWriter::run() {
  for (;;) {
    Waiting taken;
    {
      std::unique_lock lock(mutex_);
      taken_ = 0;
      wake_.wait(lock, [this] { return stopping_ || waiting_.size() > 0; });
      if (waiting_.size() == 0) return;
      std::swap(taken, waiting_);
      taken_ = taken.size();
    }
    commit(taken);
  }
}

void ProgressWriter::commit(Waiting& taken) {
  commit_events(taken);
  // In the same transactions, which cost more than what is in them.
  std::move(taken.reports.begin(), taken.reports.end(), std::back_inserter(taken.tasks));
  commit_tasks(taken.tasks);
  commit_progress(taken);
}

template <typename Write, typename Complete>
void ProgressWriter::commit_batches(std::size_t all, const Write& write, const Complete& complete) {
  for (std::size_t first = 0; first < all; first += limits_.max_batch) {
    const std::size_t count = std::min(limits_.max_batch, all - first);
    const int64_t since_us = clock_.monotonic_us();
    const Status result = write(first, count);
    if (on_commit_) on_commit_(count, clock_.monotonic_us() - since_us);
    for (std::size_t i = first; i < first + count; ++i) complete(i, result);
  }
}

void ProgressWriter::commit_events(Waiting& taken) {
  const std::span<const LicenseEvent> all(taken.events);
  commit_batches(
      all.size(),
      [&](std::size_t first, std::size_t count) {
        return store_.write_license_events(all.subspan(first, count));
      },
      [&](std::size_t i, const Status& result) { taken.event_completions[i](result); });
}

void ProgressWriter::commit_progress(Waiting& taken) {
  const std::span<const ProgressWrite> all(taken.writes);
  commit_batches(
      all.size(),
      [&](std::size_t first, std::size_t count) {
        return store_.write_progress(all.subspan(first, count));
      },
      [&](std::size_t i, const Status& result) { taken.completions[i](result); });
}

void ProgressWriter::commit_tasks(const std::vector<Job>& jobs) {
  const auto run = [&](std::size_t first, std::size_t count) {
    return store_.transact([&]() -> Status {
      for (std::size_t i = first; i < first + count; ++i) {
        if (Status done = jobs[i].task(); !done.ok()) return done;
      }
      return Done{};
    });
  };
  commit_batches(jobs.size(), run,
                 [&](std::size_t i, const Status& result) { jobs[i].completion(result); });
}

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#include "progress_writer.h"

#include <algorithm>
#include <span>

namespace playhead::server {

ProgressWriter::ProgressWriter(Store& store, Limits limits)
    : store_(store), limits_(limits), thread_([this] { run(); }) {}

ProgressWriter::~ProgressWriter() { stop(); }

bool ProgressWriter::submit(ProgressWrite write, Completion completion) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.writes.size() >= limits_.max_waiting) return false;
    waiting_.writes.push_back(std::move(write));
    waiting_.completions.push_back(std::move(completion));
    if (waiting_.writes.size() > 1) return true;  // the thread has been woken already
  }
  wake_.notify_one();
  return true;
}

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
      wake_.wait(lock, [this] { return stopping_ || !waiting_.writes.empty(); });
      if (waiting_.writes.empty()) return;
      std::swap(taken, waiting_);
    }
    commit(taken);
  }
}

void ProgressWriter::commit(Waiting& taken) {
  const std::span<const ProgressWrite> all(taken.writes);
  for (std::size_t first = 0; first < all.size(); first += limits_.max_batch) {
    const std::size_t count = std::min(limits_.max_batch, all.size() - first);
    const Status result = store_.write_progress(all.subspan(first, count));
    for (std::size_t i = first; i < first + count; ++i) taken.completions[i](result);
  }
}

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "store.h"

namespace playhead::server {

// The one thread that writes. Whatever arrives while a commit is being made durable goes into the
// next one together, so the batch grows with the load and a lone write never waits for company.
class ProgressWriter {
 public:
  // Runs once, on the writer thread, after the write is durable or has failed.
  using Completion = std::function<void(const Status&)>;

  struct Limits {
    // Writes waiting at most; about 64 MiB. More would be answered long after the client gave up.
    std::size_t max_waiting = 65'536;
    // Rows per commit: 1,000 rows commit in about 10 ms. Larger batches only add latency.
    std::size_t max_batch = 1'000;
  };

  ProgressWriter(Store& store, Limits limits);
  ~ProgressWriter();
  ProgressWriter(const ProgressWriter&) = delete;
  ProgressWriter& operator=(const ProgressWriter&) = delete;

  // Any thread; does not block. False when the queue is full or the writer has stopped: then
  // `completion` is not kept and never runs.
  [[nodiscard]] bool submit(ProgressWrite write, Completion completion);

  [[nodiscard]] bool submit(LicenseEvent event, Completion completion);

  // Writes what waits, then joins the thread. Idempotent; one thread only.
  void stop();

 private:
  struct Waiting {
    std::vector<ProgressWrite> writes;
    std::vector<Completion> completions;
    std::vector<LicenseEvent> events;
    std::vector<Completion> event_completions;

    [[nodiscard]] std::size_t size() const { return writes.size() + events.size(); }
  };

  // Whether there is room and nothing has ended; under mutex_.
  [[nodiscard]] bool accepts() const;
  void run();
  void commit(Waiting& taken);

  Store& store_;
  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Waiting waiting_;        // under mutex_
  bool stopping_ = false;  // under mutex_
  std::thread thread_;
};

}  // namespace playhead::server

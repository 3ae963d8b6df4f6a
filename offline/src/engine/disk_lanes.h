// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "playhead/executor.h"
#include "playhead/unique_function.h"
#include "vault/vault_writer.h"

namespace playhead::offline {

// Threads that encrypt, write and sync while the engine's serves the network. Without any
// whoever asks does the work inside the call: simulations and pumped managers stay on one thread.
// Outlives its queues.
class DiskLanes {
 public:
  explicit DiskLanes(std::vector<std::shared_ptr<Executor>> executors = {});

  // Bytes that were fetched and are not written yet.
  [[nodiscard]] int64_t bytes_waiting() const { return bytes_.load(std::memory_order_relaxed); }
  // Counts as waiting while it lives. Any thread.
  class Waiting {
   public:
    Waiting(DiskLanes& lanes, int64_t bytes) : bytes_(&lanes.bytes_), count_(bytes) {
      bytes_->fetch_add(count_, std::memory_order_relaxed);
    }
    Waiting(Waiting&& other) noexcept
        : bytes_(std::exchange(other.bytes_, nullptr)), count_(other.count_) {}
    Waiting& operator=(Waiting&&) = delete;
    ~Waiting() {
      if (bytes_ != nullptr) bytes_->fetch_sub(count_, std::memory_order_relaxed);
    }

   private:
    std::atomic<int64_t>* bytes_;
    int64_t count_;
  };

 private:
  friend class DiskQueue;
  struct Lane {
    std::shared_ptr<Executor> executor;
    int queues = 0;
    std::shared_ptr<VaultScratch> scratch = std::make_shared<VaultScratch>();
  };
  // The lane with the fewest queues; null: there is none.
  Lane* choose();

  std::vector<Lane> lanes_;
  const std::shared_ptr<VaultScratch> scratch_ = std::make_shared<VaultScratch>();  // without lanes
  std::atomic<int64_t> bytes_{0};
};

// Work that is done in order, on one lane. Owned and used by the engine's thread.
class DiskQueue {
 public:
  using Job = UniqueFunction<void()>;

  explicit DiskQueue(DiskLanes& lanes);
  // Drops what has not begun; waits for what has.
  ~DiskQueue();
  DiskQueue(const DiskQueue&) = delete;
  DiskQueue& operator=(const DiskQueue&) = delete;

  void post(Job job);
  // Until all that was posted is done.
  void wait();
  // For its jobs alone: one at a time uses it.
  [[nodiscard]] const std::shared_ptr<VaultScratch>& scratch() const { return scratch_; }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable is_done;
    // Under `mutex`.
    std::deque<Job> jobs;
    bool is_posted = false;  // its lane will come to it
    bool is_busy = false;    // a job runs
  };
  static void drain(State& state);

  DiskLanes::Lane* const lane_;
  const std::shared_ptr<VaultScratch> scratch_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace playhead::offline

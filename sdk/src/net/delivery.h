// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "net/chunk_pool.h"
#include "playhead/executor.h"
#include "playhead/transport.h"

namespace playhead {

// What comes of it is kept in memory that is wiped.
[[nodiscard]] inline bool is_secret(ResourceKind kind) {
  return kind == ResourceKind::kKey || kind == ResourceKind::kLicense;
}

struct DeliveryOptions {
  bool is_secret = false;
  std::shared_ptr<FlowWindow> window = nullptr;
  // With a window the bytes are soon dropped: they come in buffers of the pool, if there is one.
  std::shared_ptr<ChunkPool> pool = nullptr;
};

// Carries one transfer's head, bytes and end from the network thread to the callbacks on the
// executor. Keeps the promises of FetchCallbacks: order, nothing after cancel(), callbacks (and
// what they own) destroyed on the executor's thread.
//
// At most one task is posted at a time: while the executor is behind, bytes collect in few large
// chunks instead of many tasks. Bytes are copied once, out of the network library's buffer; those
// of keys and licences are wiped when the last one who has them lets go.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  Delivery(Executor& executor, FetchCallbacks callbacks, DeliveryOptions options = {})
      : is_secret_(options.is_secret),
        window_(std::move(options.window)),
        pool_(window_ && window_->is_passing() && !is_secret_ ? std::move(options.pool) : nullptr),
        executor_(&executor),
        callbacks_(std::move(callbacks)) {}

  // Any thread: nothing more should be read for now.
  [[nodiscard]] bool is_full() const { return window_ && window_->is_full(); }

  // Network thread. All answer nothing (or false) once cancelled: the transfer can be given up.
  [[nodiscard]] std::optional<MonotonicTime> now();
  bool add_head(ResponseHead head);
  // `remaining`: bytes the body still has including these, -1 when unknown. Answers the time.
  std::optional<MonotonicTime> add_body(ByteView bytes, int64_t remaining);
  bool add_done(Result<TransferStats> result);
  // Lets the executor know. Call after a batch of the above.
  void flush();

  // Executor thread.
  void cancel();

 private:
  struct Chunk {
    std::shared_ptr<std::vector<uint8_t>> bytes;
    MonotonicTime received;
    FlowWindow::Share share;  // of the bytes
  };
  struct Batch {
    std::optional<ResponseHead> head;
    std::deque<Chunk> chunks;
    std::optional<Result<TransferStats>> done;
    [[nodiscard]] bool empty() const { return !head && chunks.empty() && !done; }
  };

  [[nodiscard]] std::shared_ptr<std::vector<uint8_t>> make_buffer(std::size_t first_piece,
                                                                  int64_t remaining) const;
  [[nodiscard]] SharedBytes share(std::shared_ptr<std::vector<uint8_t>> bytes) const;
  void deliver();
  void run_callbacks(Batch batch);

  const bool is_secret_;
  const std::shared_ptr<FlowWindow> window_;
  const std::shared_ptr<ChunkPool> pool_;
  std::mutex mutex_;
  // Under mutex_.
  Executor* executor_;  // null once cancelled
  Batch waiting_;
  bool is_posted_ = false;
  // Executor thread.
  FetchCallbacks callbacks_;
  bool is_cancelled_ = false;
  bool is_delivering_ = false;
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "playhead/executor.h"
#include "playhead/transport.h"

namespace playhead {

// What comes of it is kept in memory that is wiped.
[[nodiscard]] inline bool is_secret(ResourceKind kind) {
  return kind == ResourceKind::kKey || kind == ResourceKind::kLicense;
}

// Carries one transfer's head, bytes and end from the network thread to the callbacks on the
// executor. Keeps the promises of FetchCallbacks: order, nothing after cancel(), callbacks (and
// what they own) destroyed on the executor's thread.
//
// At most one task is posted at a time: while the executor is behind, bytes collect in few large
// chunks instead of many tasks. Bytes are copied once, out of the network library's buffer; those
// of keys and licences are wiped when the last one who has them lets go.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  Delivery(Executor& executor, FetchCallbacks callbacks, bool is_secret = false)
      : is_secret_(is_secret), executor_(&executor), callbacks_(std::move(callbacks)) {}

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
  };
  struct Batch {
    std::optional<ResponseHead> head;
    std::deque<Chunk> chunks;
    std::optional<Result<TransferStats>> done;
    [[nodiscard]] bool empty() const { return !head && chunks.empty() && !done; }
  };

  void deliver();
  void run_callbacks(Batch batch);

  const bool is_secret_;
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

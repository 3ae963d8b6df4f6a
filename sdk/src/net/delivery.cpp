// SPDX-License-Identifier: Apache-2.0
#include "net/delivery.h"

#include <algorithm>
#include <utility>

#include "playhead/secret_bytes.h"

namespace playhead {

namespace {

// The library's largest piece; a full one says that more is waiting in the socket.
constexpr std::size_t kFullPiece = std::size_t{16} << 10;
// Room of a chunk that begins with a full piece. Larger: fewer callbacks for a busy executor, but
// the first bytes of a chunk get older. Smaller: more callbacks per segment.
constexpr std::size_t kChunkCapacity = ChunkPool::kChunkBytes;

// From here on a piece gets a buffer of the pool. Smaller: packets of a slow link lie in buffers
// many times their size; larger: the ends of what a fast one brings are not used again.
constexpr std::size_t kPooledPiece = std::size_t{4} << 10;

std::size_t chunk_capacity(std::size_t first_piece, int64_t remaining) {
  if (first_piece < kFullPiece) return first_piece;
  if (remaining < 0) return kChunkCapacity;
  return std::max(first_piece, std::min(kChunkCapacity, static_cast<std::size_t>(remaining)));
}

}  // namespace

std::optional<MonotonicTime> Delivery::now() {
  const std::lock_guard lock(mutex_);
  if (executor_ == nullptr) return std::nullopt;
  return executor_->now();
}

bool Delivery::add_head(ResponseHead head) {
  const std::lock_guard lock(mutex_);
  if (executor_ == nullptr) return false;
  waiting_.head = std::move(head);
  return true;
}

std::optional<MonotonicTime> Delivery::add_body(ByteView bytes, int64_t remaining) {
  const std::lock_guard lock(mutex_);
  if (executor_ == nullptr) return std::nullopt;
  const MonotonicTime now = executor_->now();
  auto& chunks = waiting_.chunks;
  const bool fits = !chunks.empty() &&
                    chunks.back().bytes->capacity() - chunks.back().bytes->size() >= bytes.size();
  if (!fits) {
    chunks.push_back({make_buffer(bytes.size(), remaining), now, FlowWindow::Share(window_, 0)});
  }
  Chunk& chunk = chunks.back();
  chunk.bytes->insert(chunk.bytes->end(), bytes.begin(), bytes.end());
  chunk.received = now;
  chunk.share.add(static_cast<int64_t>(bytes.size()));
  return now;
}

std::shared_ptr<std::vector<uint8_t>> Delivery::make_buffer(std::size_t first_piece,
                                                            int64_t remaining) const {
  if (pool_ && first_piece >= kPooledPiece) {
    return std::make_shared<std::vector<uint8_t>>(pool_->take());
  }
  auto buffer = is_secret_ ? make_shared_secret() : std::make_shared<std::vector<uint8_t>>();
  buffer->reserve(chunk_capacity(first_piece, remaining));
  return buffer;
}

SharedBytes Delivery::share(std::shared_ptr<std::vector<uint8_t>> bytes) const {
  const std::size_t unused = bytes->capacity() - bytes->size();
  if (pool_ && bytes->capacity() == kChunkCapacity) return pool_->share(std::move(*bytes));
  // A consumer may keep the bytes for minutes: unused room must not stay with them.
  if (!is_secret_ && unused > bytes->size() / 4) bytes->shrink_to_fit();
  const ByteView view(*bytes);
  return SharedBytes(std::move(bytes), view);
}

bool Delivery::add_done(Result<TransferStats> result) {
  const std::lock_guard lock(mutex_);
  if (executor_ == nullptr) return false;
  waiting_.done = std::move(result);
  return true;
}

// Posts under the lock: cancel() takes the same lock, so the executor cannot end in between.
void Delivery::flush() {
  const std::lock_guard lock(mutex_);
  if (executor_ == nullptr || is_posted_ || waiting_.empty()) return;
  is_posted_ = true;
  executor_->post([self = shared_from_this()] { self->deliver(); });
}

void Delivery::deliver() {
  Batch batch;
  {
    const std::lock_guard lock(mutex_);
    is_posted_ = false;
    std::swap(batch, waiting_);
  }
  if (is_cancelled_) return;
  is_delivering_ = true;
  run_callbacks(std::move(batch));
  is_delivering_ = false;
  if (is_cancelled_) callbacks_ = FetchCallbacks{};  // cancelled by one of its own callbacks
}

void Delivery::run_callbacks(Batch batch) {
  if (batch.head && callbacks_.on_head) callbacks_.on_head(*batch.head);
  for (Chunk& chunk : batch.chunks) {
    if (is_cancelled_) return;
    if (!callbacks_.on_body) break;
    callbacks_.on_body(
        FlowWindow::Share::attach(std::move(chunk.share), share(std::move(chunk.bytes))),
        chunk.received);
  }
  if (is_cancelled_ || !batch.done) return;
  FetchCallbacks last = std::exchange(callbacks_, FetchCallbacks{});
  if (last.on_done) last.on_done(*std::move(batch.done));
}

void Delivery::cancel() {
  is_cancelled_ = true;
  Batch dropped;  // destroyed after the lock, as are the callbacks: they may own anything
  FetchCallbacks callbacks;
  if (!is_delivering_) std::swap(callbacks, callbacks_);
  const std::lock_guard lock(mutex_);
  executor_ = nullptr;
  std::swap(dropped, waiting_);
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "decode/decode_queue.h"
#include "decode/outlet.h"
#include "decode/worker_pool.h"
#include "playhead/media_backend.h"

namespace playhead {

// Decodes pictures on a worker of its own. Of the pictures it handed out at most kMaxLiveFrames are
// alive at any time: it waits until one of them is dropped (VideoFrame::owner) before it hands out
// the next, so its owner must not hold all of them while it waits for another.
class FfmpegVideoDecoder final : public VideoDecoder {
 public:
  // Samples waiting: enough that the worker does not starve while the executor is busy (0.27 s at
  // 60/s); more would only move memory here from the owner's buffer.
  static constexpr int kMaxQueuedSamples = 16;
  // Pictures alive, as many as fill kLiveTime: 4 at 25/s, 5 at 30/s, 8 (25 MB at 1080p) from 48/s
  // on. Fewer starve the display, more cost memory.
  static constexpr int kMinLiveFrames = 4;
  static constexpr int kMaxLiveFrames = 8;
  static constexpr Duration kLiveTime = 160ms;
  // Of pictures that stay on screen for so long; 0: not known.
  [[nodiscard]] static int max_live_frames(Duration picture);

  // `decryptor`: may be null.
  FfmpegVideoDecoder(WorkerPool& pool, StreamInfo stream,
                     std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
                     VideoDecoderCallbacks callbacks);
  ~FfmpegVideoDecoder() override;

  [[nodiscard]] int room() const override { return queue_->room(); }
  void decode(const EncodedSample& sample, MediaTime time, bool show) override;
  void drain() override;
  void flush() override;

 private:
  // Shared with the worker, and the queue with the pictures it handed out.
  std::shared_ptr<DecodeQueue> queue_;
  std::shared_ptr<Outlet<VideoDecoderCallbacks>> outlet_;
};

}  // namespace playhead

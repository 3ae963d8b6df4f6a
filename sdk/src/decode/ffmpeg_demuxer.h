// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "decode/byte_stream.h"
#include "decode/outlet.h"
#include "decode/worker_pool.h"
#include "playhead/media_backend.h"

namespace playhead {

// Takes one segment apart on a worker of the pool, which sleeps while bytes are on their way.
// Destroying it only tells the worker to stop: it ends by itself, and the pool waits for it.
class FfmpegDemuxer final : public SegmentDemuxer {
 public:
  FfmpegDemuxer(WorkerPool& pool, Executor& executor, std::optional<SegmentProtection> protection,
                DemuxerCallbacks callbacks);
  ~FfmpegDemuxer() override;

  void append(SharedBytes bytes) override { session_->stream.append(std::move(bytes)); }
  void finish() override { session_->stream.finish(); }

 private:
  struct Session {
    ByteStream stream;
    std::optional<SegmentProtection> protection;
    std::shared_ptr<Outlet<DemuxerCallbacks>> outlet;
  };
  static void demux(Session& session);

  std::shared_ptr<Session> session_;  // shared with the worker
};

}  // namespace playhead

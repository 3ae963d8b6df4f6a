// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "decode/decode_queue.h"
#include "decode/outlet.h"
#include "decode/worker_pool.h"
#include "playhead/media_backend.h"

namespace playhead {

struct EncodedSound {
  StreamInfo stream;
  AudioFormat output;
  std::shared_ptr<SampleDecryptor> decryptor;  // may be null
};

// Decodes and stretches sound on a worker of its own. Chunks are not counted: what is decoded ahead
// is decided by the owner, who gives samples as it needs them.
class FfmpegAudioDecoder final : public AudioDecoder {
 public:
  // Samples waiting: 0.34 s of AAC at 48 kHz; see FfmpegVideoDecoder.
  static constexpr int kMaxQueuedSamples = 16;

  FfmpegAudioDecoder(WorkerPool& pool, EncodedSound sound, Executor& executor,
                     AudioDecoderCallbacks callbacks);
  ~FfmpegAudioDecoder() override;

  [[nodiscard]] int room() const override { return queue_->room(); }
  void decode(const EncodedSample& sample, MediaTime time) override;
  void set_speed(double speed) override;
  void drain() override;
  void flush() override;

 private:
  std::shared_ptr<DecodeQueue> queue_;
  std::shared_ptr<Outlet<AudioDecoderCallbacks>> outlet_;
};

}  // namespace playhead

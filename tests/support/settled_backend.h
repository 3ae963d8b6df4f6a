// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "decode/ffmpeg_backend.h"
#include "support/virtual_executor.h"

namespace playhead::test {

// FFmpeg in a simulation: demuxers and decoders work on threads of their own, and virtual time
// stands still until they have nothing left to do. One in a process; Linux: whether a thread works,
// the kernel is asked.
class SettledBackend final : public MediaBackend {
 public:
  // Takes the executor's hook (VirtualExecutor::before_time_moves); the executor outlives it.
  explicit SettledBackend(VirtualExecutor& executor);
  ~SettledBackend() override;

  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override;
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override;
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override;
  Result<std::unique_ptr<CaptionDecoder>> open_caption_decoder() override {
    return backend_.open_caption_decoder();
  }
  [[nodiscard]] bool supports(const std::string& codec) const override {
    return backend_.supports(codec);
  }

 private:
  // What the workers hand over, until the simulation takes it.
  class Inbox final : public Executor {
   public:
    explicit Inbox(VirtualExecutor& world) : world_(world) {}
    [[nodiscard]] MonotonicTime now() const override { return world_.now(); }
    [[nodiscard]] WallTime wall_now() const override { return world_.wall_now(); }
    void post(Task task) override;
    CancelHandle post_at(MonotonicTime deadline, Task task) override;
    uint64_t random() override { return world_.random(); }
    [[nodiscard]] bool is_current() const override { return true; }
    // False: there was nothing.
    bool deliver();

   private:
    VirtualExecutor& world_;
    std::mutex mutex_;
    std::deque<Task> tasks_;
  };
  void settle();

  VirtualExecutor& executor_;
  Inbox inbox_;
  FfmpegBackend backend_;
};

}  // namespace playhead::test

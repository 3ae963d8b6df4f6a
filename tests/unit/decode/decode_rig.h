// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/thread_executor.h"
#include "decode/ffmpeg_backend.h"
#include "playhead/media_backend.h"

namespace playhead::test {

// The backend on a real executor, driven from the test's thread.
struct DecodeRig {
  // Outlives the executor, on which everything else is destroyed.
  FfmpegBackend backend;
  ThreadExecutor executor{"decode-test"};

  // Runs `task` on the executor and waits for it.
  template <typename F>
  void run(F task) {
    std::mutex mutex;
    std::condition_variable done_changed;
    bool done = false;
    executor.post([&] {
      task();
      const std::lock_guard lock(mutex);
      done = true;
      done_changed.notify_one();
    });
    std::unique_lock lock(mutex);
    done_changed.wait(lock, [&] { return done; });
  }
};

// State that callbacks on the executor change and the test's thread waits for.
template <typename T>
class Watched {
 public:
  template <typename F>
  void change(F f) {
    const std::lock_guard lock(mutex_);
    f(value_);
    changed_.notify_all();
  }
  // Waits until predicate(value); the test program's time limit is the only other end.
  template <typename P>
  T wait(P predicate) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return predicate(value_); });
    return value_;
  }
  T get() {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  T value_{};
};

struct Demuxed {
  int streams_calls = 0;
  std::vector<StreamInfo> streams;
  std::vector<EncodedSample> samples;
  std::vector<MetadataSample> tags;
  std::vector<MediaProtection> protections;
  std::size_t batches = 0;
  bool is_over = false;
  std::optional<Error> error;
};

DemuxerCallbacks record_into(const std::shared_ptr<Watched<Demuxed>>& watched);

// Feeds `bytes` in pieces of `piece_bytes` and waits for the end.
Demuxed demux(DecodeRig& rig, const std::vector<uint8_t>& bytes, std::size_t piece_bytes,
              Container container = Container::kUnknown);
Demuxed demux(DecodeRig& rig, const std::vector<uint8_t>& bytes);

const StreamInfo* find_stream(const Demuxed& demuxed, TrackKind kind);

struct DecodedVideo {
  std::vector<VideoFrame> frames;  // without their owners: planes are gone
  std::vector<double> mean_luma;   // of each frame
  std::vector<Error> errors;
  bool is_drained = false;
};

// Average of the first plane.
double mean_luma(const VideoFrame& frame);

struct DecodedAudio {
  std::vector<AudioChunk> chunks;
  std::vector<Error> errors;
  bool is_drained = false;
};

struct VideoOptions {
  int64_t show_from_us = INT64_MIN;  // earlier samples are decoded with show = false
  std::shared_ptr<SampleDecryptor> decryptor = nullptr;
};

// Decodes everything, dropping each picture as it is counted, and drains.
DecodedVideo decode_video(DecodeRig& rig, const StreamInfo& stream,
                          const std::vector<EncodedSample>& samples, VideoOptions options = {});
DecodedAudio decode_audio(DecodeRig& rig, const StreamInfo& stream,
                          const std::vector<EncodedSample>& samples, AudioFormat output,
                          double speed, std::shared_ptr<SampleDecryptor> decryptor = nullptr);

std::vector<EncodedSample> samples_of(const Demuxed& demuxed, TrackKind kind);

// Says so and answers true when the ffmpeg CLI of this machine could not make that sample file.
bool is_missing(const std::string& name);

}  // namespace playhead::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "callback_table.h"
#include "handle.h"
#include "playhead/drm/drm_system.h"
#include "playhead/log.h"
#include "playhead/media_backend.h"
#include "playhead/playhead.h"

namespace playhead::capi {

using Decoders = SharedTable<playhead_decoders>;

// A piece of sound that an app has decoded.
struct DecodedSound {
  MediaTime time;
  AudioFormat format;
  bool is_float = true;
  SharedBytes pcm;
  // See EncodedSample: of the sample it is the first piece of.
  int32_t skip_start_samples = 0, skip_end_samples = 0;
};

// What comes of an app's decoder, on its executor and never inside a call. As of the callbacks of
// media_backend.h.
struct DecoderOutput {
  UniqueFunction<void(VideoFrame)> on_frame;
  UniqueFunction<void(DecodedSound)> on_sound;
  UniqueFunction<void()> on_room;
  UniqueFunction<void()> on_drained;
  UniqueFunction<void(Error)> on_error;
};

// Between a decoder of the library's and one of an app's: calls its callbacks, and brings what it
// tells, from whatever thread, to the executor. The app holds it by its handle, and by its samples,
// for longer than the library does.
class DecoderPort : public std::enable_shared_from_this<DecoderPort> {
 public:
  // `decryptor` may be null: encrypted samples are refused.
  DecoderPort(Decoders table, StreamInfo stream, std::shared_ptr<SampleDecryptor> decryptor,
              Executor& executor, std::shared_ptr<LogSink> log);
  ~DecoderPort();

  // Executor's thread. False: the app does not take the stream; nothing else may be called then.
  [[nodiscard]] bool open(DecoderOutput& output);
  void close();
  [[nodiscard]] int room() const;
  void decode(const EncodedSample& sample, MediaTime time, bool show);
  void drain();
  void flush();

  // Any thread: what the app tells.
  [[nodiscard]] playhead_status give_frame(const playhead_decoded_frame& frame);
  [[nodiscard]] playhead_status give_sound(const playhead_decoded_sound& sound);
  void tell_drained();
  // A decoder that is unusable is so after a flush, too.
  void fail(Error error) {
    const uint64_t generation = error.severity == Severity::kFatal ? kAlways : now();
    fail(generation, std::move(error));
  }
  // The same of what befell the library itself with a sample of that generation.
  void fail(uint64_t generation, Error error);

  // Any thread. What samples are opened with.
  [[nodiscard]] SampleDecryptor* decryptor() const { return decryptor_.get(); }
  [[nodiscard]] const StreamInfo& stream() const { return stream_; }
  // Samples of that key are the app's to open.
  [[nodiscard]] bool is_secure(const KeyId& kid) const;
  void on_sample_released(uint64_t generation);

 private:
  // What comes back from the app without what it was given.
  struct Pending {
    Duration duration{0};
    bool show = true;
    int32_t skip_start_samples = 0, skip_end_samples = 0;
  };
  static constexpr uint64_t kAlways = ~uint64_t{0};

  // Any thread. `deliver(DecoderOutput&)` runs on the executor, unless closed, or flushed since
  // `generation`.
  template <typename Deliver>
  void post(uint64_t generation, Deliver deliver);
  // The generation there is now.
  [[nodiscard]] uint64_t now() const;
  void take_frame(DecoderOutput& output, VideoFrame frame);
  template <typename Call>
  void tell(const char* callback, Call call);

  const Decoders table_;
  const StreamInfo stream_;
  const std::shared_ptr<LogSink> log_;  // may be null
  // After log_: it may be the last reference to a DRM module, which logs while it ends.
  const std::shared_ptr<SampleDecryptor> decryptor_;
  mutable std::mutex mutex_;
  // Under mutex_.
  Executor* executor_;  // null: closed
  uint64_t generation_ = 0;
  int held_ = 0;  // samples of this generation that the app has not released
  bool is_room_told_ = false;
  // Executor's thread.
  std::shared_ptr<DecoderOutput> output_;
  playhead_decoder* handle_ = nullptr;
  void* own_ = nullptr;
  std::map<int64_t, Pending> pending_;  // by time, of what was decoded and has not come back
  bool has_given_ = false;              // something, since the last flush
  bool has_told_of_throw_ = false;
};

}  // namespace playhead::capi

struct playhead_decoder {
  static constexpr auto kKind = playhead::capi::HandleKind::kDecoder;
  explicit playhead_decoder(std::shared_ptr<playhead::capi::DecoderPort> its) : port(std::move(its)) {}
  const std::shared_ptr<playhead::capi::DecoderPort> port;
};

// What the app is given to decode. Any thread.
struct playhead_sample {
  static constexpr auto kKind = playhead::capi::HandleKind::kSample;
  playhead_sample(std::shared_ptr<playhead::capi::DecoderPort> its, uint64_t its_generation,
                  const playhead::EncodedSample& from, playhead::MediaTime at, bool is_shown);
  ~playhead_sample();

  // Opens it at the first call.
  [[nodiscard]] playhead_status describe(playhead_sample_info& to);

 private:
  [[nodiscard]] playhead_status open();

  const std::shared_ptr<playhead::capi::DecoderPort> port_;
  const uint64_t generation_;
  const playhead::EncodedSample sample_;
  const playhead::MediaTime time_;
  const bool show_;
  std::mutex mutex_;
  // Under mutex_; not changed once is_open_.
  bool is_open_ = false;
  playhead_status status_ = PLAYHEAD_OK;
  playhead::SharedBytes data_;
  std::vector<playhead_cdm_subsample> subsamples_;
  playhead_cdm_crypto_info crypto_{};  // struct_size 0: it is clear
};

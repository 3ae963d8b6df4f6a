// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "decoder_port.h"

namespace playhead::capi {

// An app's decoder of sound, and behind it one of the built-in ones, of PCM: it resamples, stretches,
// and leaves out what is not to be heard, as of all sound. Executor's thread.
class AppSoundDecoder final : public AudioDecoder {
 public:
  // Null: the app does not take the stream, and `callbacks` are as they were. `built_in` lives longer.
  static std::unique_ptr<AppSoundDecoder> open(std::shared_ptr<DecoderPort> port,
                                               MediaBackend& built_in, AudioFormat output,
                                               Executor& executor, AudioDecoderCallbacks& callbacks);
  ~AppSoundDecoder() override { port_->close(); }

  [[nodiscard]] int room() const override { return backlog_.size() < kMostWaiting ? port_->room() : 0; }
  void decode(const EncodedSample& sample, MediaTime time) override {
    port_->decode(sample, time, true);
  }
  void set_speed(double speed) override;
  void drain() override { port_->drain(); }
  void flush() override;

 private:
  // Pieces that wait for the inner decoder, beyond which the app is given nothing to decode.
  static constexpr std::size_t kMostWaiting = 8;

  AppSoundDecoder(std::shared_ptr<DecoderPort> port, MediaBackend& built_in, AudioFormat output,
                  Executor& executor)
      : port_(std::move(port)), built_in_(built_in), output_(output), executor_(executor) {}

  // Gives what waits to the inner decoder. This may be gone afterwards.
  void pump();
  // False: the inner decoder is not ready for it.
  bool give(const DecodedSound& sound);
  bool open_inner(const DecodedSound& sound);
  void on_inner_drained();

  const std::shared_ptr<DecoderPort> port_;
  MediaBackend& built_in_;
  const AudioFormat output_;
  Executor& executor_;
  // Shared with what calls it: it may end this.
  std::shared_ptr<AudioDecoderCallbacks> callbacks_;
  // None: everything given is to come out.
  std::deque<std::optional<DecodedSound>> backlog_;
  std::unique_ptr<AudioDecoder> inner_;
  AudioFormat inner_format_;
  bool inner_is_float_ = true;
  bool is_draining_ = false;  // the inner decoder
  bool is_changing_ = false;  // it makes room for one of another format
  double speed_ = 1;
};

}  // namespace playhead::capi

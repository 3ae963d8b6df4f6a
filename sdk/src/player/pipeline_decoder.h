// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "player/pipeline_listener.h"
#include "playhead/media_backend.h"
#include "playhead/result.h"

namespace playhead {

// Whether samples of `next` need another decoder than those of `current`: extradata tells codecs'
// settings apart.
[[nodiscard]] inline bool needs_new_decoder(const StreamInfo& current, const StreamInfo& next) {
  const ByteView a = current.codec_config.view();
  const ByteView b = next.codec_config.view();
  return current.codec != next.codec || !std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// A pipeline's decoder, of sound or of pictures, with what it is up to. Engine thread; outlives the
// callbacks it makes.
template <typename Decoder, typename Callbacks>
class PipelineDecoder {
 public:
  PipelineDecoder(TrackKind kind, PipelineListener& listener) : kind_(kind), listener_(listener) {}
  PipelineDecoder(const PipelineDecoder&) = delete;
  PipelineDecoder& operator=(const PipelineDecoder&) = delete;

  // Whether there is one.
  explicit operator bool() const { return decoder_ != nullptr; }
  Decoder* operator->() { return decoder_.get(); }

  // What every decoder reports; the pipeline adds the callback that takes the output.
  Callbacks callbacks() {
    Callbacks callbacks;
    callbacks.on_room = [this] { listener_.on_pipeline_progress(); };
    callbacks.on_drained = [this] {
      is_drained_ = true;
      listener_.on_pipeline_progress();
    };
    callbacks.on_error = [this](Error error) {
      if (error.severity == Severity::kFatal) has_failed_ = true;
      listener_.on_pipeline_error(kind_, std::move(error));
    };
    return callbacks;
  }

  // The backend's answer. False: there is no decoder, and the listener has heard why.
  bool take(Result<std::unique_ptr<Decoder>> opened) {
    if (!opened) {
      fail(std::move(opened).error());
      return false;
    }
    decoder_ = *std::move(opened);
    is_drained_ = false;
    return true;
  }

  // Makes everything come out that was given.
  void drain() {
    is_draining_ = true;
    decoder_->drain();
  }
  // Forgets everything that was given.
  void flush() {
    if (decoder_) decoder_->flush();
    is_draining_ = is_drained_ = false;
  }
  // The next sample opens another.
  void close() {
    decoder_.reset();
    is_draining_ = false;
  }
  // The same; `is_forgiven`: what it failed for may be over.
  void reopen(bool is_forgiven) {
    close();
    is_drained_ = false;
    if (is_forgiven) has_failed_ = false;
  }
  void fail(Error error) {
    has_failed_ = true;
    listener_.on_pipeline_error(kind_, std::move(error));
  }

  [[nodiscard]] bool is_draining() const { return is_draining_; }
  // Everything that was given has come out.
  [[nodiscard]] bool is_drained() const { return is_drained_; }
  void set_drained(bool is_drained) { is_drained_ = is_drained; }
  // There will be none: the codec or, for sound, the device failed for good.
  [[nodiscard]] bool has_failed() const { return has_failed_; }

 private:
  const TrackKind kind_;
  PipelineListener& listener_;
  std::unique_ptr<Decoder> decoder_;
  bool is_draining_ = false;
  bool is_drained_ = false;
  bool has_failed_ = false;
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "sink_adapters.h"

#include <memory>
#include <string>
#include <utility>

#include "guard.h"
#include "handles.h"

namespace playhead::capi {
namespace {

static_assert(static_cast<int>(PixelFormat::kI420) == PLAYHEAD_PIXEL_FORMAT_I420);
static_assert(static_cast<int>(PixelFormat::kNv12) == PLAYHEAD_PIXEL_FORMAT_NV12);
static_assert(static_cast<int>(PixelFormat::kOpaque) == PLAYHEAD_PIXEL_FORMAT_OPAQUE);

constexpr int kMinSampleRate = 8'000, kMaxSampleRate = 192'000, kMaxChannels = 8;

}  // namespace

bool CVideoSink::is_complete(const playhead_video_sink& table) { return table.show != nullptr; }

void Throws::note(const char* callback) {
  if (std::exchange(has_told_, true) || !log_) return;
  log_->log(LogLevel::kError, "capi",
            std::string("the app's ") + callback + " callback has thrown");
}

void CVideoSink::show(const VideoFrame& frame) {
  const bool has_failed = guard([&] {
                            auto object = std::make_unique<playhead_frame>();
                            object->frame = frame;
                            auto* handle = make_handle(std::move(object));
                            const bool has_returned =
                                tell_app([&] { (*table_)->show((*table_)->user, handle); });
                            playhead_frame_release(handle);
                            return has_returned ? PLAYHEAD_OK : kThrew;
                          }) != PLAYHEAD_OK;
  if (has_failed) throws_.note("show");
}

void CVideoSink::clear() {
  if ((*table_)->clear == nullptr) return;
  if (!tell_app([&] { (*table_)->clear((*table_)->user); })) throws_.note("clear");
}

bool CAudioSink::is_complete(const playhead_audio_sink& table) {
  return table.open != nullptr && table.close != nullptr && table.write != nullptr &&
         table.frames_played != nullptr && table.pause != nullptr && table.resume != nullptr &&
         table.flush != nullptr && table.set_volume != nullptr;
}

Result<AudioFormat> CAudioSink::open(AudioFormat wanted) {
  playhead_audio_format c_wanted = PLAYHEAD_AUDIO_FORMAT_INIT;
  c_wanted.sample_rate = wanted.sample_rate;
  c_wanted.channels = wanted.channels;
  playhead_audio_format opened = c_wanted;
  const playhead_status status =
      ask_app(kThrew, [&] { return (*table_)->open((*table_)->user, &c_wanted, &opened); });
  if (status != PLAYHEAD_OK) {
    return make_error(ErrorCode::kAudioOutput, "the app's audio sink did not open", status);
  }
  if (opened.sample_rate < kMinSampleRate || opened.sample_rate > kMaxSampleRate ||
      opened.channels < 1 || opened.channels > kMaxChannels) {
    return make_error(ErrorCode::kAudioOutput, "the app's audio sink opened with " +
                                                   std::to_string(opened.sample_rate) + " Hz and " +
                                                   std::to_string(opened.channels) + " channels");
  }
  played_ = 0;
  return AudioFormat{opened.sample_rate, opened.channels};
}

void CAudioSink::close() {
  tell("close", [&] { (*table_)->close((*table_)->user); });
}

void CAudioSink::write(const float* samples, int64_t frames) {
  tell("write", [&] { (*table_)->write((*table_)->user, samples, frames); });
}

int64_t CAudioSink::frames_played(MonotonicTime now) {
  tell("frames_played", [&] { played_ = (*table_)->frames_played((*table_)->user, now.us); });
  return played_;
}

void CAudioSink::pause() {
  tell("pause", [&] { (*table_)->pause((*table_)->user); });
}

void CAudioSink::resume() {
  tell("resume", [&] { (*table_)->resume((*table_)->user); });
}

void CAudioSink::flush() {
  tell("flush", [&] { (*table_)->flush((*table_)->user); });
  played_ = 0;
}

void CAudioSink::set_volume(double volume) {
  tell("set_volume", [&] { (*table_)->set_volume((*table_)->user, volume); });
}

}  // namespace playhead::capi

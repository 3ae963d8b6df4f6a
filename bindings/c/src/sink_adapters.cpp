// SPDX-License-Identifier: Apache-2.0
#include "sink_adapters.h"

#include <string>

#include "handles.h"

namespace playhead::capi {
namespace {

static_assert(static_cast<int>(PixelFormat::kI420) == PLAYHEAD_PIXEL_FORMAT_I420);
static_assert(static_cast<int>(PixelFormat::kNv12) == PLAYHEAD_PIXEL_FORMAT_NV12);

constexpr int kMinSampleRate = 8'000, kMaxSampleRate = 192'000, kMaxChannels = 8;

}  // namespace

bool CVideoSink::is_complete(const playhead_video_sink& table) { return table.show != nullptr; }

void CVideoSink::show(const VideoFrame& frame) {
  auto* handle = new playhead_frame{};
  handle->frame = frame;
  (*table_)->show((*table_)->user, handle);
  playhead_frame_release(handle);
}

void CVideoSink::clear() {
  if ((*table_)->clear != nullptr) (*table_)->clear((*table_)->user);
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
  const playhead_status status = (*table_)->open((*table_)->user, &c_wanted, &opened);
  if (status != PLAYHEAD_OK) {
    return make_error(ErrorCode::kAudioOutput, "the app's audio sink did not open", status);
  }
  if (opened.sample_rate < kMinSampleRate || opened.sample_rate > kMaxSampleRate ||
      opened.channels < 1 || opened.channels > kMaxChannels) {
    return make_error(ErrorCode::kAudioOutput, "the app's audio sink opened with " +
                                                   std::to_string(opened.sample_rate) + " Hz and " +
                                                   std::to_string(opened.channels) + " channels");
  }
  return AudioFormat{opened.sample_rate, opened.channels};
}

}  // namespace playhead::capi

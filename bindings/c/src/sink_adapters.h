// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "callback_table.h"
#include "playhead/playhead.h"
#include "playhead/sinks.h"

// The library's sinks over an app's callback tables.
namespace playhead::capi {

class CVideoSink final : public VideoSink {
 public:
  explicit CVideoSink(SharedTable<playhead_video_sink> table) : table_(std::move(table)) {}
  [[nodiscard]] static bool is_complete(const playhead_video_sink& table);

  void show(const VideoFrame& frame) override;
  void clear() override;

 private:
  SharedTable<playhead_video_sink> table_;
};

class CAudioSink final : public AudioSink {
 public:
  explicit CAudioSink(SharedTable<playhead_audio_sink> table) : table_(std::move(table)) {}
  [[nodiscard]] static bool is_complete(const playhead_audio_sink& table);

  Result<AudioFormat> open(AudioFormat wanted) override;
  void close() override { (*table_)->close((*table_)->user); }
  void write(const float* samples, int64_t frames) override {
    (*table_)->write((*table_)->user, samples, frames);
  }
  [[nodiscard]] int64_t frames_played(MonotonicTime now) override {
    return (*table_)->frames_played((*table_)->user, now.us);
  }
  void pause() override { (*table_)->pause((*table_)->user); }
  void resume() override { (*table_)->resume((*table_)->user); }
  void flush() override { (*table_)->flush((*table_)->user); }
  void set_volume(double volume) override { (*table_)->set_volume((*table_)->user, volume); }

 private:
  SharedTable<playhead_audio_sink> table_;
};

}  // namespace playhead::capi

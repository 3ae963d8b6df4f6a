// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "callback_table.h"
#include "playhead/log.h"
#include "playhead/playhead.h"
#include "playhead/sinks.h"

// The library's sinks over an app's callback tables.
namespace playhead::capi {

// What an app's sink throws ends here; the log hears of the first time.
class Throws {
 public:
  explicit Throws(std::shared_ptr<LogSink> log) : log_(std::move(log)) {}
  void note(const char* callback);

 private:
  std::shared_ptr<LogSink> log_;
  bool has_told_ = false;
};

class CVideoSink final : public VideoSink {
 public:
  // `log`, which may be null, is told when a callback throws.
  explicit CVideoSink(SharedTable<playhead_video_sink> table,
                      std::shared_ptr<LogSink> log = nullptr)
      : table_(std::move(table)), throws_(std::move(log)) {}
  [[nodiscard]] static bool is_complete(const playhead_video_sink& table);

  void show(const VideoFrame& frame) override;
  void clear() override;

 private:
  SharedTable<playhead_video_sink> table_;
  Throws throws_;
};

class CAudioSink final : public AudioSink {
 public:
  explicit CAudioSink(SharedTable<playhead_audio_sink> table,
                      std::shared_ptr<LogSink> log = nullptr)
      : table_(std::move(table)), throws_(std::move(log)) {}
  [[nodiscard]] static bool is_complete(const playhead_audio_sink& table);

  Result<AudioFormat> open(AudioFormat wanted) override;
  void close() override;
  void write(const float* samples, int64_t frames) override;
  // As before where it throws: a device that stands still is given up (SinkWatch).
  [[nodiscard]] int64_t frames_played(MonotonicTime now) override;
  void pause() override;
  void resume() override;
  void flush() override;
  void set_volume(double volume) override;

 private:
  // Runs a call of the app's.
  template <typename Call>
  void tell(const char* name, Call call) {
    if (!tell_app(call)) throws_.note(name);
  }

  SharedTable<playhead_audio_sink> table_;
  Throws throws_;
  int64_t played_ = 0;  // what frames_played answered last
};

}  // namespace playhead::capi

// SPDX-License-Identifier: Apache-2.0
#include "recorder/recording_sinks.h"

#include <string>
#include <utility>

#include "recorder/fields.h"

namespace playhead::recorder {

namespace {

class RecordingScreen final : public VideoSink {
 public:
  RecordingScreen(std::shared_ptr<VideoSink> inner, std::shared_ptr<FlightRecorder> recorder,
                  int player)
      : inner_(std::move(inner)), recorder_(std::move(recorder)), player_(std::to_string(player)) {}

  void show(const VideoFrame& frame) override {
    recorder_->effect("I" + player_ + ',' + std::to_string(frame.time.us));
    inner_->show(frame);
  }
  void clear() override {
    recorder_->effect("I" + player_);
    inner_->clear();
  }

 private:
  const std::shared_ptr<VideoSink> inner_;
  const std::shared_ptr<FlightRecorder> recorder_;
  const std::string player_;
};

class RecordingSpeaker final : public AudioSink {
 public:
  RecordingSpeaker(std::shared_ptr<AudioSink> inner, std::shared_ptr<FlightRecorder> recorder,
                   int player)
      : inner_(std::move(inner)), recorder_(std::move(recorder)), player_(std::to_string(player)) {}

  Result<AudioFormat> open(AudioFormat wanted) override {
    auto opened = inner_->open(wanted);
    const std::string what =
        Fields("o" + player_).number(wanted.sample_rate).number(wanted.channels).take() + '=';
    recorder_->effect(what +
                      (opened ? Fields("ok").number(opened->sample_rate).number(opened->channels)
                              : Fields("E").error(opened.error()))
                          .str());
    return opened;
  }
  void close() override {
    note("close");
    inner_->close();
  }
  void write(const float* samples, int64_t frames) override {
    recorder_->effect("W" + player_ + ',' + std::to_string(frames));
    inner_->write(samples, frames);
  }
  [[nodiscard]] int64_t frames_played(MonotonicTime now) override {
    const int64_t played = inner_->frames_played(now);
    recorder_->answer("f" + player_, std::to_string(played));
    return played;
  }
  void pause() override {
    note("pause");
    inner_->pause();
  }
  void resume() override {
    note("resume");
    inner_->resume();
  }
  void flush() override {
    note("flush");
    inner_->flush();
  }
  void set_volume(double volume) override {
    recorder_->effect(Fields("l" + player_).real(volume).str());
    inner_->set_volume(volume);
  }

 private:
  void note(const char* what) { recorder_->effect("a" + player_ + ',' + what); }

  const std::shared_ptr<AudioSink> inner_;
  const std::shared_ptr<FlightRecorder> recorder_;
  const std::string player_;
};

}  // namespace

Sinks record_sinks(const std::shared_ptr<RecordingExecutor>& executor, Sinks sinks, int player) {
  const auto& recorder = executor->shared_recorder();
  if (sinks.video) {
    sinks.video = std::make_shared<RecordingScreen>(std::move(sinks.video), recorder, player);
  }
  if (sinks.audio) {
    sinks.audio = std::make_shared<RecordingSpeaker>(std::move(sinks.audio), recorder, player);
  }
  return sinks;
}

}  // namespace playhead::recorder

// SPDX-License-Identifier: Apache-2.0
#include "player/sink_gate.h"

#include <optional>
#include <utility>

namespace playhead {

namespace {

// The sink has 200 ms of sound, and as much waits behind it: a call that takes longer than both is
// heard (chosen a little above).
constexpr Duration kSlow = 500ms;
// Between two reports of that (chosen).
constexpr Duration kPause = 10s;

}  // namespace

struct SinkGate::State {
  Executor& executor;
  OnSlow on_slow;
  bool is_closed = false;
  int running = 0;  // calls, one inside the other
  std::optional<MonotonicTime> told;

  // Runs a call of the app's, which may close the gate.
  template <typename Call>
  auto timed(const char* name, Call call) {
    struct Watch {
      State& state;
      const char* name;
      const MonotonicTime began;
      ~Watch() {
        --state.running;
        state.look(name, began);
      }
    };
    ++running;
    const Watch watch{*this, name, executor.now()};
    return call();
  }

  void look(const char* name, MonotonicTime began) {
    const MonotonicTime now = executor.now();
    if (is_closed || now - began < kSlow || (told && now - *told < kPause)) return;
    told = now;
    on_slow(name, now - began);
  }
};

class SinkGate::Screen final : public VideoSink {
 public:
  Screen(std::shared_ptr<VideoSink> inner, std::shared_ptr<State> state)
      : inner_(std::move(inner)), state_(std::move(state)) {}

  void show(const VideoFrame& frame) override {
    if (!state_->is_closed) state_->timed("VideoSink::show", [&] { inner_->show(frame); });
  }
  void clear() override {
    if (!state_->is_closed) state_->timed("VideoSink::clear", [&] { inner_->clear(); });
  }

 private:
  const std::shared_ptr<VideoSink> inner_;
  const std::shared_ptr<State> state_;
};

class SinkGate::Speaker final : public AudioSink {
 public:
  Speaker(std::shared_ptr<AudioSink> inner, std::shared_ptr<State> state)
      : inner_(std::move(inner)), state_(std::move(state)) {}

  Result<AudioFormat> open(AudioFormat wanted) override {
    if (state_->is_closed) return make_error(ErrorCode::kClosed, "the player has ended");
    auto opened = state_->timed("AudioSink::open", [&] { return inner_->open(wanted); });
    if (!opened) return opened;
    if (state_->is_closed) {  // meanwhile
      inner_->close();
    } else {
      is_open_ = true;
      played_ = 0;
    }
    return opened;
  }
  void close() override {
    if (std::exchange(is_open_, false)) inner_->close();
  }
  void write(const float* samples, int64_t frames) override {
    if (!state_->is_closed) {
      state_->timed("AudioSink::write", [&] { inner_->write(samples, frames); });
    }
  }
  [[nodiscard]] int64_t frames_played(MonotonicTime now) override {
    if (!state_->is_closed) {
      played_ =
          state_->timed("AudioSink::frames_played", [&] { return inner_->frames_played(now); });
    }
    return played_;
  }
  void pause() override {
    if (!state_->is_closed) state_->timed("AudioSink::pause", [&] { inner_->pause(); });
  }
  void resume() override {
    if (!state_->is_closed) state_->timed("AudioSink::resume", [&] { inner_->resume(); });
  }
  void flush() override {
    if (!state_->is_closed) state_->timed("AudioSink::flush", [&] { inner_->flush(); });
  }
  void set_volume(double volume) override {
    if (!state_->is_closed) {
      state_->timed("AudioSink::set_volume", [&] { inner_->set_volume(volume); });
    }
  }

 private:
  const std::shared_ptr<AudioSink> inner_;
  const std::shared_ptr<State> state_;
  bool is_open_ = false;
  int64_t played_ = 0;  // as last heard of
};

SinkGate::SinkGate(Executor& executor, OnSlow on_slow)
    : state_(std::make_shared<State>(State{executor, std::move(on_slow), false, 0, {}})) {}

SinkGate::~SinkGate() = default;

Sinks SinkGate::guard(Sinks sinks) {
  if (sinks.video) sinks.video = std::make_shared<Screen>(std::move(sinks.video), state_);
  if (sinks.audio) {
    speaker_ = std::make_shared<Speaker>(std::move(sinks.audio), state_);
    sinks.audio = speaker_;
  }
  return sinks;
}

bool SinkGate::is_inside() const { return state_->running > 0; }

void SinkGate::close() {
  state_->is_closed = true;
  if (speaker_) speaker_->close();
}

}  // namespace playhead

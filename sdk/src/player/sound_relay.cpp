// SPDX-License-Identifier: Apache-2.0
#include "player/sound_relay.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// What is remembered of written sound: a second, twice what a pipeline keeps in a sink at double
// speed. Less: part() could not give everything back that has not been heard.
constexpr int64_t kRecentSeconds = 1;

}  // namespace

class SoundRelay::Lane final : public AudioSink {
 public:
  explicit Lane(std::shared_ptr<Device> device) : device_(std::move(device)) {}
  ~Lane() override;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  Result<AudioFormat> open(AudioFormat wanted) override;
  void close() override;
  void write(const float* samples, int64_t frames) override;
  [[nodiscard]] int64_t frames_played(MonotonicTime now) override;
  void pause() override;
  void resume() override;
  void flush() override;
  void set_volume(double volume) override;

  // What it waits with goes to the device now.
  void begin() {
    base = device_->written;
    if (written > 0) device_->write(held.data(), written);
  }
  [[nodiscard]] bool leads() const { return device_->leader == this; }
  [[nodiscard]] bool waits() const { return device_->next == this; }

  bool is_open = false;
  int64_t base = 0;         // of the device's frames, the first that is this lane's
  int64_t written = 0;      // since open or flush
  int64_t heard = 0;        // once another leads
  std::vector<float> held;  // written while waiting

 private:
  std::shared_ptr<Device> device_;
};

void SoundRelay::Device::write(const float* samples, int64_t frames) {
  sink->write(samples, frames);
  written += frames;
}

void SoundRelay::Device::flush() {
  sink->flush();
  is_running = false;
  written = 0;
  recent.clear();
}

void SoundRelay::Device::set_running(bool running) {
  if (!format || is_running == running) return;
  is_running = running;
  if (running) {
    sink->resume();
  } else {
    sink->pause();
  }
}

void SoundRelay::Device::keep_recent(const float* samples, int64_t frames) {
  const auto most = static_cast<std::size_t>(kRecentSeconds * format->sample_rate) *
                    static_cast<std::size_t>(format->channels);
  // A quarter more before any is dropped, so that it is not moved at every write; room for a write
  // beside that, so that it does not grow to twice as much.
  recent.reserve(most + most / 2);
  recent.insert(recent.end(), samples, samples + frames * format->channels);
  if (recent.size() <= most + most / 4) return;
  recent.erase(recent.begin(), recent.end() - static_cast<std::ptrdiff_t>(most));
}

void SoundRelay::Device::part() {
  if (!std::exchange(is_joined, false)) return;
  const int64_t played = sink->frames_played(executor.now());
  const int64_t there = static_cast<int64_t>(recent.size()) / format->channels;
  const int64_t unheard = std::clamp<int64_t>(leader->base + leader->written - played, 0, there);
  const bool was_running = is_running;
  const std::vector<float> samples = std::exchange(recent, {});
  flush();
  leader->base = unheard - leader->written;
  if (unheard > 0) {
    const float* first = samples.data() + (there - unheard) * format->channels;
    write(first, unheard);
    keep_recent(first, unheard);
  }
  set_running(was_running);
}

SoundRelay::Lane::~Lane() {
  close();
  if (leads()) device_->leader = nullptr;
  if (waits()) device_->next = nullptr;
}

Result<AudioFormat> SoundRelay::Lane::open(AudioFormat wanted) {
  if (!device_->format) {
    auto opened = device_->sink->open(wanted);
    if (!opened) return opened;
    device_->format = *opened;
    device_->written = 0;
    device_->is_running = false;
    device_->recent.clear();
  }
  if (!std::exchange(is_open, true)) ++device_->open_lanes;
  base = device_->written;
  written = heard = 0;
  held.clear();
  return *device_->format;
}

void SoundRelay::Lane::close() {
  if (!is_open) return;
  if (waits()) device_->part();
  is_open = false;
  held.clear();
  written = 0;
  if (leads()) device_->is_joined = false;
  if (--device_->open_lanes > 0) {
    if (leads()) device_->flush();
    return;
  }
  device_->format.reset();
  device_->is_running = false;
  device_->recent.clear();
  device_->sink->close();
}

void SoundRelay::Lane::write(const float* samples, int64_t frames) {
  if (!is_open || frames <= 0) return;
  if (leads()) {
    device_->part();
    device_->write(samples, frames);
    device_->keep_recent(samples, frames);
  } else if (waits()) {
    held.insert(held.end(), samples, samples + frames * device_->format->channels);
    if (device_->is_joined) device_->write(samples, frames);
  }
  written += frames;
}

int64_t SoundRelay::Lane::frames_played(MonotonicTime now) {
  const bool is_in_device = is_open && (leads() || (waits() && device_->is_joined));
  if (!is_in_device) return heard;
  return std::clamp<int64_t>(device_->sink->frames_played(now) - base, 0, written);
}

void SoundRelay::Lane::pause() {
  if (leads()) device_->set_running(false);
}

void SoundRelay::Lane::resume() {
  if (leads()) device_->set_running(true);
}

void SoundRelay::Lane::flush() {
  if (!is_open) return;
  if (leads()) {
    device_->is_joined = false;  // what waits goes on waiting
    device_->flush();
  } else if (waits()) {
    device_->part();
  }
  base = written = heard = 0;
  held.clear();
}

void SoundRelay::Lane::set_volume(double volume) {
  if (leads()) device_->sink->set_volume(volume);
}

SoundRelay::SoundRelay(std::shared_ptr<AudioSink> device, Executor& executor)
    : device_(std::make_shared<Device>(std::move(device), executor)) {}

std::shared_ptr<AudioSink> SoundRelay::make_lane() {
  if (!device_->sink) return nullptr;
  auto lane = std::make_shared<Lane>(device_);
  if (device_->leader) {
    part();
    device_->next = lane.get();
  } else {
    device_->leader = lane.get();
  }
  return lane;
}

bool SoundRelay::join() {
  if (device_->is_joined) return true;
  const Lane* leader = device_->leader;
  Lane* next = device_->next;
  if (!leader || !next || !leader->is_open || !next->is_open || next->written == 0) return false;
  next->begin();
  device_->is_joined = true;
  return true;
}

void SoundRelay::part() { device_->part(); }

void SoundRelay::advance(bool is_cut) {
  Lane* old = device_->leader;
  Lane* next = device_->next;
  if (!old || !next) return;
  old->heard = old->frames_played(device_->executor.now());
  if (!device_->is_joined || is_cut) {
    device_->is_joined = false;
    if (device_->format) device_->flush();
    if (next->is_open) next->begin();
  }
  device_->is_joined = false;
  device_->recent = std::exchange(next->held, {});
  device_->leader = next;
  device_->next = nullptr;
}

}  // namespace playhead

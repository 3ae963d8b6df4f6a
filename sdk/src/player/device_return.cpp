// SPDX-License-Identifier: Apache-2.0
#include "player/device_return.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace playhead {

namespace {

// Between two tries (chosen: with the proof that it plays it is back within a second). Less: systems
// that look for devices at each try are kept busy; more: the viewer plugs it in once more.
constexpr Duration kTryEvery = 800ms;
// A device that opens but plays nothing for so long is opened anew (as SinkWatch: wireless speakers
// take a second to wake up). It must not have the clock meanwhile: pictures would stand each time.
constexpr Duration kProofPatience = 2s;
// It plays when so much was heard of twice as much silence, looked at so often.
constexpr Duration kProof = 100ms;
constexpr Duration kProofEvery = 50ms;

int64_t frames_of(Duration length, const AudioFormat& format) {
  return length.count() * format.sample_rate / 1'000'000;
}

}  // namespace

void DeviceReturn::lose(const AudioFormat& wanted, MonotonicTime now) {
  is_lost_ = true;
  wanted_ = wanted;
  tried_ = now;
}

void DeviceReturn::close() {
  if (std::exchange(opened_, std::nullopt)) sink_.close();
}

void DeviceReturn::open(MonotonicTime now) {
  tried_ = now;
  auto opened = sink_.open(wanted_);
  if (!opened) return;
  opened_ = *opened;
  const int64_t frames = frames_of(2 * kProof, *opened_);
  const std::vector<float> silence(static_cast<std::size_t>(frames * opened_->channels));
  sink_.write(silence.data(), frames);
  sink_.resume();
}

std::optional<AudioFormat> DeviceReturn::look(MonotonicTime now) {
  if (!is_lost_) return std::nullopt;
  if (opened_ && sink_.frames_played(now) >= frames_of(kProof, *opened_)) {
    is_lost_ = false;
    sink_.flush();
    return std::exchange(opened_, std::nullopt);
  }
  if (now - tried_ < (opened_ ? kProofPatience : kTryEvery)) return std::nullopt;
  close();
  open(now);
  return std::nullopt;
}

Duration DeviceReturn::wait(MonotonicTime now) const {
  return opened_ ? kProofEvery : std::max<Duration>(tried_ + kTryEvery - now, 1ms);
}

}  // namespace playhead

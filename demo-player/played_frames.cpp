// SPDX-License-Identifier: Apache-2.0
#include "played_frames.h"

#include <algorithm>

namespace demo {
namespace {

// Requests remembered at most; more than any latency holds.
constexpr std::size_t kMaxBlocks = 256;

}  // namespace

void PlayedFrames::reset(int sample_rate, int64_t latency_frames) {
  *this = PlayedFrames{};
  sample_rate_ = sample_rate;
  latency_frames_ = latency_frames;
}

void PlayedFrames::on_request(int64_t now_us, int64_t device_frames, int64_t sound_frames) {
  request_us_ = now_us;
  blocks_.push_back({device_total_, device_frames, sound_total_, sound_frames});
  if (blocks_.size() > kMaxBlocks) blocks_.pop_front();
  device_total_ += device_frames;
  sound_total_ += sound_frames;
}

void PlayedFrames::flush() {
  // What the device still holds will be heard, but belongs to no count any more.
  for (Block& block : blocks_) block.sound_begin = block.sound_frames = 0;
  sound_total_ = 0;
  played_ = 0;
}

int64_t PlayedFrames::played(int64_t now_us) {
  if (blocks_.empty()) return played_;
  const int64_t since_request =
      std::clamp<int64_t>(now_us - request_us_, 0, 1'000'000) * sample_rate_ / 1'000'000;
  // At a request everything before it is on its way, `latency_frames_` from the loudspeaker.
  const int64_t heard =
      std::min(device_total_, blocks_.back().device_begin - latency_frames_ + since_request);
  while (blocks_.size() > 1 &&
         blocks_.front().device_begin + blocks_.front().device_frames <= heard) {
    const Block& done = blocks_.front();
    played_ = std::max(played_, done.sound_begin + done.sound_frames);
    blocks_.pop_front();
  }
  const Block& current = blocks_.front();
  if (heard > current.device_begin) {
    const int64_t inside = std::min(heard - current.device_begin, current.sound_frames);
    played_ = std::max(played_, current.sound_begin + inside);
  }
  return played_;
}

}  // namespace demo

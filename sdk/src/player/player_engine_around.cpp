// SPDX-License-Identifier: Apache-2.0
// What PlayerEngine does about what happens around it: other networks, memory that runs out, a
// surface that is lost.
#include <algorithm>
#include <utility>

#include "player/player_engine.h"
#include "streaming/buffering_policy.h"

namespace playhead {

namespace {

// What prepare() fetches ahead of the start, at most; segments are fetched whole. More: bytes
// wasted on titles that are not played. Less would be no less.
constexpr Duration kPrepared = 1s;
// What that is counted as among the players of a client (chosen: the first segments of the best
// picture on usual ladders). More: prepared titles take memory from the one that plays.
constexpr int64_t kPreparedBytes = int64_t{16} << 20;

}  // namespace

void PlayerEngine::on_news(ClientNews news) {
  switch (news) {
    case ClientNews::kOnline:
      fetchers_.set_network(true);
      return follow_network(true);
    case ClientNews::kOffline:
      return fetchers_.set_network(false);
    case ClientNews::kLowMemory:
      if (streaming_) streaming_->on_low_memory(executor_.now());
      // The picture stays on screen; what could decode the next one is made again for that.
      if (pipeline_ && state_ == PlayerState::kPaused) {
        pipeline_->set_surface(false, executor_.now());
      }
      break;
    case ClientNews::kMediaBytes:
      break;
  }
  wake();
}

void PlayerEngine::follow_network(bool has_changed) {
  NetworkMemory& networks = *client_->impl().networks;
  const int network = networks.network();
  const bool has_other_name = std::exchange(network_, network) != network;
  if (!streaming_ || offline_) return;
  // Of one with the name of the one before all that is known is that it is another.
  if (has_other_name || has_changed) {
    streaming_->begin_network(has_other_name ? networks.recall() : Bitrate{});
  }
  remember_network(false);
}

void PlayerEngine::remember_network(bool is_last) {
  if (offline_) return;
  const Bitrate measured = streaming_->selector().chooser().measured();
  client_->impl().networks->remember(measured, network_, is_last);
}

BufferingConfig PlayerEngine::buffering() const {
  BufferingConfig wanted = config_.buffering;
  if (is_ahead_) wanted.target = std::min(wanted.start, kPrepared);
  if (is_ahead_ && ahead_) wanted = *ahead_;
  if (memory_ > 0) wanted.max_bytes = std::min(wanted.max_bytes, memory_);
  return wanted;
}

void PlayerEngine::claim_memory() {
  if (!publish_) return;  // it has what the title that plays leaves
  int64_t wanted = config_.buffering.max_bytes;
  if (is_ahead_) wanted = std::min(wanted, kPreparedBytes);
  const int64_t allowed = seat_.claim(wanted);
  if (std::exchange(memory_, allowed) == allowed) return;
  streaming_->set_buffering(buffering());
  if (!is_ahead_) streaming_->selector().set_memory_bitrate(bitrate_held_in(buffering()));
}

void PlayerEngine::set_surface(bool is_there) {
  const MonotonicTime now = executor_.now();
  has_surface_ = is_there;
  if (!is_there) end_trick(now);
  if (!pipeline_) return;
  pipeline_->set_surface(is_there, now);
  // Pictures are decoded from the key frame before the position, whenever that will be.
  if (streaming_) streaming_->video().seek(position(now));
  wake();
}

void PlayerEngine::wake_pictures() {
  if (pipeline_ && pipeline_->has_surface() != has_surface_) set_surface(has_surface_);
}

}  // namespace playhead

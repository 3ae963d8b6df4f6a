// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/live_witness.h"

#include <algorithm>

namespace playhead::swarm {

void LiveWitness::on_event(const Event& event, const Facts& facts) {
  const auto& live = facts.scenario->title.live;
  if (!live) return;
  const EventPayload& payload = event.payload;
  if (std::holds_alternative<LoadStarted>(payload)) {
    is_stale_ = false;
    status_.reset();
    least_target_.reset();
  } else if (const auto* change = std::get_if<StateChanged>(&payload)) {
    if (change->to != PlayerState::kPlaying) return;
    points_.reach(Point::kLivePlayed);
    if (std::exchange(is_stale_, false)) points_.reach(Point::kLiveStaleOver);
    if (live->clock_ahead > 1min || live->clock_ahead < -1min) {
      points_.reach(Point::kLiveOtherClock);
    }
    if (live->age < live->window) points_.reach(Point::kLiveYoung);
  } else if (const auto* jump = std::get_if<PositionJumped>(&payload)) {
    const bool is_late = jump->reason == JumpReason::kBehindWindow;
    points_.reach(is_late ? Point::kLiveBehind : Point::kLiveHole);
  } else if (const auto* seek = std::get_if<SeekStarted>(&payload)) {
    if (!status_) return;
    const Duration behind = status_->window_end - seek->target;
    const bool is_back = behind > 2 * status_->target_offset + 10s;
    points_.reach(is_back ? Point::kLiveSeekBack : Point::kLiveGoLive);
  } else if (const auto* shown = std::get_if<RepresentationChanged>(&payload)) {
    if (shown->reason == SwitchReason::kPeriod) points_.reach(Point::kLivePeriod);
  } else if (std::holds_alternative<Ended>(payload)) {
    points_.reach(Point::kLiveEnded);
  } else if (const auto* warning = std::get_if<Warning>(&payload)) {
    if (warning->error.code == ErrorCode::kNotFound) points_.reach(Point::kLiveEdgeMissing);
    if (warning->error.code != ErrorCode::kManifestStale) return;
    is_stale_ = true;
    points_.reach(Point::kLiveStale);
  } else if (const auto* failed = std::get_if<Failed>(&payload)) {
    if (failed->error.code == ErrorCode::kBehindLiveWindow) points_.reach(Point::kLiveBehindStop);
  }
}

void LiveWitness::on_status(const PlayerStatus& status, const Facts&) {
  if (!status.live) return;
  status_ = status.live;
  if (status.live->correction != 1) points_.reach(Point::kLiveCorrected);
  least_target_ = std::min(least_target_.value_or(Duration::max()), status.live->target_offset);
  if (status.live->target_offset >= *least_target_ + 1s) points_.reach(Point::kLiveTargetGrown);
}

void LiveWitness::on_request(const test::SimRecord& record, const Facts& facts) {
  if (!facts.scenario->title.live) return;
  if (record.url.find(".part") != std::string::npos) points_.reach(Point::kLiveParts);
  if (record.url.find("_HLS_msn=") != std::string::npos) points_.reach(Point::kLiveBlocked);
  if (record.url.find("_HLS_skip=") != std::string::npos) points_.reach(Point::kLiveDelta);
}

}  // namespace playhead::swarm

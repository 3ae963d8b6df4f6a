// SPDX-License-Identifier: Apache-2.0
// What PlayerEngine does about trick play, scrubbing and thumbnails.
#include <algorithm>
#include <string>
#include <utility>

#include "player/player_engine.h"

namespace playhead {

void PlayerEngine::trick_play(int rate) {
  const MonotonicTime now = executor_.now();
  if (!is_trick_rate(rate)) {
    return warn(make_error(ErrorCode::kInvalidArgument,
                           std::to_string(rate) + " is no rate of trick play", 0,
                           Severity::kRecoverable));
  }
  if (rate == 0) return end_trick(now);
  if (!begin_trick(now)) return;
  const int before = trick_->rate();
  trick_->play(position(now), rate, now);
  set_state(PlayerState::kTrickPlay, now);
  if (before != rate) emit(RateChanged{before, rate});
  wake();
}

void PlayerEngine::scrub(MediaTime target) {
  const MonotonicTime now = executor_.now();
  if (!begin_trick(now)) return;
  const int before = trick_->rate();
  trick_->scrub(position(now), clamp_target(target, now));
  set_state(PlayerState::kScrubbing, now);
  if (before != 0) emit(RateChanged{before, 0});
  wake();
}

void PlayerEngine::request_thumbnail(MediaTime time, uint64_t user_tag) {
  if (!streaming_ || is_ahead_) {
    ThumbnailReady none;
    none.user_tag = user_tag;
    none.error =
        make_error(ErrorCode::kInvalidState, "no title is loaded", 0, Severity::kRecoverable);
    return emit(std::move(none));
  }
  time.us = std::max<int64_t>(time.us, 0);
  streaming_->previews().ask_thumbnail(time, user_tag, executor_.now());
  wake();
}

bool PlayerEngine::begin_trick(MonotonicTime now) {
  if (trick_) return true;
  const bool may_be_seen = !offline_ || offline_->has_begun();
  const bool is_seen = has_surface_ && may_be_seen;
  if (is_ahead_ || !pipeline_ || !is_start_settled_ || !is_seen || !streaming_->plays_video()) {
    warn(make_error(ErrorCode::kInvalidState, "no pictures play that could be gone through", 0,
                    Severity::kRecoverable));
    return false;
  }
  if (offline_) offline_->on_call();
  pipeline_->run(false, now);
  if (auto cleared = cue_screen_.clear()) emit(*std::move(cleared));
  streaming_->previews().begin_trick(streaming_->selector().chooser().throughput());
  auto trick = std::make_unique<TrickPlayer>(*client_->impl().backend, executor_, sinks_.video,
                                             protection_.get(), [this] { wake(); });
  trick->scrub(position(now), position(now));
  trick_ = std::move(trick);
  return true;
}

void PlayerEngine::drop_trick() {
  if (!trick_) return;
  const int rate = trick_->rate();
  trick_.reset();
  streaming_->previews().end_trick();
  if (rate != 0) emit(RateChanged{rate, 0});
}

void PlayerEngine::end_trick(MonotonicTime now) {
  if (!trick_) return;
  const MediaTime here = clamp_target(trick_->position(), now);
  drop_trick();
  streaming_->seek(here);
  restart_at(here, now);
  set_state(PlayerState::kBuffering, now);
  wake();
}

void PlayerEngine::finish_trick(MonotonicTime now) {
  // Whoever ran into the end did not ask for what comes after the title.
  if (trick_->rate() > 0 && !streaming_->live(now)) is_paused_ = true;
  end_trick(now);
}

Duration PlayerEngine::turn_trick(MonotonicTime now) {
  TrickPlayer::Turn turn = trick_->turn(
      [this, now](const TrickWish& wish) {
        return streaming_->previews().find_key_frame(wish, now);
      },
      now);
  if (turn.error) {
    const bool is_told = turn.error->context.find("trick play") != std::string::npos;
    if (!is_told) turn.error->context = "trick play: " + turn.error->context;
    turn.error->severity = Severity::kRecoverable;
    warn(*std::move(turn.error));
    end_trick(now);
  } else if (turn.has_ended) {
    finish_trick(now);
  }
  update_session(now);
  return turn.wait;
}

}  // namespace playhead

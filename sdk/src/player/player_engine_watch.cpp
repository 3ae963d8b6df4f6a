// SPDX-License-Identifier: Apache-2.0
// What PlayerEngine does when media is there and nothing comes of it.
#include <utility>

#include "base/forever.h"
#include "player/player_engine.h"

namespace playhead {

namespace {

const char* words_of(StuckWatch::Step step) {
  switch (step) {
    case StuckWatch::Step::kNudge:
      return "reading it again";
    case StuckWatch::Step::kLower:
      return "taking another Representation";
    case StuckWatch::Step::kRebuildDecoder:
      return "making new decoders";
    case StuckWatch::Step::kNone:
    case StuckWatch::Step::kGiveUp:
      break;
  }
  return "giving up";
}

}  // namespace

Duration PlayerEngine::watch_output(MonotonicTime now) {
  const bool is_over = state_ == PlayerState::kEnded || state_ == PlayerState::kFailed;
  std::optional<int64_t> owed;
  if (!is_over && !failure_) owed = pipeline_->owed_progress(*streaming_, now);
  const StuckWatch::Step step = stuck_.update(owed, now);
  if (step == StuckWatch::Step::kNone) return owed ? stuck_.wait(now) : kForever;
  const std::string what =
      std::string("what is buffered does not come out of the decoder: ") + words_of(step);
  if (step == StuckWatch::Step::kGiveUp) {
    fail_next_turn(make_error(ErrorCode::kStalled, what));
    return kForever;
  }
  warn(make_error(ErrorCode::kStalled, what, 0, Severity::kRecoverable));
  free_stuck(step, now);
  wake();
  return stuck_.wait(now);
}

void PlayerEngine::mend_decoder(MonotonicTime now) {
  Error error = *std::exchange(trouble_.failure, std::nullopt);
  const bool is_over = state_ == PlayerState::kEnded || state_ == PlayerState::kFailed;
  if (is_over || failure_ || !pipeline_ || !streaming_) return;
  const bool is_lost = error.severity == Severity::kFatal;  // else segments in a row are damaged
  const SampleOrigin* origin = pipeline_->video().decoding();
  const std::string id = origin ? origin->representation.id : std::string();
  StuckWatch::Step step = stuck_.on_failure(now);
  const bool is_unsupported = error.code == ErrorCode::kCodecUnsupported;
  // Nothing else was found to take its place.
  const bool is_all_there_is = is_unsupported && !id.empty() && id == trouble_.avoided;
  if (is_lost && (step == StuckWatch::Step::kGiveUp || is_all_there_is)) {
    failure_ = std::move(error);
    return;
  }
  const bool is_elsewhere = !is_lost || is_unsupported || step == StuckWatch::Step::kLower;
  if (is_elsewhere) step = StuckWatch::Step::kLower;
  if (is_lost) {
    error.severity = Severity::kRecoverable;
    error.context += std::string("; ") + words_of(step);
    warn(std::move(error));
  }
  const MediaTime here = position(now);
  const bool was_running = pipeline_->is_running();
  if (is_elsewhere) {
    trouble_.avoided = id;
    streaming_->avoid_representation(id, now, is_unsupported);
    streaming_->refetch(here);
  } else {
    streaming_->seek(here);
  }
  pipeline_->restart_anew(here, {TrackKind::kVideo}, now);
  restart_at(here, now);
  if (was_running && state_ == PlayerState::kPlaying) set_state(PlayerState::kRebuffering, now);
}

void PlayerEngine::mend_sound(MonotonicTime now) {
  Error error = *std::exchange(trouble_.sound_failure, std::nullopt);
  error.severity = Severity::kRecoverable;
  const bool is_over = state_ == PlayerState::kEnded || state_ == PlayerState::kFailed;
  if (is_over || failure_ || !pipeline_ || !streaming_) return;
  const SampleOrigin* origin = pipeline_->sound_origin();
  const std::string id = origin ? origin->representation.id : std::string();
  StuckWatch::Step step = stuck_sound_.on_failure(now);
  const bool is_unsupported = error.code == ErrorCode::kCodecUnsupported;
  const bool is_all_there_is = is_unsupported && id == trouble_.avoided_sound;
  if (is_all_there_is) step = StuckWatch::Step::kGiveUp;
  if (is_unsupported && step == StuckWatch::Step::kRebuildDecoder) step = StuckWatch::Step::kLower;
  error.context += "; ";
  error.context += step == StuckWatch::Step::kGiveUp ? "going on without sound" : words_of(step);
  warn(std::move(error));
  if (step == StuckWatch::Step::kGiveUp) return;
  if (step == StuckWatch::Step::kLower && !id.empty()) {
    trouble_.avoided_sound = id;
    streaming_->avoid_representation(id, now);
    streaming_->refetch_sound(position(now));
  }
  pipeline_->forgive_sound();
}

void PlayerEngine::free_stuck(StuckWatch::Step step, MonotonicTime now) {
  const MediaTime here = position(now);
  const bool was_running = pipeline_->is_running();
  const SampleOrigin* origin = pipeline_->video().decoding();
  if (step == StuckWatch::Step::kLower) {
    streaming_->avoid_representation(origin ? origin->representation.id : std::string(), now);
  }
  // One fetch at most: whoever waits for the network is not waiting for a decoder.
  if (step == StuckWatch::Step::kLower) {
    streaming_->refetch(here);
  } else {
    streaming_->seek(here);
  }
  if (step == StuckWatch::Step::kRebuildDecoder) make_pipeline(now);
  restart_at(here, now);
  if (was_running && state_ == PlayerState::kPlaying) set_state(PlayerState::kRebuffering, now);
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "session/progress_reporter.h"

#include <algorithm>

namespace playhead {

namespace {

// Between reports of pauses and seeks. Chosen: shorter lets a user who holds an arrow key flood the
// disk and the service; longer loses more of a burst when the process is killed.
constexpr Duration kMinGap = 1s;

bool has_position(PlayActivity activity) {
  return activity == PlayActivity::kPlaying || activity == PlayActivity::kPaused ||
         activity == PlayActivity::kBuffering;
}

}  // namespace

std::optional<ProgressDecision> ProgressReporter::update(const PlayState& state) {
  if (last_.activity == PlayActivity::kPlaying) {
    played_ += std::max(state.now - last_.now, Duration{0});
  }
  const auto cause = decide(state);
  last_ = state;
  if (!cause) return std::nullopt;
  if (reported_ == state.position && *cause != ProgressCause::kEnded) return std::nullopt;
  reported_ = state.position;
  return ProgressDecision{state.position, *cause};
}

std::optional<ProgressDecision> ProgressReporter::save(const PlayState& state) {
  if (auto due = update(state)) return due;
  const bool is_known = !has_started_ || !has_position(state.activity) || reported_ == state.position;
  if (is_known) return std::nullopt;
  owed_.reset();
  played_ = Duration{0};
  reported_ = state.position;
  return ProgressDecision{state.position, ProgressCause::kCadence};
}

std::optional<ProgressCause> ProgressReporter::decide(const PlayState& state) {
  const PlayActivity before = last_.activity;
  const bool has_sought = before == PlayActivity::kSeeking && has_position(state.activity);
  if (state.activity == PlayActivity::kPlaying || has_sought) has_started_ = true;
  std::optional<ProgressCause> cause;
  if (before != state.activity) cause = on_change(before, state);
  const bool cadence = played_ >= interval_;
  if (cadence) played_ %= interval_;
  if (cause) return cause;
  if (owed_ && state.activity != PlayActivity::kSeeking && state.now >= owed_due()) {
    cause = owed_;
    owed_.reset();
    last_pause_or_seek_report_ = state.now;
    // It stands for one of the cadence that would follow at once.
    if (interval_ - played_ < kMinGap) played_ = Duration{0};
    return cause;
  }
  // While seeking there is no position to speak of; the end of the seek reports it.
  if (cadence && has_position(state.activity)) return ProgressCause::kCadence;
  return std::nullopt;
}

// What the change itself has to report at once; pauses and seeks are put into owed_ instead.
std::optional<ProgressCause> ProgressReporter::on_change(PlayActivity before,
                                                         const PlayState& state) {
  if (!has_started_) return std::nullopt;
  switch (state.activity) {
    case PlayActivity::kEnded:
      owed_.reset();
      return ProgressCause::kEnded;
    case PlayActivity::kStopped:
      owed_.reset();
      if (before == PlayActivity::kEnded) return std::nullopt;
      return ProgressCause::kStopped;
    case PlayActivity::kPaused:
      owed_ = before == PlayActivity::kSeeking ? ProgressCause::kSeeked : ProgressCause::kPaused;
      return std::nullopt;
    case PlayActivity::kPlaying:
    case PlayActivity::kBuffering:
      if (before == PlayActivity::kSeeking) owed_ = ProgressCause::kSeeked;
      return std::nullopt;
    case PlayActivity::kIdle:
    case PlayActivity::kSeeking:
      return std::nullopt;
  }
  return std::nullopt;
}

MonotonicTime ProgressReporter::owed_due() const {
  return last_pause_or_seek_report_ ? *last_pause_or_seek_report_ + kMinGap : last_.now;
}

std::optional<MonotonicTime> ProgressReporter::next_due() const {
  std::optional<MonotonicTime> due;
  if (owed_ && last_.activity != PlayActivity::kSeeking) due = owed_due();
  if (last_.activity == PlayActivity::kPlaying) {
    const MonotonicTime cadence = last_.now + (interval_ - played_);
    due = due ? std::min(*due, cadence) : cadence;
  }
  return due;
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "playhead/time.h"

namespace playhead {

enum class PlayActivity : uint8_t {
  kIdle,       // before the first frame
  kPlaying,    // the position moves
  kPaused,     // by the user
  kBuffering,  // wants to play, has nothing to play; initial buffering as well
  kSeeking,    // the user's seek is under way (not the jump to the resume position)
  kEnded,      // played to the end
  kStopped,    // given up by the user or by an error
};

struct PlayState {
  PlayActivity activity = PlayActivity::kIdle;
  // kSeeking: not looked at; kEnded: the end of the title; kStopped: where to go on another time.
  MediaTime position;
  MonotonicTime now;
};

enum class ProgressCause : uint8_t { kCadence, kPaused, kSeeked, kEnded, kStopped };

struct ProgressDecision {
  MediaTime position;
  ProgressCause cause = ProgressCause::kCadence;

  friend bool operator==(const ProgressDecision&, const ProgressDecision&) = default;
};

// When the position is worth reporting. Pure: no clock, no I/O.
// - Every `interval` of true play time: wall time spent kPlaying, whatever the playback speed; time
//   paused, buffering or seeking does not count. After a late call one report, not several.
// - At a pause, and after a seek with the position it led to; of a burst of those the first and the
//   last, at most one a second.
// - At the end and when stopped, at once.
// Nothing is reported before the title has played or the user has sought: an aborted start must not
// overwrite what is saved. A position already reported is not reported again, except at the end.
class ProgressReporter {
 public:
  // `interval` under 1 s is taken as 1 s.
  explicit ProgressReporter(Duration interval) : interval_(std::max<Duration>(interval, 1s)) {}

  // To be called at every change of activity and at next_due().
  std::optional<ProgressDecision> update(const PlayState& state);

  // The same, and what is not reported yet is, though nothing is due.
  std::optional<ProgressDecision> save(const PlayState& state);

  // When the next report falls due if the activity stays as it is; none: not by time alone.
  [[nodiscard]] std::optional<MonotonicTime> next_due() const;

 private:
  std::optional<ProgressCause> decide(const PlayState& state);
  std::optional<ProgressCause> on_change(PlayActivity before, const PlayState& state);
  [[nodiscard]] MonotonicTime owed_due() const;

  const Duration interval_;
  PlayState last_;
  Duration played_{0};  // true play time since the last cadence report fell due
  bool has_started_ = false;
  std::optional<ProgressCause> owed_;  // a pause or seek not reported yet
  std::optional<MonotonicTime> last_pause_or_seek_report_;
  std::optional<MediaTime> reported_;
};

}  // namespace playhead

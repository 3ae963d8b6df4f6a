// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "options.h"
#include "player_view.h"

namespace demo {

// What the user wishes, kept until the player has come round to it, so that quick key presses add
// up. Each command answers what to tell the user.
class Controls {
 public:
  Controls(playhead_player* player, const Options& options);

  std::string set_paused(bool is_paused);
  std::string seek_to(const PlayerView& view, int64_t position_us);
  std::string seek_by(const PlayerView& view, int64_t distance_us);
  std::string set_speed(double speed);
  // Twice as fast in that direction (1 or -1) as now; from ±2 on.
  std::string wind(const PlayerView& view, int direction);
  void scrub(int64_t position_us);
  std::string set_volume(double volume);
  std::string toggle_mute();
  // `rung` from the lowest, 0…; -1: automatic. Beyond the last is the last.
  std::string select_quality(const PlayerView& view, int rung);
  // Automatic → highest → … → lowest → automatic.
  std::string cycle_quality(const PlayerView& view);
  std::string select_audio(const PlayerView& view, int index);
  std::string cycle_audio(const PlayerView& view);
  std::string play_next();

  // Does one step of a script; quitting is the caller's.
  std::string run(const PlayerView& view, const Step& step);

  // Forgets a seek when the player has done the last one asked for. Trick play may end in a pause.
  void on_event(const playhead_event& event);

  // Where the user thinks the play is: the target of a seek under way, else the position.
  [[nodiscard]] int64_t position_us(const PlayerView& view) const {
    return seek_target_us_.value_or(view.position_us);
  }
  [[nodiscard]] bool is_seeking() const { return seek_target_us_.has_value(); }
  // Where a script holds the pointer on the seek bar.
  [[nodiscard]] std::optional<int64_t> hover_us() const { return hover_us_; }
  [[nodiscard]] bool is_paused() const { return is_paused_; }
  [[nodiscard]] double speed() const { return speed_; }
  [[nodiscard]] double volume() const { return is_muted_ ? 0.0 : volume_; }
  // -1: automatic.
  [[nodiscard]] int quality(const PlayerView& view) const;
  // "Auto · 720p", "1080p".
  [[nodiscard]] std::string quality_label(const PlayerView& view) const;

 private:
  playhead_player* player_;
  bool is_paused_ = false;
  double speed_, volume_;
  bool is_muted_ = false;
  std::string quality_id_;  // empty: automatic
  std::optional<int64_t> seek_target_us_;
  std::optional<int64_t> hover_us_;
  uint64_t seek_tag_ = 0;
};

// "720p", or the bitrate when the height is not known.
[[nodiscard]] std::string quality_name(const QualityChoice& choice);

}  // namespace demo

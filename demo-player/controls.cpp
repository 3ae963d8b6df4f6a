// SPDX-License-Identifier: Apache-2.0
#include "controls.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "text_format.h"

namespace demo {
namespace {

constexpr double kMinSpeed = 0.5, kMaxSpeed = 2.0;

}  // namespace

std::string quality_name(const QualityChoice& choice) {
  return choice.height > 0 ? std::to_string(choice.height) + "p"
                           : format_bitrate(choice.bitrate_bps);
}

Controls::Controls(playhead_player* player, const Options& options)
    : player_(player), speed_(options.speed), volume_(options.volume) {}

std::string Controls::set_paused(bool is_paused) {
  is_paused_ = is_paused;
  static_cast<void>(is_paused ? playhead_player_pause(player_) : playhead_player_play(player_));
  return is_paused ? "Paused" : "Playing";
}

std::string Controls::seek_to(const PlayerView& view, int64_t position_us) {
  int64_t target_us = std::max<int64_t>(position_us, 0);
  if (view.duration_us > 0) target_us = std::min(target_us, view.duration_us);
  seek_target_us_ = target_us;
  static_cast<void>(playhead_player_seek(player_, target_us, ++seek_tag_));
  return format_time(target_us);
}

std::string Controls::seek_by(const PlayerView& view, int64_t distance_us) {
  return seek_to(view, position_us(view) + distance_us);
}

std::string Controls::set_speed(double speed) {
  speed_ = std::clamp(speed, kMinSpeed, kMaxSpeed);
  static_cast<void>(playhead_player_set_speed(player_, speed_));
  return "Speed " + format_speed(speed_);
}

std::string Controls::wind(const PlayerView& view, int direction) {
  constexpr int kSlowest = 2, kFastest = 32;
  const bool goes_on = view.trick_rate * direction > 0;
  const int speed = goes_on ? std::min(std::abs(view.trick_rate) * 2, kFastest) : kSlowest;
  static_cast<void>(playhead_player_trick_play(player_, direction * speed));
  return (direction > 0 ? "Forwards " : "Backwards ") + std::to_string(speed) + "\u00d7";
}

void Controls::scrub(int64_t position_us) {
  static_cast<void>(playhead_player_scrub(player_, position_us));
}

std::string Controls::set_volume(double volume) {
  // Steps of a tenth must meet 0 and 1 exactly.
  volume_ = std::clamp(std::round(volume * 100) / 100, 0.0, 1.0);
  is_muted_ = false;
  static_cast<void>(playhead_player_set_volume(player_, volume_));
  return "Volume " + std::to_string(std::lround(volume_ * 100)) + " %";
}

std::string Controls::toggle_mute() {
  is_muted_ = !is_muted_;
  static_cast<void>(playhead_player_set_volume(player_, volume()));
  return is_muted_ ? "Muted" : "Volume " + std::to_string(std::lround(volume_ * 100)) + " %";
}

std::string Controls::select_quality(const PlayerView& view, int rung) {
  quality_id_.clear();
  std::string told = "Quality: automatic";
  if (rung >= 0 && !view.qualities.empty()) {
    const auto last = static_cast<int>(view.qualities.size()) - 1;
    const QualityChoice& choice = view.qualities[static_cast<std::size_t>(std::min(rung, last))];
    quality_id_ = choice.id;
    told = "Quality: " + quality_name(choice);
  }
  static_cast<void>(playhead_player_select_representation(player_, quality_id_.c_str()));
  return told;
}

std::string Controls::cycle_quality(const PlayerView& view) {
  const int now = quality(view);
  const int next = now < 0 ? static_cast<int>(view.qualities.size()) - 1 : now - 1;
  return select_quality(view, next);
}

std::string Controls::select_audio(const PlayerView& view, int index) {
  if (index < 0 || static_cast<std::size_t>(index) >= view.audios.size()) return "No other audio";
  const AudioChoice& choice = view.audios[static_cast<std::size_t>(index)];
  static_cast<void>(playhead_player_select_audio(player_, choice.id.c_str()));
  return "Audio: " + choice.name;
}

std::string Controls::cycle_audio(const PlayerView& view) {
  if (view.audios.size() < 2) return "No other audio";
  const auto now = std::find_if(view.audios.begin(), view.audios.end(),
                                [](const AudioChoice& choice) { return choice.is_selected; });
  const auto next = (now - view.audios.begin() + 1) % static_cast<int>(view.audios.size());
  return select_audio(view, static_cast<int>(next));
}

std::string Controls::play_next() {
  static_cast<void>(playhead_player_play_next(player_));
  return "Next";
}

std::string Controls::run(const PlayerView& view, const Step& step) {
  switch (step.action) {
    case Action::kPlay:
      return set_paused(false);
    case Action::kPause:
      return set_paused(true);
    case Action::kSeek:
      return seek_to(view, static_cast<int64_t>(step.value * 1e6));
    case Action::kSeekBy:
      return seek_by(view, static_cast<int64_t>(step.value * 1e6));
    case Action::kSpeed:
      return set_speed(step.value);
    case Action::kVolume:
      return set_volume(step.value);
    case Action::kQuality:
      return select_quality(view, static_cast<int>(step.value));
    case Action::kAudio:
      return select_audio(view, static_cast<int>(step.value));
    case Action::kTrick:
      static_cast<void>(playhead_player_trick_play(player_, static_cast<int32_t>(step.value)));
      break;
    case Action::kScrub:
      scrub(static_cast<int64_t>(step.value * 1e6));
      break;
    case Action::kHover:
      hover_us_ = static_cast<int64_t>(step.value * 1e6);
      break;
    case Action::kNext:
      return play_next();
    case Action::kQuit:
      break;
  }
  return "";
}

void Controls::on_event(const playhead_event& event) {
  if (event.type == PLAYHEAD_EVENT_SEEK_DONE && event.user_tag == seek_tag_) {
    seek_target_us_.reset();
  }
  if (event.type == PLAYHEAD_EVENT_LOAD_STARTED) {
    // What was chosen and looked for was the last title's.
    seek_target_us_.reset();
    quality_id_.clear();
  }
  if (event.type != PLAYHEAD_EVENT_STATE_CHANGED) return;
  if (event.to_state == PLAYHEAD_STATE_PAUSED) is_paused_ = true;
  if (event.to_state == PLAYHEAD_STATE_PLAYING) is_paused_ = false;
}

int Controls::quality(const PlayerView& view) const {
  for (std::size_t i = 0; i < view.qualities.size() && !quality_id_.empty(); ++i) {
    if (view.qualities[i].id == quality_id_) return static_cast<int>(i);
  }
  return -1;
}

std::string Controls::quality_label(const PlayerView& view) const {
  const int rung = quality(view);
  if (rung >= 0) return quality_name(view.qualities[static_cast<std::size_t>(rung)]);
  if (view.shown_height <= 0) return "Auto";
  return "Auto \u00b7 " + std::to_string(view.shown_height) + "p";
}

}  // namespace demo

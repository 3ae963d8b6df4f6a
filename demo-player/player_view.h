// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "playhead/playhead.h"

namespace demo {

struct QualityChoice {
  std::string id;
  int64_t bitrate_bps = 0;
  int width = 0, height = 0;
  bool is_selected = false;
};

struct AudioChoice {
  std::string id;
  std::string name;  // label, else language, else "Audio 1"
  bool is_selected = false;
};

// One look at the player, as the screen and the status line show it.
struct PlayerView {
  int32_t state = PLAYHEAD_STATE_IDLE;
  bool is_paused = false;  // the user's wish
  int64_t position_us = 0;
  int64_t duration_us = 0;  // 0: unknown
  double speed = 1.0;
  int trick_rate = 0;  // 0: no trick play
  bool has_thumbnails = false;
  int64_t buffer_us = 0;  // playable ahead: the shorter of video and audio
  int64_t buffered_bytes = 0;
  int64_t throughput_bps = 0;
  int64_t shown_bitrate_bps = 0;
  int shown_width = 0, shown_height = 0;
  int drm_level = 0;       // 1000, 2000 or 3000; 0: nothing protected was played
  int drm_max_height = 0;  // of pictures the DRM lets through; 0: any
  bool is_auto_bitrate = true;
  std::vector<QualityChoice> qualities;  // by bitrate, lowest first
  std::vector<AudioChoice> audios;
  playhead_qoe qoe = PLAYHEAD_QOE_INIT;
};

[[nodiscard]] PlayerView read_view(const playhead_player* player);

// "SL1000, up to 720p"
[[nodiscard]] std::string format_drm(const PlayerView& view);

// "Playing", "Buffering" …
[[nodiscard]] const char* state_name(int32_t state);

}  // namespace demo

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "controls.h"
#include "downloads.h"
#include "hud_style.h"
#include "player_view.h"
#include "sdl_video_sink.h"
#include "subtitles.h"
#include "thumbnails.h"

namespace demo {

// The last minute of throughput and buffer, for the plots.
class History {
 public:
  void add(int64_t now_us, const PlayerView& view);
  [[nodiscard]] const std::vector<float>& throughput_mbps() const { return throughput_mbps_; }
  [[nodiscard]] const std::vector<float>& buffer_s() const { return buffer_s_; }

 private:
  int64_t next_us_ = 0;
  std::vector<float> throughput_mbps_, buffer_s_;
};

// The screen of downloads, while it is open.
struct LibraryModel {
  const std::vector<DownloadView>& downloads;
  std::string problem = {};   // why there are none to show; may be empty
  std::string selected = {};  // an id
  std::string doomed = {};    // the id of the one whose removal the user has to confirm
};

// All the screen shows besides the picture.
struct HudModel {
  const PlayerView& view;
  const Controls& controls;
  const History& history;
  std::string title = {}, subtitle = {};
  std::string toast = {};  // a word about the last command; may be empty
  std::string error = {};  // the play is over because of this; may be empty
  bool shows_status = false;
  bool shows_help = false;
  const LibraryModel* library = nullptr;  // null: closed
  bool is_full_screen = false;
  bool closes_menus = false;    // for this drawing
  float controls_alpha = 1.0F;  // 0: the bar is away
  double seconds = 0;           // moves what turns
  // Finds the picture for a place on the seek bar; may be empty.
  std::function<std::optional<Preview>(int64_t time_us)> preview = {};
};

// What the user did with the mouse.
struct HudActions {
  bool toggle_pause = false;
  bool toggle_mute = false;
  bool toggle_status = false;
  bool toggle_full_screen = false;
  std::optional<int64_t> seek_us;
  std::optional<int64_t> scrub_us;  // the knob is being dragged there
  std::optional<double> volume;
  std::optional<double> speed;
  std::optional<int> quality;  // rung, -1: automatic
  std::optional<int> audio;
  std::string play_download, remove_download;  // an id; empty: none
};

// Draws the screen between ImGui::NewFrame and ImGui::Render.
[[nodiscard]] HudActions draw_hud(const HudModel& model, const HudFonts& fonts);

// Its parts, each in a file of its own.
void draw_control_bar(const HudModel& model, const HudFonts& fonts, HudActions& actions);
void draw_status_panel(const HudModel& model, const HudFonts& fonts);
// The text over the picture, which stands at `picture` in points; what has no place of its own
// keeps `room_below` free at the window's bottom.
void draw_subtitles(const std::vector<Subtitle>& subtitles, const PictureRect& picture,
                    const HudFonts& fonts, float room_below);
void draw_help_panel(const HudFonts& fonts);
void draw_library_panel(const LibraryModel& model, const HudFonts& fonts, HudActions& actions);

}  // namespace demo

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hud.h"
#include "imgui_sdl_renderer.h"
#include "sdl_video_sink.h"
#include "session.h"

struct SDL_KeyboardEvent;
struct SDL_Renderer;
struct SDL_Window;
union SDL_Event;

namespace demo {

// The window: picture, controls over it, keys and mouse. The main thread.
class Window {
 public:
  // `picture_event`: the SDL event type that says that the slot has something new.
  Window(const Options& options, Session& session, FrameSlot& slot);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // False when there is no display to open it on; `reason` says why.
  bool open(std::string& reason);
  // Until the play is over or the user leaves.
  void run();

 private:
  void turn();
  void on_event(const SDL_Event& event);
  void on_key(const SDL_KeyboardEvent& key);
  void apply(const HudActions& actions);
  void toggle_library();
  void look_at_library(int64_t now_us);
  // True when the key was for the library.
  bool on_library_key(int key);
  void play_from_library(const std::string& id);
  // The first time asks, the second time does it.
  void remove_from_library(const std::string& id);
  void draw();
  [[nodiscard]] float controls_alpha(int64_t now_us) const;
  [[nodiscard]] bool is_due(int64_t now_us) const;
  void leave();
  void tell(std::string text);
  void toggle_full_screen();
  void take_screenshots();
  void show_error();

  const Options& options_;
  Session& session_;
  FrameSlot& slot_;
  SDL_Window* window_ = nullptr;
  SDL_Renderer* renderer_ = nullptr;
  std::unique_ptr<VideoTexture> picture_;
  std::unique_ptr<ImguiSdlRenderer> imgui_;
  HudFonts fonts_;
  History history_;

  // The screen of downloads.
  bool shows_library_ = false;
  std::vector<DownloadView> library_;
  std::string library_problem_, library_selected_, library_doomed_;
  int64_t library_read_us_ = 0;

  std::string name_;  // in the window's frame
  bool shows_status_ = false, shows_help_ = false, is_full_screen_ = false;
  bool closes_menus_ = false;
  std::optional<int64_t> scrubbed_us_;  // where the knob was dragged to
  std::string toast_;
  int64_t toast_end_us_ = 0;
  int64_t last_input_us_ = 0, last_drawn_us_ = 0;
  bool has_news_ = true;  // something to draw at once
  bool has_shot_ = false;
  std::string wanted_shot_;  // file of the shot to take at the next drawing
};

}  // namespace demo

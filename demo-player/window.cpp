// SPDX-License-Identifier: Apache-2.0
#include "window.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <utility>

#include <SDL.h>
#include <imgui_impl_sdl.h>

#include "clock.h"
#include "screenshot.h"

namespace demo {
namespace {

constexpr int kWidth = 1280, kHeight = 720;
constexpr int64_t kControlsStayUs = 3'000'000, kControlsFadeUs = 400'000;
constexpr int64_t kToastStayUs = 1'500'000;
// Longest time between two drawings: while something moves besides the picture, and otherwise.
constexpr int64_t kBusyIntervalUs = 33'000, kIdleIntervalUs = 250'000;
constexpr int64_t kLibraryIntervalUs = 500'000;  // between two looks at the downloads
constexpr int kMaxWaitMs = 10;
// How long a window shows why the play failed before the program ends.
constexpr int64_t kErrorStayUs = 4'000'000;
constexpr int64_t kStepUs = 10'000'000, kBigStepUs = 60'000'000;
constexpr double kVolumeStep = 0.1, kSpeedStep = 0.25;

const std::string kCaption = "Playhead \u2013 ";

// The title, or the file's name within its URL; and the host it comes from.
std::string title_of(const Source& source) {
  if (source.kind == Source::Kind::kTitle || source.name.find("://") == std::string::npos) {
    return source.name;
  }
  const std::string& name = source.name;
  const std::string path = name.substr(0, name.find_first_of("?#"));
  const std::size_t slash = path.find_last_of('/');
  const bool has_name = slash != std::string::npos && slash + 1 < path.size();
  return has_name ? path.substr(slash + 1) : path;
}
std::string origin_of(const Options& options, const Source& source) {
  if (source.kind == Source::Kind::kDownload) return "downloaded";
  const std::string& address = source.kind == Source::Kind::kUrl ? source.name : options.api;
  const std::size_t scheme = address.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  return address.substr(host, address.find_first_of("/?#", host) - host);
}

bool is_menu_open() { return ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup); }

}  // namespace

Window::Window(const Options& options, Session& session, FrameSlot& slot)
    : options_(options), session_(session), slot_(slot), shows_status_(options.shows_status) {}

Window::~Window() {
  if (renderer_ != nullptr) session_.thumbnails().let_go();
  imgui_.reset();
  picture_.reset();
  if (ImGui::GetCurrentContext() != nullptr) {
    ImGui_ImplSDL2_Shutdown();
    ImGui::DestroyContext();
  }
  if (renderer_ != nullptr) SDL_DestroyRenderer(renderer_);
  if (window_ != nullptr) SDL_DestroyWindow(window_);
}

bool Window::open(std::string& reason) {
  SDL_SetYUVConversionMode(SDL_YUV_CONVERSION_AUTOMATIC);
  if (SDL_InitSubSystem(SDL_INIT_VIDEO) == 0) {
    name_ = title_of(session_.playing());
    window_ =
        SDL_CreateWindow((kCaption + name_).c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                         kWidth, kHeight, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  }
  if (window_ != nullptr) renderer_ = SDL_CreateRenderer(window_, -1, SDL_RENDERER_PRESENTVSYNC);
  if (window_ != nullptr && renderer_ == nullptr) renderer_ = SDL_CreateRenderer(window_, -1, 0);
  if (renderer_ == nullptr) {
    reason = SDL_GetError();
    return false;
  }
  int pixels = 0, points = 0;
  SDL_GetRendererOutputSize(renderer_, &pixels, nullptr);
  SDL_GetWindowSize(window_, &points, nullptr);
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  fonts_ =
      apply_hud_style(points > 0 ? static_cast<float>(pixels) / static_cast<float>(points) : 1.0F);
  ImGui_ImplSDL2_InitForSDLRenderer(window_);
  imgui_ = std::make_unique<ImguiSdlRenderer>(renderer_);
  picture_ = std::make_unique<VideoTexture>(renderer_);
  last_input_us_ = monotonic_us();
  return true;
}

void Window::run() {
  while (!session_.is_over()) turn();
  if (!options_.screenshot.empty() && !has_shot_) {
    wanted_shot_ = options_.screenshot;
    draw();
  }
  if (!session_.error().empty()) show_error();
}

void Window::turn() {
  SDL_Event event;
  if (SDL_WaitEventTimeout(&event, kMaxWaitMs) == 1) {
    on_event(event);
    while (SDL_PollEvent(&event) == 1) on_event(event);
  }
  session_.pump(0);
  session_.tick();
  history_.add(monotonic_us(), session_.view());
  tell(session_.take_note());
  look_at_library(monotonic_us());
  if (picture_->update(slot_)) has_news_ = true;
  if (is_due(monotonic_us())) draw();
}

void Window::on_event(const SDL_Event& event) {
  ImGui_ImplSDL2_ProcessEvent(&event);
  switch (event.type) {
    case SDL_QUIT:
      session_.quit();
      break;
    case SDL_KEYDOWN:
      on_key(event.key);
      break;
    case SDL_MOUSEBUTTONDOWN:
      if (event.button.clicks == 2 && !ImGui::GetIO().WantCaptureMouse) toggle_full_screen();
      break;
    default:
      break;
  }
  if (event.type == SDL_MOUSEMOTION || event.type == SDL_KEYDOWN ||
      event.type == SDL_MOUSEBUTTONDOWN || event.type == SDL_MOUSEWHEEL) {
    last_input_us_ = monotonic_us();
  }
  if (event.type < SDL_USEREVENT) has_news_ = true;
}

void Window::on_key(const SDL_KeyboardEvent& key) {
  Controls& controls = session_.controls();
  const PlayerView& view = session_.view();
  if (shows_library_ && on_library_key(key.keysym.sym)) return;
  const int64_t step_us = (key.keysym.mod & KMOD_SHIFT) != 0 ? kBigStepUs : kStepUs;
  switch (key.keysym.sym) {
    case SDLK_SPACE:
      return tell(controls.set_paused(!controls.is_paused()));
    case SDLK_LEFT:
      return tell(controls.seek_by(view, -step_us));
    case SDLK_RIGHT:
      return tell(controls.seek_by(view, step_us));
    case SDLK_UP:
      return tell(controls.set_volume(controls.volume() + kVolumeStep));
    case SDLK_DOWN:
      return tell(controls.set_volume(controls.volume() - kVolumeStep));
    case SDLK_m:
      return tell(controls.toggle_mute());
    case SDLK_LEFTBRACKET:
      return tell(controls.set_speed(controls.speed() - kSpeedStep));
    case SDLK_RIGHTBRACKET:
      return tell(controls.set_speed(controls.speed() + kSpeedStep));
    case SDLK_COMMA:
      return tell(controls.wind(view, -1));
    case SDLK_PERIOD:
      return tell(controls.wind(view, 1));
    case SDLK_q:
      return tell(controls.cycle_quality(view));
    case SDLK_a:
      return tell(controls.cycle_audio(view));
    case SDLK_n:
      return session_.has_next() ? tell(controls.play_next()) : tell("Nothing comes next");
    case SDLK_l:
      return toggle_library();
    case SDLK_i:
      shows_status_ = !shows_status_;
      return;
    case SDLK_f:
      return toggle_full_screen();
    case SDLK_s:
      wanted_shot_ = "playhead-" + std::to_string(view.position_us / 1000) + ".png";
      return;
    case SDLK_h:
    case SDLK_QUESTION:
    case SDLK_SLASH:
      shows_help_ = !shows_help_;
      return;
    case SDLK_ESCAPE:
      return leave();
    default:
      return;
  }
}

// Out of what is open, one by one; then out of the program.
void Window::leave() {
  if (is_menu_open()) {
    closes_menus_ = true;
  } else if (shows_help_) {
    shows_help_ = false;
  } else if (shows_library_) {
    shows_library_ = false;
  } else if (is_full_screen_) {
    toggle_full_screen();
  } else {
    session_.quit();
  }
}

void Window::apply(const HudActions& actions) {
  Controls& controls = session_.controls();
  const PlayerView& view = session_.view();
  if (actions.toggle_pause) tell(controls.set_paused(!controls.is_paused()));
  if (actions.toggle_mute) tell(controls.toggle_mute());
  if (actions.toggle_status) shows_status_ = !shows_status_;
  if (actions.toggle_full_screen) toggle_full_screen();
  if (actions.scrub_us && actions.scrub_us != scrubbed_us_ && !actions.seek_us) {
    controls.scrub(*actions.scrub_us);
  }
  scrubbed_us_ = actions.scrub_us;
  if (actions.seek_us) static_cast<void>(controls.seek_to(view, *actions.seek_us));
  if (actions.volume) static_cast<void>(controls.set_volume(*actions.volume));
  if (actions.speed) tell(controls.set_speed(*actions.speed));
  if (actions.quality) tell(controls.select_quality(view, *actions.quality));
  if (actions.audio) tell(controls.select_audio(view, *actions.audio));
  if (!actions.play_download.empty()) play_from_library(actions.play_download);
  if (!actions.remove_download.empty()) remove_from_library(actions.remove_download);
}

void Window::toggle_library() {
  shows_library_ = !shows_library_;
  library_doomed_.clear();
  library_read_us_ = 0;
}

void Window::look_at_library(int64_t now_us) {
  if (!shows_library_ || (library_read_us_ > 0 && now_us - library_read_us_ < kLibraryIntervalUs)) {
    return;
  }
  library_read_us_ = now_us;
  has_news_ = true;
  library_problem_.clear();
  const Downloads* const downloads = session_.downloads(library_problem_);
  library_ = downloads != nullptr ? downloads->list() : std::vector<DownloadView>();
  const bool is_there =
      std::any_of(library_.begin(), library_.end(),
                  [this](const DownloadView& view) { return view.id == library_selected_; });
  if (!is_there) library_selected_ = library_.empty() ? "" : library_.front().id;
}

bool Window::on_library_key(int key) {
  const auto selected =
      std::find_if(library_.begin(), library_.end(),
                   [this](const DownloadView& view) { return view.id == library_selected_; });
  if (selected == library_.end()) return false;
  switch (key) {
    case SDLK_UP:
      if (selected != library_.begin()) library_selected_ = std::prev(selected)->id;
      break;
    case SDLK_DOWN:
      if (std::next(selected) != library_.end()) library_selected_ = std::next(selected)->id;
      break;
    case SDLK_RETURN:
      play_from_library(selected->id);
      return true;
    case SDLK_DELETE:
      remove_from_library(selected->id);
      return true;
    default:
      return false;
  }
  library_doomed_.clear();
  return true;
}

void Window::play_from_library(const std::string& id) {
  for (const DownloadView& view : library_) {
    if (view.id != id) continue;
    shows_library_ = false;
    return tell(session_.play_download(view));
  }
}

void Window::remove_from_library(const std::string& id) {
  if (std::exchange(library_doomed_, id) != id) return;
  library_doomed_.clear();
  library_read_us_ = 0;
  std::string sentence;
  Downloads* const downloads = session_.downloads(sentence);
  const bool is_removed = downloads != nullptr && downloads->remove(id, sentence);
  tell(is_removed ? "Removed" : sentence);
}

void Window::draw() {
  const int64_t now_us = monotonic_us();
  last_drawn_us_ = now_us;
  has_news_ = false;
  SDL_SetRenderDrawColor(renderer_, 0, 0, 0, 255);
  SDL_RenderClear(renderer_);
  int width = 0, height = 0;
  SDL_GetRendererOutputSize(renderer_, &width, &height);
  picture_->draw(width, height);
  int points_wide = 0, points_high = 0;
  SDL_GetWindowSize(window_, &points_wide, &points_high);
  if (points_wide > 0) {
    session_.set_view_size(points_wide, points_high,
                           static_cast<double>(width) / static_cast<double>(points_wide));
  }

  ImGui_ImplSDL2_NewFrame();
  ImGui::NewFrame();
  HudModel model{session_.view(), session_.controls(), history_};
  model.title = title_of(session_.playing());
  if (name_ != model.title) SDL_SetWindowTitle(window_, (kCaption + model.title).c_str());
  name_ = model.title;
  model.subtitle = origin_of(options_, session_.playing());
  model.shows_status = shows_status_;
  model.shows_help = shows_help_;
  const LibraryModel library{library_, library_problem_, library_selected_, library_doomed_};
  if (shows_library_) model.library = &library;
  model.is_full_screen = is_full_screen_;
  model.closes_menus = std::exchange(closes_menus_, false);
  model.toast = now_us < toast_end_us_ ? toast_ : "";
  model.error = session_.error();
  model.controls_alpha = controls_alpha(now_us);
  model.seconds = static_cast<double>(now_us % 3'600'000'000) / 1e6;
  if (model.view.has_thumbnails) {
    model.preview = [this](int64_t time_us) {
      return session_.thumbnails().at(time_us, renderer_);
    };
  }
  // The control bar, where it is, stays readable.
  constexpr float kBarHeight = 100;
  draw_subtitles(session_.subtitles(), picture_->place(points_wide, points_high), fonts_,
                 kBarHeight * model.controls_alpha);
  const HudActions actions = draw_hud(model, fonts_);
  ImGui::Render();
  imgui_->draw(*ImGui::GetDrawData());
  take_screenshots();
  SDL_RenderPresent(renderer_);
  SDL_ShowCursor(model.controls_alpha > 0 ? SDL_ENABLE : SDL_DISABLE);
  apply(actions);
}

float Window::controls_alpha(int64_t now_us) const {
  const bool stays = session_.controls().is_paused() || !options_.screenshot.empty() ||
                     !picture_->has_picture() || is_menu_open() || shows_library_ ||
                     session_.view().trick_rate != 0;
  if (stays) return 1.0F;
  const int64_t fading_us = now_us - last_input_us_ - kControlsStayUs;
  return 1.0F - std::clamp(static_cast<float>(fading_us) / static_cast<float>(kControlsFadeUs),
                           0.0F, 1.0F);
}

bool Window::is_due(int64_t now_us) const {
  if (has_news_) return true;
  const int32_t state = session_.view().state;
  const bool is_busy = controls_alpha(now_us) > 0 || shows_status_ || now_us < toast_end_us_ ||
                       state == PLAYHEAD_STATE_BUFFERING || state == PLAYHEAD_STATE_REBUFFERING;
  return now_us - last_drawn_us_ >= (is_busy ? kBusyIntervalUs : kIdleIntervalUs);
}

void Window::tell(std::string text) {
  if (text.empty()) return;
  toast_ = std::move(text);
  toast_end_us_ = monotonic_us() + kToastStayUs;
  has_news_ = true;
}

void Window::toggle_full_screen() {
  is_full_screen_ = !is_full_screen_;
  SDL_SetWindowFullscreen(window_, is_full_screen_ ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
}

void Window::take_screenshots() {
  const bool is_moment = !options_.screenshot.empty() && !has_shot_ && picture_->has_picture() &&
                         !session_.controls().is_seeking() &&
                         picture_->time_us() >= options_.screenshot_at_us;
  if (is_moment) wanted_shot_ = options_.screenshot;
  if (wanted_shot_.empty()) return;
  has_shot_ = has_shot_ || wanted_shot_ == options_.screenshot;
  const std::string problem = write_screenshot(renderer_, wanted_shot_);
  const std::string told = problem.empty() ? "Saved " + wanted_shot_ : "No screenshot: " + problem;
  std::fprintf(stderr, "%s\n", told.c_str());
  tell(told);
  wanted_shot_.clear();
}

// Automation that waits for the exit code is kept a moment; a person can read.
void Window::show_error() {
  const int64_t end_us = monotonic_us() + kErrorStayUs;
  for (bool is_read = false; !is_read && monotonic_us() < end_us;) {
    SDL_Event event;
    if (SDL_WaitEventTimeout(&event, kMaxWaitMs) == 1) {
      is_read = event.type == SDL_QUIT || event.type == SDL_KEYDOWN;
    }
    draw();
  }
}

}  // namespace demo

// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <SDL.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "browse_commands.h"
#include "clock.h"
#include "download_commands.h"
#include "headless.h"
#include "null_audio_sink.h"
#include "options.h"
#include "sdl_audio_sink.h"
#include "session.h"
#include "window.h"

namespace demo {
namespace {

// A machine without a sound device plays silently.
std::unique_ptr<AudioSink> make_audio_sink(const Options& options) {
  auto silent = std::make_unique<NullAudioSink>(monotonic_us);
  if (options.is_headless || !options.has_audio) return silent;
  if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) {
    std::fprintf(stderr, "no sound: %s\n", SDL_GetError());
    return silent;
  }
  return make_fallback_sink(make_sdl_audio_sink(), std::move(silent));
}

// Wakes the window's loop; the event itself says nothing.
void wake_main_loop() {
  SDL_Event event{};
  event.type = SDL_USEREVENT;
  SDL_PushEvent(&event);
}

// The play starts before the window opens: the network works meanwhile.
int run_with_window(const Options& options, int64_t begin_us) {
  // ImGui's input backend sets this hint when the window opens, and SDL's sound thread may be
  // looking through the hints by then: SDL does not lock them. Set here, it finds nothing left to
  // change.
  SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
  Session session(options, begin_us);
  const auto slot = std::make_shared<FrameSlot>(wake_main_loop);
  const playhead_video_sink video = make_video_table(slot);
  if (session.open(&video, make_audio_sink(options))) {
    Window window(options, session, *slot);
    std::string reason;
    if (window.open(reason)) {
      window.run();
    } else {
      std::fprintf(stderr, "no display (%s): playing without a window\n", reason.c_str());
      run_headless(session);
    }
  }
  return session.close();
}

int run_without_window(const Options& options, int64_t begin_us) {
  Session session(options, begin_us);
  if (session.open(nullptr, make_audio_sink(options))) run_headless(session);
  return session.close();
}

// glibc keeps what was freed once blocks of megabytes came and went, as pictures do when their size
// changes. With a fixed threshold they go back to the system. (Media lies in pages of its own.)
void give_back_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

// Also turns SIGINT and SIGTERM into an event, window or not.
bool start_sdl() {
  if (SDL_Init(SDL_INIT_EVENTS) == 0) return true;
  std::fprintf(stderr, "error: SDL does not start: %s\n", SDL_GetError());
  return false;
}

int run_downloads(int argc, const char* const* argv) {
  const ParsedDownloadOptions parsed = parse_download_options(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  if (!start_sdl()) return 1;
  const int exit_code = run_download_command(*parsed.options);
  SDL_Quit();
  return exit_code;
}

int run_player(int argc, const char* const* argv) {
  const int64_t begin_us = monotonic_us();
  const ParsedOptions parsed = parse_options(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  if (!start_sdl()) return 1;
  const int exit_code = parsed.options->is_headless ? run_without_window(*parsed.options, begin_us)
                                                    : run_with_window(*parsed.options, begin_us);
  SDL_Quit();
  return exit_code;
}

// "continue" goes on as the player, with what was found to play.
int run_browsing(int argc, const char* const* argv) {
  const ParsedBrowseOptions parsed = parse_browse_options(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  const Browsed browsed = run_browse_command(*parsed.options);
  if (!browsed.title) return browsed.exit_code;
  std::vector<const char*> words{argv[0], "--title", browsed.title->c_str()};
  for (const std::string& word : parsed.options->playing) words.push_back(word.c_str());
  return run_player(static_cast<int>(words.size()), words.data());
}

}  // namespace
}  // namespace demo

int main(int argc, char** argv) {
  demo::give_back_memory();
  const std::string verb = argc > 1 ? argv[1] : "";
  if (demo::is_download_verb(verb)) return demo::run_downloads(argc, argv);
  if (demo::is_browse_verb(verb)) return demo::run_browsing(argc, argv);
  return demo::run_player(argc, argv);
}

// SPDX-License-Identifier: Apache-2.0
#include "status_line.h"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "text_format.h"

namespace demo {
namespace {

constexpr int64_t kTerminalIntervalUs = 250'000;
constexpr int64_t kPlainIntervalUs = 5'000'000;

const char* const kReset = "\x1b[0m";
const char* const kDim = "\x1b[2m";

const char* state_colour(int32_t state) {
  switch (state) {
    case PLAYHEAD_STATE_PLAYING:
      return "\x1b[32m";
    case PLAYHEAD_STATE_FAILED:
    case PLAYHEAD_STATE_REBUFFERING:
      return "\x1b[31m";
    case PLAYHEAD_STATE_PAUSED:
      return "\x1b[36m";
    default:
      return "\x1b[33m";
  }
}

}  // namespace

std::string format_status(const PlayerView& view, bool has_colours) {
  std::string text;
  const auto add = [&](const char* colour, const std::string& part) {
    if (!text.empty()) text += "  ";
    text += has_colours ? colour + part + kReset : part;
  };
  add(state_colour(view.state), state_name(view.state));
  text += "  " + format_time(view.position_us);
  if (view.duration_us > 0) text += " / " + format_time(view.duration_us);
  if (view.shown_height > 0) {
    text +=
        "  " + std::to_string(view.shown_height) + "p " + format_bitrate(view.shown_bitrate_bps);
  }
  if (view.drm_level > 0) add(kDim, format_drm(view));
  add(kDim, "net " + format_bitrate(view.throughput_bps));
  add(kDim, "buffer " + format_seconds(view.buffer_us));
  return text;
}

StatusLine::StatusLine() {
  const char* no_colour = std::getenv("NO_COLOR");
  is_terminal_ = isatty(STDERR_FILENO) == 1;
  has_colours_ = is_terminal_ && (no_colour == nullptr || *no_colour == '\0');
}

bool StatusLine::is_due(int64_t now_us) const {
  const int64_t interval_us = is_terminal_ ? kTerminalIntervalUs : kPlainIntervalUs;
  return !has_started_ || now_us - last_us_ >= interval_us;
}

void StatusLine::update(int64_t now_us, const PlayerView& view) {
  if (view.state == PLAYHEAD_STATE_IDLE || !is_due(now_us)) return;
  show(now_us, format_status(view, has_colours_));
}

void StatusLine::show(int64_t now_us, const std::string& text) {
  if (!is_due(now_us)) return;
  has_started_ = true;
  last_us_ = now_us;
  if (is_terminal_) {
    std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
    is_shown_ = true;
  } else {
    std::fprintf(stderr, "%s\n", text.c_str());
  }
  std::fflush(stderr);
}

void StatusLine::clear() {
  if (is_shown_) std::fprintf(stderr, "\r\x1b[K");
  is_shown_ = false;
}

}  // namespace demo

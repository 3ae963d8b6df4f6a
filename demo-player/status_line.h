// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "player_view.h"

namespace demo {

// "Playing  0:12 / 2:00  720p 3.0 Mbit/s  net 8.1 Mbit/s  buffer 28.4 s"
[[nodiscard]] std::string format_status(const PlayerView& view, bool has_colours);

// Keeps one line on standard error up to date: in place on a terminal, else a new line now and
// then. Colours only on a terminal, and not when NO_COLOR is set (https://no-color.org).
class StatusLine {
 public:
  StatusLine();
  ~StatusLine() { clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  void update(int64_t now_us, const PlayerView& view);
  // The same with any text.
  void show(int64_t now_us, const std::string& text);
  [[nodiscard]] bool has_colours() const { return has_colours_; }
  // Makes room for other output.
  void clear();

 private:
  [[nodiscard]] bool is_due(int64_t now_us) const;

  bool is_terminal_ = false;
  bool has_colours_ = false;
  bool is_shown_ = false;
  bool has_started_ = false;
  int64_t last_us_ = 0;
};

}  // namespace demo

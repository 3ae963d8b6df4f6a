// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "clock.h"

namespace playhead::server {

// One line per event on a file descriptor: time, level, event name, then key="value" pairs. Any
// thread; a line is written with one call, so lines never mix. Callers never pass tokens, keys or
// URL queries.
class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

  explicit Log(const Clock& clock, int fd = STDERR_FILENO) : clock_(clock), fd_(fd) {}

  void info(std::string_view event, Fields fields = {}) const { write("info", event, fields); }
  void warn(std::string_view event, Fields fields = {}) const { write("warn", event, fields); }
  void error(std::string_view event, Fields fields = {}) const { write("error", event, fields); }

 private:
  void write(std::string_view level, std::string_view event, Fields fields) const;

  const Clock& clock_;
  const int fd_;  // not owned
};

}  // namespace playhead::server

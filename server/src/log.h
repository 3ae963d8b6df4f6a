// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "clock.h"

namespace playhead::server {

// One line per event on a file descriptor: time, level, event name, then key="value" pairs, or all
// of it as a JSON object. Any
// thread; a line is written with one call, so lines never mix. Callers never pass tokens, keys or
// URL queries.
class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

  enum class Format { kText, kJson };
  explicit Log(const Clock& clock, int fd = STDERR_FILENO, Format format = Format::kText)
      : clock_(clock), fd_(fd), format_(format) {}

  void info(std::string_view event, Fields fields = {}) const { write("info", event, fields); }
  void warn(std::string_view event, Fields fields = {}) const { write("warn", event, fields); }
  void error(std::string_view event, Fields fields = {}) const { write("error", event, fields); }

 private:
  void write(std::string_view level, std::string_view event, Fields fields) const;

  const Clock& clock_;
  const int fd_;  // not owned
  const Format format_;
};

}  // namespace playhead::server

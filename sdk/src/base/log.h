// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "playhead/log.h"

namespace playhead {


// A part's way to its sink: drops what is above `max_level` or has no sink. Copyable, cheap.
class Logger {
 public:
  Logger() = default;
  // `sink` may be null and must outlive the logger; `module` must be a literal.
  Logger(LogSink* sink, std::string_view module, LogLevel max_level = LogLevel::kInfo)
      : sink_(sink), module_(module), max_level_(max_level) {}

  // Ask before building an expensive message.
  [[nodiscard]] bool is_enabled(LogLevel level) const {
    return sink_ != nullptr && level <= max_level_;
  }

  void error(std::string_view message) const { log(LogLevel::kError, message); }
  void warning(std::string_view message) const { log(LogLevel::kWarning, message); }
  void info(std::string_view message) const { log(LogLevel::kInfo, message); }
  void debug(std::string_view message) const { log(LogLevel::kDebug, message); }
  void log(LogLevel level, std::string_view message) const;

 private:
  LogSink* sink_ = nullptr;
  std::string_view module_;
  LogLevel max_level_ = LogLevel::kInfo;
};

// "error", "warning", "info", "debug".
[[nodiscard]] std::string_view log_level_name(LogLevel level);

}  // namespace playhead

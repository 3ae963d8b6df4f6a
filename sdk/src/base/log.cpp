// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

namespace playhead {

void Logger::log(LogLevel level, std::string_view message) const {
  if (is_enabled(level)) sink_->log(level, module_, message);
}

std::string_view log_level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "error";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kDebug:
      return "debug";
  }
  return "unknown";
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace playhead {


enum class LogLevel : uint8_t { kError, kWarning, kInfo, kDebug };

// Where the library's log lines go; given by the app, never a global. Nothing secret is logged:
// URLs pass redact() first.
class LogSink {
 public:
  virtual ~LogSink() = default;

  // Any thread, also several at once. `module` ("net", "player") and `message` (one line, English)
  // are borrowed until return. Must not block and must not call back into the library.
  virtual void log(LogLevel level, std::string_view module, std::string_view message) = 0;
};

}  // namespace playhead

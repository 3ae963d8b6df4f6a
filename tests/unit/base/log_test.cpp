// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

class Recorder final : public LogSink {
 public:
  void log(LogLevel level, std::string_view module, std::string_view message) override {
    lines.push_back(std::string(log_level_name(level)) + " " + std::string(module) + " " +
                    std::string(message));
  }
  std::vector<std::string> lines;
};

TEST_CASE("log: a sink gets what is not above its level") {
  Recorder sink;
  const Logger logger(&sink, "net", LogLevel::kWarning);
  logger.error("one");
  logger.warning("two");
  logger.info("three");
  logger.debug("four");
  CHECK(sink.lines == std::vector<std::string>{"error net one", "warning net two"});
  CHECK(logger.is_enabled(LogLevel::kWarning));
  CHECK_FALSE(logger.is_enabled(LogLevel::kInfo));
}

TEST_CASE("log: without a sink nothing happens") {
  const Logger logger;
  logger.error("nobody listens");
  CHECK_FALSE(logger.is_enabled(LogLevel::kError));
  CHECK_FALSE(Logger(nullptr, "net", LogLevel::kDebug).is_enabled(LogLevel::kError));
}

}  // namespace
}  // namespace playhead

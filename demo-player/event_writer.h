// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "playhead/playhead.h"

namespace demo {

// What the library reports, as lines of JSON: {"t_ms":…,"event":"…",…}. Pure but for the memory of
// when a rebuffering began and of the saved position.
class EventFormatter {
 public:
  // None for events that have no line. `has_own_start`: the user chose where to start, so that a
  // saved position does not count.
  [[nodiscard]] std::vector<std::string> lines(int64_t t_us, const playhead_event& event,
                                               bool has_own_start);
  [[nodiscard]] static std::string summary(int64_t t_us, const playhead_qoe& qoe);

 private:
  [[nodiscard]] std::vector<std::string> state_lines(int64_t t_us, const playhead_event& event);

  int64_t rebuffer_begin_us_ = 0;
  int64_t saved_us_ = 0;
};

// Where the lines go; each is on its way when write() returns.
class EventWriter {
 public:
  // `path`: "-" is standard output, empty writes nothing. False when the file cannot be made.
  bool open(const std::string& path);
  void write(const std::string& line);
  [[nodiscard]] bool is_on_stdout() const { return file_.get() == stdout; }

 private:
  struct Closer {
    void operator()(std::FILE* file) const {
      if (file != stdout) std::fclose(file);
    }
  };
  std::unique_ptr<std::FILE, Closer> file_;
};

}  // namespace demo

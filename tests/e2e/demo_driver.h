// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/types.h>

// Runs the real demo player and reads its event log.
namespace playhead::e2e {

using EventLog = std::vector<nlohmann::json>;

// One playhead-demo process, its events on its standard output. Killed, if it still runs, with the
// object.
class DemoProcess {
 public:
  // `errors`: the file that gets its standard error.
  DemoProcess(std::vector<std::string> arguments, std::filesystem::path errors);
  ~DemoProcess();
  DemoProcess(const DemoProcess&) = delete;
  DemoProcess& operator=(const DemoProcess&) = delete;

  // Reads events up to one of that name; nothing when the log ends first.
  std::optional<nlohmann::json> wait_for(const std::string& event);
  void signal(int number) const;
  // Reads the rest and waits for the end; the exit code, 128 + signal when one ended it.
  int wait();

  // What was read so far.
  [[nodiscard]] const EventLog& events() const { return events_; }
  [[nodiscard]] std::string errors() const;

 private:
  bool read_event();

  const std::filesystem::path errors_;
  pid_t pid_ = -1;
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Closer> output_;
  EventLog events_;
};

// The first event of that name; null when there is none.
[[nodiscard]] nlohmann::json find_event(const EventLog& events, const std::string& name);
// The names in order of first appearance.
[[nodiscard]] std::vector<std::string> event_names(const EventLog& events);

}  // namespace playhead::e2e

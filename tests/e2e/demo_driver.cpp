// SPDX-License-Identifier: Apache-2.0
#include "e2e/demo_driver.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace playhead::e2e {

DemoProcess::DemoProcess(std::vector<std::string> arguments, std::filesystem::path errors)
    : errors_(std::move(errors)) {
  arguments.insert(arguments.begin(), PLAYHEAD_BIN_DIR "/playhead-demo");
  arguments.insert(arguments.end(), {"--events", "-"});
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return;
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(::open(errors_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), STDERR_FILENO);
    ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output_.reset(::fdopen(ends[0], "r"));
}

DemoProcess::~DemoProcess() {
  if (pid_ <= 0) return;
  signal(SIGKILL);
  wait();
}

std::optional<nlohmann::json> DemoProcess::wait_for(const std::string& event) {
  while (read_event()) {
    if (events_.back()["event"] == event) return events_.back();
  }
  return std::nullopt;
}

void DemoProcess::signal(int number) const { ::kill(pid_, number); }

int DemoProcess::wait() {
  while (read_event()) {
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string DemoProcess::errors() const {
  std::ifstream file(errors_);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A line that is no JSON object ends the test's trust in the log: it counts as its end.
bool DemoProcess::read_event() {
  std::string line;
  int c = 0;
  while ((c = std::fgetc(output_.get())) != EOF && c != '\n') line += static_cast<char>(c);
  nlohmann::json event = nlohmann::json::parse(line, nullptr, false);
  if (!event.is_object() || !event.contains("event") || !event.contains("t_ms")) return false;
  events_.push_back(std::move(event));
  return true;
}

nlohmann::json find_event(const EventLog& events, const std::string& name) {
  for (const nlohmann::json& event : events) {
    if (event["event"] == name) return event;
  }
  return nullptr;
}

std::vector<std::string> event_names(const EventLog& events) {
  std::vector<std::string> names;
  for (const nlohmann::json& event : events) {
    const std::string name = event["event"];
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

}  // namespace playhead::e2e

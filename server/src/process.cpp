// SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <system_error>

#include <pthread.h>
#include <sys/resource.h>

namespace playhead::server {
namespace {

constexpr std::size_t kMaxSmallFileBytes = std::size_t{256} * 1024;

// Of the database, the event loops, and those who are told that there are too many.
constexpr std::size_t kOwnDescriptors = 32;
// The socket and what is sent.
constexpr std::size_t kDescriptorsEach = 2;

sigset_t steering_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

int fail(const Error& error) {
  std::cerr << "playhead-server: " << error.message << '\n';
  return 1;
}

Status make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return Done{};
  return Error{500, "bad_folder",
               "Cannot make the folder " + folder.string() + ": " + error.message() + "."};
}

Result<std::string> read_small_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMaxSmallFileBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
  if (text.empty() || text.size() > kMaxSmallFileBytes) {
    return Error{500, "bad_file", "Cannot read the file " + file.string() + "."};
  }
  return text;
}

void take_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = steering_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void wait_for_end(const std::function<void()>& reload, const std::function<void()>& daily,
                  std::chrono::nanoseconds day) {
  using Clock = std::chrono::steady_clock;
  const sigset_t signals = steering_signals();
  auto due = Clock::now() + day;
  for (;;) {
    const auto left = std::max<Clock::duration>(due - Clock::now(), std::chrono::seconds(0));
    const timespec patience{
        static_cast<time_t>(std::chrono::duration_cast<std::chrono::seconds>(left).count()), 1};
    const int signal = sigtimedwait(&signals, nullptr, &patience);
    if (signal == SIGTERM || signal == SIGINT) return;
    if (signal == SIGHUP) reload();
    if (Clock::now() < due) continue;
    if (daily) daily();
    due = Clock::now() + day;
  }
}

std::size_t connections_within_limit(std::size_t wanted, const Log& log) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur == RLIM_INFINITY) return wanted;
  const auto descriptors = static_cast<std::size_t>(limit.rlim_cur);
  const std::size_t most = std::max(descriptors, kOwnDescriptors + 2) - kOwnDescriptors;
  if (wanted <= most / kDescriptorsEach) return wanted;
  log.warn("fewer_connections", {{"wanted", std::to_string(wanted)},
                                 {"limit", std::to_string(most / kDescriptorsEach)}});
  return most / kDescriptorsEach;
}

Status write_port_file(const std::filesystem::path& file, uint16_t port) {
  const std::filesystem::path aside = file.string() + ".new";
  std::ofstream out(aside);
  out << port << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(aside, file, error);
  if (out && !error) return Done{};
  return Error{500, "bad_port_file", "Cannot write the port file " + file.string() + "."};
}

std::string authority(const std::string& host, uint16_t port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace playhead::server

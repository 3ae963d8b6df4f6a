// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "log.h"
#include "result.h"

// What the processes that serve have in common: signals, files, the words of a failure.
namespace playhead::server {

// How long running requests may take after the signal to end, in ms; service managers wait 10 s or
// more before they kill.
inline constexpr int64_t kStopGraceMs = 5000;

// Says on stderr why nothing was done; the exit code, 1.
[[nodiscard]] int fail(const Error& error);

[[nodiscard]] Status make_folder(const std::filesystem::path& folder);

// Of settings: at most 256 KiB. 500 `bad_file`.
[[nodiscard]] Result<std::string> read_small_file(const std::filesystem::path& file);

// The signals that steer a server are taken by waiting for them, in the main thread alone: blocks them, before any
// thread is made, because threads inherit the mask.
void take_signals();

// Until SIGTERM or SIGINT; SIGHUP calls `reload`, and whenever a `day` is over `daily` is called, when there is one.
void wait_for_end(const std::function<void()>& reload, const std::function<void()>& daily = nullptr,
                  std::chrono::nanoseconds day = std::chrono::hours(24));

// As many connections as `wanted`, or fewer where the system lets this process have too few descriptors, which the log
// says; takes all it may have.
[[nodiscard]] std::size_t connections_within_limit(std::size_t wanted, const Log& log);

// Written aside and renamed: whoever waits for the file never reads half of it.
[[nodiscard]] Status write_port_file(const std::filesystem::path& file, uint16_t port);

// "127.0.0.1:80"; an IPv6 address stands in brackets (RFC 3986 §3.2.2).
[[nodiscard]] std::string authority(const std::string& host, uint16_t port);

}  // namespace playhead::server

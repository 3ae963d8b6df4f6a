// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace playhead::server {

struct ServeOptions {
  std::filesystem::path data;   // database and keys
  std::filesystem::path media;  // titles
  std::string host = "127.0.0.1";
  uint16_t port = 0;                  // 0 = a free one
  std::filesystem::path port_file;    // empty = none
  std::filesystem::path secret_file;  // empty = <data>/secrets
  std::string media_origin;           // empty = the host the client asked
  int64_t url_ttl_s = 3600;
  int64_t download_ttl_s = int64_t{30} * 86'400;
  unsigned threads = 1;
};

struct TokenOptions {
  std::filesystem::path data;
  std::filesystem::path secret_file;  // empty = <data>/secrets
  std::string user = "demo";
  int64_t ttl_s = 86'400;
};

// Runs the server until SIGTERM or SIGINT; SIGHUP reads the titles again. Returns the exit code:
// 0 after a graceful end, 1 when it could not start (the reason is on stderr).
[[nodiscard]] int serve(const ServeOptions& options);

// Prints a token for `user` on stdout. Exit code as above.
[[nodiscard]] int print_token(const TokenOptions& options);

}  // namespace playhead::server

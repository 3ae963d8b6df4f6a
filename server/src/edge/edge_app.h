// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "http/http_server.h"

namespace playhead::server {

struct EdgeOptions {
  HttpServerConfig http;
  std::string origin;                      // "https://origin.example", a server or another edge
  std::filesystem::path cache;             // folder; made when missing
  int64_t cache_bytes = int64_t{10} << 30;  // of it, at most
  std::filesystem::path secret_file;       // the origin's: what URLs are signed with
  std::filesystem::path next_file;         // see parse_next_titles(); empty = none
  std::filesystem::path port_file;         // empty = none
  bool evicts_lru = false;                 // instead of what is likely to be asked for the least
  bool logs_json = false;
};

// Runs an edge until SIGTERM or SIGINT. Exit code as serve().
[[nodiscard]] int run_edge(const EdgeOptions& options);

}  // namespace playhead::server

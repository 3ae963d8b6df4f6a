// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "http/http_server.h"
#include "packager.h"

namespace playhead::server {

struct ServeOptions {
  std::filesystem::path data;   // database and keys
  std::filesystem::path media;  // titles
  HttpServerConfig http;
  std::filesystem::path port_file;    // empty = none
  std::filesystem::path secret_file;  // empty = <data>/secrets
  std::string media_origin;           // empty = the host the client asked
  int64_t url_ttl_s = 3600;
  int64_t download_ttl_s = int64_t{30} * 86'400;
  std::string api_origin;            // of licence URLs; empty = the host the client asked
  std::optional<int64_t> license_s;  // life of every licence; empty = as the titles say
  std::string default_country;    // see ApiConfig
  bool has_dev_accounts = false;  // POST /api/v1/dev/login
  int64_t access_token_s = 3600;  // of tokens by refresh and by login
  int64_t refresh_token_s = int64_t{30} * 86'400;
  std::string recommend_weights;   // see parse_weights(); empty = its defaults
  std::filesystem::path cdn_file;  // see parse_locations(); empty = none
  int64_t heartbeat_s = 10;        // how often players are asked to report
  int64_t rate_per_second = 200;   // calls of one token; 0 = no limit
  int64_t rate_burst = 1000;
  std::size_t max_waiting_writes = 4096;
  int64_t keep_events_s =
      int64_t{90} * 86'400;  // events, heartbeats, sessions; looked at at the start and daily
  bool logs_json = false;
};

struct TokenOptions {
  std::filesystem::path data;
  std::filesystem::path secret_file;  // empty = <data>/secrets
  std::string user = "demo";
  int64_t ttl_s = 86'400;
  bool is_refresh = false;  // a refresh token that lives for `ttl_s`
};

// What `user` may have licences of.
struct EntitleOptions {
  enum class What { kGrant, kRevoke, kForget };
  std::filesystem::path data;
  std::string user;
  std::string title = "*";  // "*" = every title of which nothing is said in particular
  What what = What::kGrant;
  std::optional<int64_t> life_s;  // of a grant, from now on; empty = for ever
};

// Runs the server until SIGTERM or SIGINT; SIGHUP reads the titles again. Returns the exit code:
// 0 after a graceful end, 1 when it could not start (the reason is on stderr).
[[nodiscard]] int serve(const ServeOptions& options);

// Prints a token for `user` on stdout: a bearer token, or one to get those with. Exit code as
// above.
[[nodiscard]] int print_token(const TokenOptions& options);

// Says so in the database; a running server obeys at the next licence. Exit code as above.
[[nodiscard]] int entitle(const EntitleOptions& options);

// Prints what became of licences on the devices of `user`, newest first: time, what, title and key
// ids in one line each. Exit code as above.
[[nodiscard]] int print_licenses(const std::filesystem::path& data, const std::string& user);

// Encrypts files of a rendition. Exit code as above.
[[nodiscard]] int encrypt(const PackageOptions& options);

// Prints a title.json with changes made to it, see changed_title(). Exit code as above.
[[nodiscard]] int describe(const std::filesystem::path& title,
                           const std::filesystem::path& changes);

}  // namespace playhead::server

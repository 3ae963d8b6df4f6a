// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "log.h"
#include "result.h"

namespace playhead::server {

struct Secrets {
  std::string token_key;  // HS256, raw bytes
  std::string url_key;    // signed URLs, raw bytes
};

// Reads the keys from `file` ("token_key=<hex>" and "url_key=<hex>" lines, at least 32 bytes each),
// or makes new ones there, readable by the owner only. Two processes that start at once agree on
// one set.
[[nodiscard]] Result<Secrets> load_or_create_secrets(const std::filesystem::path& file,
                                                     const Log& log);

// The url_key alone, of a file that must be there: all that an edge has to know.
[[nodiscard]] Result<std::string> load_url_key(const std::filesystem::path& file, const Log& log);

}  // namespace playhead::server

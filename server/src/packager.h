// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "log.h"
#include "result.h"

namespace playhead::server {

// Files of one rendition and how they are encrypted.
struct PackageOptions {
  // "aes-128" (whole files), "sample-aes" (MPEG-TS), "cenc" or "cbcs" (CMAF)
  std::string scheme;
  std::filesystem::path keys;     // a keys.json
  std::vector<std::string> kids;  // hex; the first is the default, all of them take turns
  std::size_t rotate_every = 0;   // segments; 0 = the first key for all
  std::filesystem::path init;     // CMAF only
  std::vector<std::filesystem::path> segments;
  std::filesystem::path out;      // folder; the files keep their names
  std::optional<std::string> iv;  // hex, not CMAF: for all files; empty = the sequence number
  uint64_t first_sequence = 0;    // of the first file, not CMAF
};

// Encrypts them. Stops at the first file that cannot be read, encrypted or written.
[[nodiscard]] Status package(const PackageOptions& options, const Log& log);

// The JSON object of `title` with the changes of that of `changes` (RFC 7396: null takes a member
// away), its members in their order. Errors: 500 `bad_file`, 422 `bad_json`.
[[nodiscard]] Result<std::string> changed_title(const std::filesystem::path& title,
                                                const std::filesystem::path& changes);

}  // namespace playhead::server

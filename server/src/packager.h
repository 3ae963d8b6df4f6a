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
  std::string scheme;             // "aes-128" (whole files), "cenc" or "cbcs" (CMAF)
  std::filesystem::path keys;     // a keys.json
  std::vector<std::string> kids;  // hex; the first is the default, all of them take turns
  std::size_t rotate_every = 0;   // segments; 0 = the first key for all
  std::filesystem::path init;     // CMAF only
  std::vector<std::filesystem::path> segments;
  std::filesystem::path out;      // folder; the files keep their names
  std::optional<std::string> iv;  // hex, aes-128 only: for all files; empty = the sequence number
  uint64_t first_sequence = 0;    // of the first file, aes-128 only
};

// Encrypts them. Stops at the first file that cannot be read, encrypted or written.
[[nodiscard]] Status package(const PackageOptions& options, const Log& log);

}  // namespace playhead::server

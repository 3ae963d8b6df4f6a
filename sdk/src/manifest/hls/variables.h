// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "playhead/result.h"

namespace playhead::hls {

using VariableMap = std::map<std::string, std::string, std::less<>>;

// True when `text` may hold a variable reference and so needs substitute().
[[nodiscard]] inline bool has_variable_reference(std::string_view text) {
  return text.find("{$") != std::string_view::npos;
}

// Value of a hexadecimal digit; -1 when it is none.
[[nodiscard]] inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

[[nodiscard]] bool is_variable_name(std::string_view name);

// Appends `text` to `result` with every {$name} replaced (RFC 8216bis §4.3). What is put in is not
// looked at again. kManifestSyntax: a variable is not defined.
[[nodiscard]] Result<void> substitute(std::string_view text, const VariableMap& variables,
                                      std::string& result);

// Value of a query parameter of `url`, percent-decoded (EXT-X-DEFINE:QUERYPARAM).
[[nodiscard]] std::optional<std::string> query_parameter(std::string_view url,
                                                         std::string_view name);

}  // namespace playhead::hls

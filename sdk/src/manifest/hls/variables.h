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

// Replaces every {$name} of `text` (RFC 8216bis §4.3). What is put in is not looked at again.
// kManifestSyntax: a variable is not defined.
[[nodiscard]] Result<std::string> substitute(std::string_view text, const VariableMap& variables);

// Value of a query parameter of `url`, percent-decoded (EXT-X-DEFINE:QUERYPARAM).
[[nodiscard]] std::optional<std::string> query_parameter(std::string_view url,
                                                         std::string_view name);

}  // namespace playhead::hls

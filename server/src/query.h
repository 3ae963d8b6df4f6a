// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "result.h"

namespace playhead::server {

// Percent-decodes (RFC 3986 §2.1); '+' stays '+'. Empty when an escape is broken.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

// The `name=value` pairs of a URL's query, decoded.
class Query {
 public:
  // 400 `bad_query` for broken escapes or more than 32 pairs.
  [[nodiscard]] static Result<Query> parse(std::string_view text);

  // The value of `name`; empty when absent. 400 `bad_query` when it is given twice, because two
  // readers of one URL could otherwise see different values.
  [[nodiscard]] Result<std::optional<std::string>> find(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace playhead::server

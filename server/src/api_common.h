// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api_json.h"
#include "http_types.h"
#include "query.h"
#include "result.h"
#include "store.h"

// What the files of the Api have in common. Any thread.
namespace playhead::server {

void answer(const Respond& respond, Result<std::string> body);

[[nodiscard]] Error unknown_title();
// For what was not accepted, and for a write that was not saved.
[[nodiscard]] Response overload_response(int retry_after_s);
[[nodiscard]] Error not_saved();

// The parameter `name` of a query; empty when it is not there. 400 `bad_query` when it is too long.
[[nodiscard]] Result<std::string> text_param(const Query& query, std::string_view name,
                                             std::size_t max_bytes);
// A whole number, `fallback` when it is not there. 400 with `code` when it is none or out of range.
[[nodiscard]] Result<int64_t> int_param(const Query& query, std::string_view name, int64_t min,
                                        int64_t max, int64_t fallback, const char* code);

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#include "api_common.h"

#include <charconv>

namespace playhead::server {

void answer(const Respond& respond, Result<std::string> body) {
  respond(body.ok() ? json_response(200, std::move(body.value())) : error_response(body.error()));
}

Error unknown_title() { return Error{404, "unknown_title", "There is no such title."}; }

// Its text is made once: whoever has too much to do says it often.
Response overload_response(int retry_after_s) {
  static const std::string kText = error_json(Error{503, "overloaded", "The server has too much to do; try again."});
  Response response = json_response(503, kText);
  response.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
  return response;
}

Error not_saved() { return Error{503, "storage_unavailable", "It could not be saved; try again."}; }

Result<std::string> text_param(const Query& query, std::string_view name, std::size_t max_bytes) {
  auto value = query.find(name);
  if (!value.ok()) return value.error();
  if (!value.value()) return std::string();
  if (value.value()->size() > max_bytes) {
    return Error{400, "bad_query", "The parameter '" + std::string(name) + "' is too long."};
  }
  return std::move(*value.value());
}

Result<int64_t> int_param(const Query& query, std::string_view name, int64_t min, int64_t max,
                          int64_t fallback, const char* code) {
  const auto text = query.find(name);
  if (!text.ok()) return text.error();
  if (!text.value()) return fallback;
  const std::string& digits = *text.value();
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < min ||
      number > max) {
    return Error{400, code,
                 "'" + std::string(name) + "' must be a whole number from " + std::to_string(min) +
                     " to " + std::to_string(max) + "."};
  }
  return number;
}

}  // namespace playhead::server

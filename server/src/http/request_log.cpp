// SPDX-License-Identifier: Apache-2.0
#include "http/request_log.h"

#include <cstring>

#include "crypto.h"

namespace playhead::server {
namespace {

uint64_t random_start() {
  uint64_t start = 1;
  const auto bytes = random_bytes(sizeof start);
  if (bytes.ok()) std::memcpy(&start, bytes.value().data(), sizeof start);
  return start;
}

// A '?' that somebody encoded begins a query, too, in what they meant.
std::string_view path_of(std::string_view target) {
  for (const std::string_view mark : {"?", "%3f", "%3F"}) target = target.substr(0, target.find(mark));
  return target;
}

}  // namespace

RequestLog::RequestLog(const Log& log) : log_(log), next_(random_start()) {}

std::string RequestLog::id_text(uint64_t id) {
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; id >>= 4) text[i] = "0123456789abcdef"[id & 15];
  return text;
}

void RequestLog::note(const LoggedRequest& request) const {
  log_.info("request", {{"id", id_text(request.id)},
                        {"method", std::string(request.method)},
                        {"path", std::string(path_of(request.target))},
                        {"status", std::to_string(request.status)},
                        {"bytes", std::to_string(request.bytes)},
                        {"ms", std::to_string(request.took_us / 1000)},
                        {"whole", request.is_whole ? "yes" : "no"}});
}

}  // namespace playhead::server

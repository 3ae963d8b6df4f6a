// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "log.h"

namespace playhead::server {

// A request and what became of it.
struct LoggedRequest {
  std::string_view method;
  std::string_view target;
  int status = 0;      // 0 = none was sent
  int64_t bytes = 0;   // that the client took of the answer, its head included
  int64_t took_us = 0;  // from the request's last byte to the answer's last
  bool is_whole = true;  // the answer
  uint64_t id = 0;
};

// A line in the log for every request that is answered. Of the target only the path: what lets somebody in stands in the
// query, in headers and in bodies, and none of them is known here. Any thread.
class RequestLog {
 public:
  explicit RequestLog(const Log& log);

  // One that no other request of this or another server has, most likely.
  [[nodiscard]] uint64_t next_id() { return next_.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] static std::string id_text(uint64_t id);

  void note(const LoggedRequest& request) const;

 private:
  const Log& log_;
  std::atomic<uint64_t> next_;
};

}  // namespace playhead::server

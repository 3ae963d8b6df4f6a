// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "log.h"

namespace playhead::server {

struct UpstreamRequest {
  std::string target;  // path and query
  std::string range;   // as the header; "" = the whole
};

struct UpstreamAnswer {
  int status = 0;  // 0 = there was none
  std::string body;
  std::string etag;
  std::string mime;
  std::string cache_control;
  std::string content_range;
  std::string retry_after;
};

// Where an edge gets from what it has not: the origin, or another edge.
class Upstream {
 public:
  using Answered = std::function<void(UpstreamAnswer)>;

  virtual ~Upstream() = default;
  // Any thread. `answered` is called once, on a thread of the upstream; not any more when that has been destroyed.
  virtual void fetch(UpstreamRequest request, Answered answered) = 0;
};

// By HTTP or HTTPS from `origin`, "https://origin.example". One thread; at most 64 transfers at once, the others wait.
// Redirects are not followed. A body above 40 MB, 5 s without a connection or 10 s below 1 kB/s are no answer.
[[nodiscard]] std::unique_ptr<Upstream> make_http_upstream(std::string origin, const Log& log);

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/web.h"

namespace playhead::test {

// A real HTTP/1.1 origin on an ephemeral loopback port that does exactly what a test tells it,
// including what no honest server does. A thread per connection; nothing in it waits for a clock.
// Any thread.
class LoopbackServer {
 public:
  LoopbackServer();
  ~LoopbackServer();

  // "http://127.0.0.1:PORT" + target.
  [[nodiscard]] std::string url(const std::string& target) const;
  // The same origin under another name.
  [[nodiscard]] std::string localhost_url(const std::string& target) const;

  // Later handlers are asked first. Handlers run on connection threads.
  void serve(WebHandler handler);
  // One resource at exactly this target.
  void serve(const std::string& target, WebAnswer answer);

  // Lets everything held go on, now and from now on.
  void release();
  // Waits until that many requests have come (their heads and bodies are there).
  void wait_for_requests(std::size_t count);
  // Waits until that many connections have been accepted.
  void wait_for_connections(int count);

  [[nodiscard]] std::vector<WebRequest> requests() const;
  [[nodiscard]] int connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// A loopback port on which nobody listens.
[[nodiscard]] int closed_port();

}  // namespace playhead::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "net/curl_handle.h"

namespace playhead {

// At which addresses of its host a connection was tried, and where it is not to be. libcurl asks
// the addresses of one family one after the other, each for half of what is left of its patience:
// this is how a second connection finds its way past one that does not answer. Network thread.
class CurlAddresses {
 public:
  CurlAddresses() = default;
  explicit CurlAddresses(std::set<std::string> avoided) : avoided_(std::move(avoided)) {}

  // For the connection that `options` makes, if it makes one. Outlives that handle.
  void follow(EasyOptions& options);
  // Those it was tried at.
  [[nodiscard]] const std::set<std::string>& tried() const { return tried_; }

 private:
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);

  std::set<std::string> avoided_, tried_;  // as the system writes them
};

}  // namespace playhead

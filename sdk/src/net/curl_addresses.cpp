// SPDX-License-Identifier: Apache-2.0
#include "net/curl_addresses.h"

#include <utility>

#include <fcntl.h>
#include <sys/socket.h>

namespace playhead {

void CurlAddresses::follow(EasyOptions& options) {
  options.set(CURLOPT_OPENSOCKETFUNCTION, &CurlAddresses::on_open);
  options.set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
}

curl_socket_t CurlAddresses::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& addresses = *static_cast<CurlAddresses*>(self);
  const std::string name(reinterpret_cast<const char*>(&address->addr), address->addrlen);
  if (addresses.avoided_.count(name) != 0) return CURL_SOCKET_BAD;
  addresses.tried_.insert(name);
  const curl_socket_t opened = socket(address->family, address->socktype, address->protocol);
  if (opened != CURL_SOCKET_BAD) fcntl(opened, F_SETFD, FD_CLOEXEC);
  return opened;
}

}  // namespace playhead

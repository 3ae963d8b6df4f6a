// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "net/http_transport.h"

namespace playhead {

std::shared_ptr<Transport> make_http_transport(CurlConfig config) {
  return std::make_shared<CurlTransport>(std::move(config));
}

}  // namespace playhead

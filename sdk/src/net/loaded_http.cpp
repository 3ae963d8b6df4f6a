// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "net/http_library.h"
#include "net/http_transport.h"

namespace playhead {

std::shared_ptr<Transport> make_http_transport(CurlConfig config) {
  return std::make_shared<HttpLibrary>(std::move(config));
}

}  // namespace playhead

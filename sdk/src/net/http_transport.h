// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "net/curl_transport.h"

namespace playhead {

// The HTTP of a client that was given none: libcurl's, linked in or out of a library of its own
// (linked_http.cpp, loaded_http.cpp; a product has one of the two).
[[nodiscard]] std::shared_ptr<Transport> make_http_transport(CurlConfig config);

}  // namespace playhead

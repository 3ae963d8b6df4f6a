// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "contract/transport_world.h"

namespace playhead::test {

// The world of an app that brings its own HTTP through the C interface: real sockets, spoken to by
// a libcurl of the app's, which follows no redirects and keeps no limits.
class CTransportWorld final : public CurlWorld {
 public:
  CTransportWorld();
};

}  // namespace playhead::test

// SPDX-License-Identifier: Apache-2.0
// The one thing that libplayhead-http exports.
#include <cstring>

#include "net/http_library.h"

extern "C" __attribute__((visibility("default"))) playhead::Transport* playhead_make_http(
    const char* version, const playhead::CurlConfig& config) {
  const bool is_same = std::strcmp(version, PLAYHEAD_COMPANION_VERSION) == 0;
  return is_same ? new playhead::CurlTransport(config) : nullptr;
}

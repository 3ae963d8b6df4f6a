// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "clearkey_json.h"
#include "key_ids.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const ByteView bytes(data, size);
  if (const auto kids = drm::parse_key_ids(bytes)) {
    const auto again = drm::parse_key_ids(as_bytes(drm::write_key_ids(*kids)));
    if (!again || *again != *kids) std::abort();
  }
  const auto license = drm::parse_license(bytes);
  if (!license) return 0;
  const auto again = drm::parse_license(as_bytes(drm::write_license(*license)));
  const bool is_same = again && again->keys.size() == license->keys.size() &&
                       again->kind == license->kind && again->expires_at == license->expires_at;
  if (!is_same) std::abort();
  return 0;
}

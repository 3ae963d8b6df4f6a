// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "playready_object.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const auto object = drm::parse_playready_object({data, size});
  if (!object) return 0;
  if (object->length > size) std::abort();
  for (const drm::PlayReadyRecord& record : object->records) {
    if (record.bytes.size() > size) std::abort();
  }
  if (object->header && object->header->keys.size() > drm::kPlayReadyKeys) std::abort();
  return 0;
}

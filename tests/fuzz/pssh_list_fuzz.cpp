// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "key_ids.h"
#include "pssh.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const ByteView bytes(data, size);
  const Result<drm::PsshList> list = drm::parse_pssh(bytes);
  std::size_t total = 0;
  if (list) {
    for (const drm::PsshBox& box : list->boxes) {
      total += box.whole.size();
      const auto written = drm::write_pssh(box.system_id, box.kids, box.data);
      if (!drm::parse_pssh(written)) std::abort();
    }
  }
  if (total > size) std::abort();
  const InitData init{InitDataType::kPssh, SharedBytes(std::vector<uint8_t>(data, data + size))};
  const auto kids = drm::key_ids_of(init);
  if (kids && (!list || kids->size() > drm::kKeyIds)) std::abort();
  return 0;
}

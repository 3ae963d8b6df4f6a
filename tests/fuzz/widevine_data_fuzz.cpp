// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "widevine_pssh.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const auto pssh = drm::parse_widevine_pssh({data, size});
  if (!pssh) return 0;
  std::size_t bytes = pssh->provider.size() + pssh->content_id.size() + pssh->policy.size();
  for (const auto& id : pssh->key_ids) bytes += id.size();
  if (bytes > size || pssh->kids().size() > pssh->key_ids.size()) std::abort();
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "vault/device_sealer.h"

// 0: the rest is a sealed record. Else a good one is changed: pairs of a place and what is added
// to the byte there. Only what was sealed is opened.
namespace playhead::offline {
namespace {

class OneKey final : public DeviceKeys {
 public:
  Result<DeviceKey> get() override { return DeviceKey{1, 2, 3}; }
};

void require(bool is_so) {
  if (!is_so) std::abort();
}

void run(ByteView input) {
  OneKey keys;
  const auto sealer = make_device_sealer(keys);
  require(sealer.has_value());
  if (input[0] == 0) {
    // Of an owner nothing is sealed for: libFuzzer learns good records from the comparison below.
    require(!(*sealer)->open("licence", "nobody", input.subspan(1)));
    return;
  }
  const std::vector<uint8_t> record(input[0], 7);
  const auto sealed = (*sealer)->seal("licence", "d1", record);
  require(sealed.has_value());
  std::vector<uint8_t> changed = *sealed;
  for (ByteView edits = input.subspan(1); edits.size() >= 2; edits = edits.subspan(2)) {
    uint8_t& byte = changed[edits[0] % changed.size()];
    byte = static_cast<uint8_t>(byte + edits[1]);
  }
  const auto opened = (*sealer)->open("licence", "d1", changed);
  require(opened.has_value() == (changed == *sealed));
  if (opened) require(*opened == record);
}

}  // namespace
}  // namespace playhead::offline

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size >= 1) playhead::offline::run({data, size});
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "container/protection_scanner.h"
#include "fuzz/read_everything.h"

// Boxes one after another, as they would go by; then places are asked for.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  std::vector<uint8_t> bytes(data, data + size);
  ProtectionScanner scanner([](const MediaProtection&) {});
  BoxReader boxes(ByteView(data, size));
  for (auto box = boxes.next(); box && box.value(); box = boxes.next()) {
    const auto at = static_cast<std::size_t>(box.value()->offset);
    const std::span<uint8_t> whole(bytes.data() + at, static_cast<std::size_t>(box.value()->size));
    StreamBytes behind = [&](uint64_t from, std::size_t count) {
      from = std::min<uint64_t>(from, size);
      return std::vector<uint8_t>(data + from, data + from + std::min(count, size - from));
    };
    const bool is_movie = box.value()->type == fourcc("moov");
    if (!is_movie && box.value()->type != fourcc("moof")) continue;
    const Result<void> read =
        is_movie ? scanner.read_movie(whole, at, behind) : scanner.read_fragment(whole, at, behind);
    // Clear files and boxes that are refused stay as they are.
    const bool may_change = read && scanner.is_protected();
    fuzz::require(may_change || std::equal(whole.begin(), whole.end(), data + at));
    if (!read) break;
  }
  for (uint64_t at = 0; at < 512; ++at) (void)scanner.take(1, at);
  return 0;
}

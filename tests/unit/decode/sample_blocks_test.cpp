// SPDX-License-Identifier: Apache-2.0
#include "decode/sample_blocks.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

std::vector<uint8_t> filled(std::size_t size, uint8_t with) {
  return std::vector<uint8_t>(size, with);
}

bool is_filled(const SharedBytes& bytes, std::size_t size, uint8_t with) {
  const ByteView view = bytes.view();
  return view.size() == size &&
         std::all_of(view.begin(), view.end(), [with](uint8_t byte) { return byte == with; });
}

TEST_CASE("sample_blocks: samples lie one behind the other, and in a new block where one is full") {
  constexpr std::size_t kBlock = SampleBlocks::kBlockBytes;
  struct Case {
    const char* name;
    std::size_t first, second;
    bool is_behind;  // the second directly behind the first
  };
  const Case cases[] = {{"two small ones", 1000, 3, true},
                        {"the second fills the block", kBlock - 10, 10, true},
                        {"the second does not fit any more", kBlock - 10, 11, false},
                        {"the first fills the block", kBlock, 1, false},
                        {"the first is larger than a block", 3 * kBlock + 1, 7, false},
                        {"the second is larger than a block", 7, 3 * kBlock + 1, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SampleBlocks blocks;
    const SharedBytes first = blocks.put(filled(c.first, 1));
    const SharedBytes second = blocks.put(filled(c.second, 2));
    CHECK(is_filled(first, c.first, 1));
    CHECK(is_filled(second, c.second, 2));
    CHECK((second.data() == first.data() + first.size()) == c.is_behind);
  }
}

TEST_CASE("sample_blocks: a sample outlives its neighbours and the blocks") {
  SharedBytes kept;
  {
    SampleBlocks blocks;
    const SharedBytes gone = blocks.put(filled(5000, 1));
    kept = blocks.put(filled(5000, 2));
    (void)blocks.put(filled(SampleBlocks::kBlockBytes, 3));
  }
  CHECK(is_filled(kept, 5000, 2));
}

TEST_CASE("sample_blocks: nothing takes no place") {
  SampleBlocks blocks;
  CHECK(blocks.put({}).empty());
}

}  // namespace
}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "base/page_block.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

namespace playhead {
namespace {

TEST_CASE("page_block: bytes that can be written, zero before that") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{4096}, std::size_t{1'000'001}}) {
    CAPTURE(size);
    const auto block = PageBlock::make(size);
    REQUIRE(block);
    CHECK(block->size() == size);
    CHECK(std::all_of(block->data(), block->data() + size, [](uint8_t b) { return b == 0; }));
    std::fill_n(block->data(), size, uint8_t{0xa5});
    CHECK(block->data()[size - 1] == 0xa5);
  }
}

TEST_CASE("page_block: what the system does not have is not given") {
  CHECK_FALSE(PageBlock::make(std::numeric_limits<std::size_t>::max() / 2));
}

}  // namespace
}  // namespace playhead

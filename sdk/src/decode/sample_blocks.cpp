// SPDX-License-Identifier: Apache-2.0
#include "decode/sample_blocks.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace playhead {

SharedBytes SampleBlocks::put(ByteView bytes) {
  if (bytes.empty()) return {};
  if (!block_ || bytes.size() > block_->size() - used_) {
    // A sample larger than a block gets one of its own size.
    block_ = PageBlock::make(std::max(bytes.size(), kBlockBytes));
    used_ = 0;
    // No mapping is left: then out of the heap.
    if (!block_) return SharedBytes(std::vector<uint8_t>(bytes.begin(), bytes.end()));
  }
  uint8_t* place = block_->data() + used_;
  std::copy(bytes.begin(), bytes.end(), place);
  used_ += bytes.size();
  // What is owned is the block; SharedBytes looks at nothing but the view.
  std::shared_ptr<const std::vector<uint8_t>> owner(block_, nullptr);
  return {std::move(owner), ByteView(place, bytes.size())};
}

}  // namespace playhead

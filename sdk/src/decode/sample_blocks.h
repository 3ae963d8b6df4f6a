// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "base/page_block.h"
#include "playhead/bytes.h"

namespace playhead {

// Where the bytes of a segment's samples are kept, one behind the other in blocks. A block goes
// back to the system when the last of its samples is dropped, so what is buffered is what the
// process has: out of the heap, with the small things between them, freed samples stayed and 12 MB
// more were held for a minute of 720p. One thread; the samples belong to any.
class SampleBlocks {
 public:
  // 0.4 s at 5 Mbit/s. Larger: more is kept for the sake of one sample; smaller: more mappings, of
  // which Linux allows a process 65,530.
  static constexpr std::size_t kBlockBytes = std::size_t{256} << 10;

  // A copy of `bytes`.
  [[nodiscard]] SharedBytes put(ByteView bytes);

 private:
  std::shared_ptr<PageBlock> block_;  // shared with the samples in it
  std::size_t used_ = 0;
};

}  // namespace playhead

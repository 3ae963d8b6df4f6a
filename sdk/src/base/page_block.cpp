// SPDX-License-Identifier: Apache-2.0
#include "base/page_block.h"

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#define PLAYHEAD_HAS_PAGES 1
#else
#include <cstdlib>
#define PLAYHEAD_HAS_PAGES 0
#endif

namespace playhead {

#if PLAYHEAD_HAS_PAGES

std::unique_ptr<PageBlock> PageBlock::make(std::size_t size) {
  void* pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (pages == MAP_FAILED) return nullptr;
  return std::unique_ptr<PageBlock>(new PageBlock(static_cast<uint8_t*>(pages), size));
}

PageBlock::~PageBlock() { munmap(data_, size_); }

#else

std::unique_ptr<PageBlock> PageBlock::make(std::size_t size) {
  void* bytes = std::calloc(size, 1);
  if (bytes == nullptr) return nullptr;
  return std::unique_ptr<PageBlock>(new PageBlock(static_cast<uint8_t*>(bytes), size));
}

PageBlock::~PageBlock() { std::free(data_); }

#endif

}  // namespace playhead

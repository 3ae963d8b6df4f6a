// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace playhead {

// Memory that comes from the system in whole pages and goes back to it with the object, where a
// heap keeps what was freed between things that live. Pages nobody has written to take no memory,
// so a block may be larger than what is put into it. Any thread.
class PageBlock {
 public:
  // `size` bytes, above 0, all of them zero. Null: the system has none to give.
  [[nodiscard]] static std::unique_ptr<PageBlock> make(std::size_t size);
  ~PageBlock();
  PageBlock(const PageBlock&) = delete;
  PageBlock& operator=(const PageBlock&) = delete;

  [[nodiscard]] uint8_t* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  PageBlock(uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  uint8_t* data_;
  std::size_t size_;
};

}  // namespace playhead

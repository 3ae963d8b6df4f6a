// SPDX-License-Identifier: Apache-2.0
#include "store/reserve.h"

#include <memory>
#include <vector>

#include "store/layout.h"

namespace playhead::offline {

void Reserve::take() {
  if (is_there_) return;
  const auto found = files_.open_for_reading(layout::reserve(root_));
  if (found) {
    const auto size = (*found)->size();
    is_there_ = size && *size >= kBytes;
    if (is_there_) return;
  }
  const auto free = files_.free_bytes(root_);
  if (!free || *free < kWhenFree) return;
  is_there_ = write().has_value();
  // Half of it is of no use to anybody; what cannot be removed now is written over later.
  if (!is_there_) static_cast<void>(files_.remove(layout::reserve(root_)));
}

// Bytes that are no zeros and do not repeat: a file system that keeps no holes and packs what
// repeats would set nothing aside for them.
Result<void> Reserve::write() {
  PLAYHEAD_TRY(const std::unique_ptr<File> file, files_.open_for_appending(layout::reserve(root_)));
  if (auto emptied = file->truncate(0); !emptied) return emptied;
  std::vector<uint64_t> numbers(static_cast<std::size_t>(kBytes) / sizeof(uint64_t));
  uint64_t state = 0x9E3779B97F4A7C15;
  for (uint64_t& number : numbers) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    number = state;
  }
  const ByteView bytes(reinterpret_cast<const uint8_t*>(numbers.data()),
                       static_cast<std::size_t>(kBytes));
  if (auto written = file->append(bytes); !written) return written;
  return file->sync();
}

bool Reserve::give_up() {
  const std::string path = layout::reserve(root_);
  is_there_ = false;
  const bool was_there = files_.open_for_reading(path).has_value();
  if (!was_there || !files_.remove(path)) return false;
  // Some file systems free the space only with this.
  return files_.sync_folder(root_).has_value();
}

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace playhead::server {

// What is known of a slice of a media file.
struct SliceFacts {
  std::string title;    // "m_1001"
  std::string folder;   // the file's path without its name: one rendition, mostly
  int64_t number = -1;  // the last number in the file's name, which counts segments; -1 = none
};

[[nodiscard]] SliceFacts slice_facts(const std::string& path);

// Which slice a full cache gives up. Of one thread; time is given, nothing else is asked.
class EvictionPolicy {
 public:
  virtual ~EvictionPolicy() = default;
  // A slice that is not there yet.
  virtual void note_stored(uint64_t slice, const SliceFacts& facts, int64_t now_ms) = 0;
  // One that is.
  virtual void note_used(uint64_t slice, int64_t now_ms) = 0;
  virtual void note_removed(uint64_t slice) = 0;
  // One that is there; asked only while there is one.
  [[nodiscard]] virtual uint64_t victim(int64_t now_ms) = 0;
};

// What was used the longest ago: what the other is compared with.
[[nodiscard]] std::unique_ptr<EvictionPolicy> make_lru_eviction();

// What is likely to be asked for the least: how often the slice and its title were asked for, of late above all, and
// whether somebody watches that rendition a little before it. Looks at a sample of the slices.
[[nodiscard]] std::unique_ptr<EvictionPolicy> make_content_eviction();

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#include "bench/allocation_counter.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

playhead::bench::Allocations counted;
bool is_counting = false;

void* allocate(std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  if (!is_counting) return memory;
  ++counted.count;
  counted.current_bytes += static_cast<int64_t>(malloc_usable_size(memory));
  counted.peak_bytes = std::max(counted.peak_bytes, counted.current_bytes);
  return memory;
}

void release(void* memory) {
  if (memory == nullptr) return;
  if (is_counting) counted.current_bytes -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }

namespace playhead::bench {

void start_counting() {
  counted = {};
  is_counting = true;
}

Allocations counted_so_far() { return counted; }

Allocations stop_counting() {
  is_counting = false;
  return counted;
}

}  // namespace playhead::bench

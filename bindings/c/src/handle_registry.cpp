// SPDX-License-Identifier: Apache-2.0
#include "handle_registry.h"

namespace playhead::capi {

namespace {

constexpr uint64_t kIsOpen = uint64_t{1} << 31;
constexpr uint64_t kPins = kIsOpen - 1;

constexpr uint64_t word_of(uint64_t generation, uint64_t rest) { return generation << 32 | rest; }

constinit HandleRegistry registry;

}  // namespace

HandleRegistry& handles() { return registry; }

HandleRegistry::Slot& HandleRegistry::take_slot(uint32_t& index) {
  const std::lock_guard lock(mutex_);
  if (first_free_ != kNone) {
    index = first_free_ - 1;
    Slot& slot = chunks_[index / kChunk].load(std::memory_order_relaxed)[index % kChunk];
    first_free_ = slot.next_free;
    if (first_free_ == kNone) last_free_ = kNone;
    return slot;
  }
  std::atomic<Slot*>& chunk = chunks_.at(used_ / kChunk);
  if (used_ % kChunk == 0) chunk.store(new Slot[kChunk], std::memory_order_release);
  index = used_++;
  return chunk.load(std::memory_order_relaxed)[index % kChunk];
}

uintptr_t HandleRegistry::add(HandleKind kind, void* object, Delete deleter) {
  uint32_t index = 0;
  Slot& slot = take_slot(index);
  slot.object = object;
  slot.deleter = deleter;
  slot.kind = kind;
  const uint64_t generation = slot.word.load(std::memory_order_relaxed) >> 32;
  slot.word.store(word_of(generation, kIsOpen | 1), std::memory_order_release);
  return static_cast<uintptr_t>(generation) << (kSlotBits + 1) | uintptr_t{index} << 1 | 1;
}

HandleRegistry::Slot* HandleRegistry::find(uintptr_t handle, uint64_t& generation) {
  if ((handle & 1) == 0) return nullptr;
  const auto index = static_cast<uint32_t>(handle >> 1) & ((uint32_t{1} << kSlotBits) - 1);
  generation = handle >> (kSlotBits + 1);
  Slot* chunk = chunks_[index / kChunk].load(std::memory_order_acquire);
  return chunk != nullptr ? &chunk[index % kChunk] : nullptr;
}

void* HandleRegistry::pin(HandleKind kind, uintptr_t handle) {
  uint64_t generation = 0;
  Slot* slot = find(handle, generation);
  if (slot == nullptr) return nullptr;
  uint64_t word = slot->word.load(std::memory_order_acquire);
  do {
    if (word >> 32 != generation || (word & kIsOpen) == 0) return nullptr;
  } while (!slot->word.compare_exchange_weak(word, word + 1, std::memory_order_acquire));
  if (slot->kind == kind) return slot->object;
  unpin(handle);
  return nullptr;
}

void* HandleRegistry::close(HandleKind kind, uintptr_t handle) {
  void* const object = pin(kind, handle);
  if (object == nullptr) return nullptr;
  uint64_t generation = 0;
  Slot& slot = *find(handle, generation);
  const bool is_first = (slot.word.fetch_and(~kIsOpen, std::memory_order_acq_rel) & kIsOpen) != 0;
  unpin(handle);  // the owner's is left
  return is_first ? object : nullptr;
}

void HandleRegistry::unpin(uintptr_t handle) {
  uint64_t generation = 0;
  Slot& slot = *find(handle, generation);
  if ((slot.word.fetch_sub(1, std::memory_order_acq_rel) & kPins) != 1) return;
  slot.deleter(slot.object);
  constexpr uint64_t kGenerations = (uint64_t{1} << kGenerationBits) - 1;
  slot.word.store(word_of((generation + 1) & kGenerations, 0), std::memory_order_release);
  const auto index = static_cast<uint32_t>(handle >> 1) & ((uint32_t{1} << kSlotBits) - 1);
  const std::lock_guard lock(mutex_);
  slot.next_free = kNone;
  if (last_free_ == kNone) {
    first_free_ = index + 1;
  } else {
    const uint32_t last = last_free_ - 1;
    chunks_[last / kChunk].load(std::memory_order_relaxed)[last % kChunk].next_free = index + 1;
  }
  last_free_ = index + 1;
}

uint32_t HandleRegistry::users(uintptr_t handle) {
  uint64_t generation = 0;
  const Slot* slot = find(handle, generation);
  if (slot == nullptr) return 0;
  const uint64_t word = slot->word.load(std::memory_order_acquire);
  return word >> 32 == generation ? static_cast<uint32_t>(word & kPins) : 0;
}

}  // namespace playhead::capi

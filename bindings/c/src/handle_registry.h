// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

// What C callers hold in the place of a pointer: a number for a slot and for one of its lives. It
// points nowhere, so that using a handle after its end, or one of another kind, is an answer.
// Process-wide, which nothing else here is: a handle that is none has nothing to hang state on.
namespace playhead::capi {

enum class HandleKind : uint8_t {
  kClient,
  kPlayer,
  kService,
  kDownloads,
  kSnapshot,
  kFrame,
  kAnswer,
  kTokenRequest,
  kUrlRequest,
  kDownloadList,
  kCues,
  kLicenseMessage,
  kRequest,
  kTransfer,
  kStorePage,
  kDecoder,
  kSample,
};

// Any thread. Looking up takes no lock.
class HandleRegistry {
 public:
  using Delete = void (*)(void* object);

  // A handle for `object`, which is deleted when it was closed and nobody uses it any more. Throws
  // when there is no memory, or there are four million handles.
  [[nodiscard]] uintptr_t add(HandleKind kind, void* object, Delete deleter);
  // The object, which stays until unpin(); null: the handle is none, or was closed.
  [[nodiscard]] void* pin(HandleKind kind, uintptr_t handle);
  void unpin(uintptr_t handle);
  // Nobody finds the object any more. It still counts as pinned, by whoever closed it. Null: as for
  // pin().
  [[nodiscard]] void* close(HandleKind kind, uintptr_t handle);
  // Pins there are, its owner's among them; 0: the handle is none.
  [[nodiscard]] uint32_t users(uintptr_t handle);

 private:
  // In the place of a slot's number, which is one more than its index: all of an empty registry is
  // zero, and takes no room in the library.
  static constexpr uint32_t kNone = 0;

  struct Slot {
    // Generation (32 bits), whether it can be pinned (1), pins (31).
    std::atomic<uint64_t> word{0};
    // Written before the word says that they are there.
    void* object = nullptr;
    Delete deleter = nullptr;
    HandleKind kind = HandleKind::kClient;
    uint32_t next_free = kNone;  // under mutex_
  };

  // A handle has 47 bits where pointers are wide, as those of every system do, else 32: the lowest
  // is 1, so that it is no pointer to anything, then the slot, then the generation.
  static constexpr bool kIsWide = sizeof(uintptr_t) >= 8;
  static constexpr unsigned kSlotBits = kIsWide ? 22 : 16;
  static constexpr unsigned kGenerationBits = kIsWide ? 24 : 15;
  static constexpr uint32_t kChunk = 1024;
  static constexpr uint32_t kChunks = (uint32_t{1} << kSlotBits) / kChunk;

  [[nodiscard]] Slot& take_slot(uint32_t& index);
  [[nodiscard]] Slot* find(uintptr_t handle, uint64_t& generation);

  std::array<std::atomic<Slot*>, kChunks> chunks_{};  // never freed: old handles are looked up
  std::mutex mutex_;
  // Under mutex_. First in, first out, so that a generation lasts.
  uint32_t first_free_ = kNone, last_free_ = kNone, used_ = 0;
};

[[nodiscard]] HandleRegistry& handles();

}  // namespace playhead::capi

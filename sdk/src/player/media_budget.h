// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <utility>

#include "playhead/unique_function.h"

namespace playhead {

// How much the one with that number may hold of `total`: what it wants, as far as that is no more
// than an even part of what those leave who want less. Pure.
[[nodiscard]] int64_t even_share(std::span<const int64_t> wanted, std::size_t number,
                                 int64_t total);

// The encoded media that all players of a client may hold. Any thread.
class MediaBudget {
 public:
  // Nobody gets less, bytes: a player without any would never play.
  static constexpr int64_t kLeastBytes = int64_t{1} << 20;

  // `changed` runs, on the claiming thread, when others may hold more or less than before.
  MediaBudget(int64_t total, UniqueFunction<void()> changed)
      : total_(total), changed_(std::move(changed)) {}

  // One of those who share it; ends before it.
  class Seat {
   public:
    explicit Seat(MediaBudget& budget) : budget_(budget) {}
    ~Seat() { claim(0); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    // Wants so much from now on, 0: nothing. Answers what it may hold.
    int64_t claim(int64_t wanted) { return budget_.claim(this, wanted); }

   private:
    MediaBudget& budget_;
  };

 private:
  int64_t claim(const Seat* seat, int64_t wanted);

  const int64_t total_;
  UniqueFunction<void()> changed_;
  std::mutex mutex_;
  std::map<const Seat*, int64_t> wanted_;  // under mutex_
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "playhead/unique_function.h"

namespace playhead {

// The most that any of them may hold of `total`: an even part of what those leave who want less.
// Where there is enough for all, more than anybody wants. Pure.
[[nodiscard]] int64_t even_share(std::vector<int64_t> wanted, int64_t total);

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
  struct Share {
    int64_t wanted = 0, allowed = 0;
  };
  // What every seat may hold, after one of them has come, gone or thought better of it; under
  // mutex_.
  void share_out();
  int64_t claim(const Seat* seat, int64_t wanted);

  const int64_t total_;
  UniqueFunction<void()> changed_;
  std::mutex mutex_;
  std::map<const Seat*, Share> shares_;  // under mutex_
  int64_t sum_ = 0;                      // of what is wanted; under mutex_
};

}  // namespace playhead

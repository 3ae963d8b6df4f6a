// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

namespace playhead::server {

// How many requests that can wait may be in the house (read and not answered), and when those who are refused may come
// back. By Little's law as many as are done in the time one may wait: what is refused is what would have come too late,
// and the server never idles for it.
//
// Refusing costs half of what serving does: most of both is the kernel's, to receive and to send. Who is told to come
// back in a second costs it again a second later, and with twice the load little else is done any more. So those who
// are refused get places in a line, one after another: as many come back in a second as are a small part of what can
// be done, however many they are. What is refused then is as much as comes back, and the rest stays away for as long
// as that takes.
//
// It reads no clock. Any thread.
class LoadShedder {
 public:
  // Of writes that may wait, so many may be let in: there is room for starts and licences, whatever is reported.
  [[nodiscard]] static constexpr std::size_t most_of(std::size_t max_waiting) { return max_waiting - max_waiting / 4; }

  struct Limits {
    // What one may wait, if commits do not take as long: nobody notices that.
    int64_t wait_us = 200'000;
    // Fewer are no queue, and more are never let in.
    std::size_t least = 128;
    std::size_t most = 3'072;
    // When somebody who is refused comes back.
    int64_t soonest_us = 1'000'000;
    int64_t latest_us = 120'000'000;  // clients obey that, and the load may be gone
  };

  explicit LoadShedder(Limits limits) : limits_(limits) {}

  // Somebody wants in at `now_us`. 0: is in, until leave(); else is refused, and may come back after so many
  // microseconds.
  [[nodiscard]] int64_t enter(int64_t now_us);
  void leave(int64_t now_us);

  // Somebody is refused whatever there is room for: when that one may come back.
  [[nodiscard]] int64_t microseconds_to_wait(int64_t now_us);

  // What one commit took. A lot that waits for the one before it is what group commit is for, however long the disk
  // takes.
  void note_commit(int64_t took_us);

 private:
  // Under mutex_.
  [[nodiscard]] std::size_t room(int64_t now_us) const;
  [[nodiscard]] int64_t place(int64_t now_us);
  void count(int64_t now_us);

  const Limits limits_;
  std::mutex mutex_;  // of all below
  std::size_t inside_ = 0;
  // One at a time is watched: when as many have left as were inside with it, it waited so long.
  bool is_watching_ = false;
  int64_t watched_since_us_ = 0;
  std::size_t watched_left_ = 0;  // of them, still inside
  int64_t waited_us_ = 0;         // the last one who was watched
  int64_t known_until_us_ = 0;    // it would have been heard of again by then
  // Somebody was inside all the time.
  std::optional<int64_t> counted_since_us_;
  std::size_t counted_ = 0;       // who left since, and who was refused: what that costs
  double done_per_us_ = 0;        // while they waited long; 0: they never did
  double commit_us_ = 0;
  int64_t line_us_ = 0;  // when the last one in it comes back
};

// Retry-After; a second at least.
[[nodiscard]] inline int retry_after_s(int64_t us) {
  return static_cast<int>(std::max<int64_t>(1, (us + 500'000) / 1'000'000));
}

}  // namespace playhead::server

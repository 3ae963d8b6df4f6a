// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace playhead::server {

// Which requests are more than can be served in time, by how long those before them waited, and when those who are
// refused may come back. It sheds only what is too much: of a queue three times as long as it may be, two of three.
//
// Refusing costs most of what serving does. Who is told to come back in a second costs it again a second later, and with
// twice the load nothing else is done any more. So those who are refused get places in a line, one after another: as many
// come back in a second as are a small part of what can be served, however many they are. What is refused then is as much
// as comes back, and the rest stays away for as long as that takes.
//
// Pure; not for several threads.
class LoadShedder {
 public:
  struct Limits {
    // What one may wait. An answer that looks at nothing costs 15 us of processor time, a position on disk 20: who can be
    // served while nobody notices the wait is served. Shorter: requests that come in bunches are refused, and the
    // processor idles after them.
    int64_t wait_us = 200'000;
    // Who waited longer than that is not served in time any more, whoever it is.
    int64_t late_us = 600'000;
    // A burst that is over sooner is let through (a proxy came back, a device slept). As CoDel's interval (RFC 8289 §4.2).
    int64_t grace_us = 100'000;
    // Who was refused comes back after so long at the earliest: until then it is the same overload, without grace.
    int64_t memory_us = 1'000'000;
    // Nobody is told to stay away longer: clients obey two minutes, and the load may be gone.
    int64_t longest_us = 120'000'000;
    // A queue of fewer is none: the machine had something else to do.
    std::size_t requests = 64;
  };

  explicit LoadShedder(Limits limits) : limits_(limits) {}

  // What the queue was like when `now_us` came: something that got in line waited `waited_us`, behind `requests`.
  void note(int64_t now_us, int64_t waited_us, std::size_t requests);

  // Of a request that is looked at: 0, or it is excess, to be refused and told to come back after so many microseconds.
  // Counts what it is asked about.
  [[nodiscard]] int64_t excess_us(int64_t now_us);

 private:
  // The next place in a line where `share` of what can be served comes back.
  [[nodiscard]] int64_t place(int64_t& line_us, double share, int64_t now_us) const;

  const Limits limits_;
  std::optional<int64_t> long_since_us_;  // the queue is too long
  int64_t known_until_us_ = 0;            // it would have been heard of again by then
  int64_t remembered_until_us_ = 0;       // that some was shed
  bool is_late_ = false;
  double share_ = 0;                      // of the requests that is too much
  double owed_ = 0;
  double refused_share_ = 0;              // of the last requests
  double capacity_per_us_ = 0;            // what could be served, were nothing refused
  // When the last one in each line comes back.
  int64_t excess_line_us_ = 0;
  int64_t late_line_us_ = 0;
};

}  // namespace playhead::server

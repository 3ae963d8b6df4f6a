// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace playhead::server {

// Which requests are more than can be served in time, by how long those before them waited. It sheds only what is too
// much: of a queue three times as long as it may be, two of three. Pure; not for several threads.
class LoadShedder {
 public:
  struct Limits {
    // What one may wait. An answer that looks at nothing costs 15 us of processor time, a position on disk 20: who can be
    // served while nobody notices the wait is served.
    int64_t wait_us = 100'000;
    // A burst that is over sooner is let through (a proxy came back, a device slept). As CoDel's interval (RFC 8289 §4.2).
    int64_t grace_us = 100'000;
    // Who was refused comes back within about so long: until then it is the same overload, and there is no grace.
    int64_t memory_us = 1'000'000;
    // A queue of fewer is none: the machine had something else to do.
    std::size_t requests = 64;
  };

  explicit LoadShedder(Limits limits) : limits_(limits) {}

  // What the queue was like when `now_us` came: something that got in line waited `waited_us`, behind `requests`.
  void note(int64_t now_us, int64_t waited_us, std::size_t requests);

  // Of a request that is looked at; what is excess is to be refused. Counts what it is asked about.
  [[nodiscard]] bool is_excess(int64_t now_us);

 private:
  const Limits limits_;
  std::optional<int64_t> long_since_us_;  // the queue is too long
  int64_t known_until_us_ = 0;            // it would have been heard of again by then
  int64_t remembered_until_us_ = 0;       // that some was shed
  double share_ = 0;                      // of the requests that is too much
  double owed_ = 0;
};

}  // namespace playhead::server

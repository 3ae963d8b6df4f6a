// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <ostream>
#include <string>
#include <string_view>

#include "playhead/events.h"

namespace playhead::swarm {

// The log of a session: a line for everything that happened, in order. The same seed gives the same
// bytes; their hash says so cheaply.
class Trace {
 public:
  // Where all lines go as well; null: only the last are kept.
  explicit Trace(std::ostream* out = nullptr, std::size_t kept = 40) : out_(out), kept_(kept) {}

  void line(MonotonicTime at, std::string_view what, std::string_view text);
  [[nodiscard]] uint64_t hash() const { return hash_; }
  [[nodiscard]] int64_t lines() const { return lines_; }
  [[nodiscard]] const std::deque<std::string>& last() const { return last_; }

 private:
  std::ostream* out_;
  std::size_t kept_;
  uint64_t hash_ = 0xCBF29CE484222325;  // FNV-1a
  int64_t lines_ = 0;
  std::deque<std::string> last_;
};

// An event in words.
[[nodiscard]] std::string to_text(const EventPayload& payload);
[[nodiscard]] std::string_view to_text(PlayerState state);

}  // namespace playhead::swarm

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace playhead::server {

// For how long a connection is not read when its client was told to come back later. One that keeps to that is not held,
// as it may want other things meanwhile; one that has ever asked again too early is, or refusing it would take the time of
// those who are served. Several clients on one connection (a proxy's) are not held for each other. Pure.
class OverloadPause {
 public:
  // Somebody asks; `authorization` says who.
  void note_request(std::string_view authorization) {
    const std::size_t whose = std::hash<std::string_view>()(authorization);
    if (whose_ && *whose_ != whose) is_shared_ = true;
    whose_ = whose;
  }

  // And was told at `now_us` to come back after `told_us`: until when it is to be held, `longest_us` at most. 0: it is not.
  [[nodiscard]] int64_t hold_until_us(int64_t now_us, int64_t told_us, int64_t longest_us) {
    if (now_us < told_until_us_) has_asked_early_ = true;
    told_until_us_ = now_us + told_us;
    return has_asked_early_ && !is_shared_ ? now_us + std::min(told_us, longest_us) : 0;
  }

 private:
  std::optional<std::size_t> whose_;
  bool is_shared_ = false;
  bool has_asked_early_ = false;
  int64_t told_until_us_ = 0;
};

}  // namespace playhead::server

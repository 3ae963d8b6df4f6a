// SPDX-License-Identifier: Apache-2.0
#include "load_shedder.h"

namespace playhead::server {

void LoadShedder::note(int64_t now_us, int64_t waited_us, std::size_t requests) {
  const bool is_long = waited_us > limits_.wait_us && requests >= limits_.requests;
  const bool is_new = now_us > known_until_us_ || !is_long;
  if (is_new && now_us > remembered_until_us_) long_since_us_.reset();
  share_ = 0;
  if (!is_long) return;
  if (!long_since_us_) long_since_us_ = now_us;
  // What gets in line now waits about as long; twice that, should the queue grow.
  known_until_us_ = now_us + 2 * waited_us;
  if (now_us - *long_since_us_ < limits_.grace_us) return;
  remembered_until_us_ = now_us + limits_.memory_us;
  share_ = 1.0 - static_cast<double>(limits_.wait_us) / static_cast<double>(waited_us);
}

bool LoadShedder::is_excess(int64_t now_us) {
  if (share_ <= 0 || now_us > known_until_us_) return false;
  owed_ += share_;
  if (owed_ < 1) return false;
  owed_ -= 1;
  return true;
}

}  // namespace playhead::server

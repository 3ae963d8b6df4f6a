// SPDX-License-Identifier: Apache-2.0
#include "load_shedder.h"

namespace playhead::server {
namespace {

// Of what can be done, in those who come back. What they cost is lost: lower, and the line is longer than anybody
// should be away.
constexpr double kShareBack = 0.1;
// What refusing costs, and doing. What could be done were nobody refused is the capacity: by what is done alone,
// those who are refused would take room from the others, and more and more of them would be sent away.
constexpr std::size_t kRefusalCost = 1;
constexpr std::size_t kCost = 2;
// Of a new value, in what is remembered.
constexpr double kWeight = 0.25;
// One that commits, one that waits for it, and what comes meanwhile.
constexpr double kCommits = 3;

}  // namespace

int64_t LoadShedder::enter(int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (inside_ >= room(now_us)) {
    counted_ += kRefusalCost;
    return place(now_us);
  }
  if (inside_++ == 0) counted_since_us_.reset();
  if (!is_watching_) {
    is_watching_ = true;
    watched_since_us_ = now_us;
    watched_left_ = inside_;
  }
  return 0;
}

void LoadShedder::leave(int64_t now_us) {
  const std::lock_guard lock(mutex_);
  --inside_;
  if (is_watching_ && --watched_left_ == 0) {
    is_watching_ = false;
    waited_us_ = now_us - watched_since_us_;
    known_until_us_ = now_us + 2 * waited_us_;
  }
  count(now_us);
}

// From one who leaves to another, as many leave together.
void LoadShedder::count(int64_t now_us) {
  counted_ += kCost;
  if (counted_since_us_) {
    const int64_t took_us = now_us - *counted_since_us_;
    if (took_us < limits_.wait_us) return;
    // Without a queue, what is done is what is asked for.
    if (waited_us_ >= limits_.wait_us / 2) {
      const double rate = static_cast<double>(counted_) / static_cast<double>(kCost) / static_cast<double>(took_us);
      done_per_us_ += (done_per_us_ > 0 ? kWeight : 1) * (rate - done_per_us_);
    }
  }
  counted_since_us_ = now_us;
  counted_ = 0;
}

std::size_t LoadShedder::room(int64_t now_us) const {
  const int64_t last_us = now_us <= known_until_us_ ? waited_us_ : 0;
  const int64_t waited_us = std::max(last_us, is_watching_ ? now_us - watched_since_us_ : 0);
  const double may_wait_us = std::max(static_cast<double>(limits_.wait_us), kCommits * commit_us_);
  // Many who are done quickly are welcome: a proxy came back, a device slept.
  if (done_per_us_ <= 0 || static_cast<double>(waited_us) < may_wait_us / 2) return limits_.most;
  return std::clamp(static_cast<std::size_t>(done_per_us_ * may_wait_us + 0.5), std::min(limits_.least, limits_.most),
                    limits_.most);
}

int64_t LoadShedder::microseconds_to_wait(int64_t now_us) {
  const std::lock_guard lock(mutex_);
  return place(now_us);
}

int64_t LoadShedder::place(int64_t now_us) {
  const double apart_us = done_per_us_ > 0 ? 1 / (kShareBack * done_per_us_) : 0;
  line_us_ = std::max(line_us_, now_us + limits_.soonest_us) + static_cast<int64_t>(apart_us);
  // Those of the second half share its places with others then: too many at once, but known to be.
  if (line_us_ > now_us + limits_.latest_us) line_us_ = now_us + limits_.latest_us / 2;
  return line_us_ - now_us;
}

void LoadShedder::note_commit(int64_t took_us) {
  const std::lock_guard lock(mutex_);
  commit_us_ += kWeight * (static_cast<double>(took_us) - commit_us_);
}

}  // namespace playhead::server

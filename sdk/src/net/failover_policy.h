// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "net/retry_policy.h"
#include "playhead/time.h"

// Pure: where a resource that is to be had at several places is asked for next. Any thread.
namespace playhead {

// One of the places, in the order of preference.
struct PlaceState {
  int attempts = 0;             // of this fetch
  bool is_hopeless = false;     // its answer was final: not there, not allowed, not the resource
  bool is_passed_over = false;  // by HostHealth
  MonotonicTime last_attempt;   // began then
  std::optional<MonotonicTime> not_before;  // Retry-After, of an earlier fetch as well
};

struct FailoverInputs {
  std::span<const PlaceState> places;  // as they are after the failure; never empty
  std::size_t current = 0;             // where it happened
  RetryInputs failure;
  MonotonicTime now;
};

struct FailoverDecision {
  bool goes_on = false;
  std::size_t place = 0;
  Duration delay{0};

  friend bool operator==(const FailoverDecision&, const FailoverDecision&) = default;
};

// Where a fetch begins: the first place that is not passed over, else the first.
[[nodiscard]] std::size_t first_place(std::span<const PlaceState> places);

// With one place: decide_retry(). With more: a connection that broke, and an error of the server,
// are tried once more at the same place; a host that does not answer, asks to wait, or gave a final
// answer is left at once. Places passed over come after the others; when every place has had its
// turn it goes round again, each no sooner than its waiting time and once a second. Ends when no
// place has hope, or the next turn would begin after the budget.
[[nodiscard]] FailoverDecision decide_failover(const FailoverInputs& in, const RetryConfig& config);

}  // namespace playhead

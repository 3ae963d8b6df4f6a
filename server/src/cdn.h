// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

namespace playhead::server {

// A place the media can be had from.
struct CdnLocation {
  std::string id;
  std::string origin;                // "https://cdn.example"
  std::vector<std::string> regions;  // countries it is near to; empty = everywhere alike
  bool is_enabled = true;            // the operator's word
};

// {"locations":[{"id","origin","regions"?,"enabled"?}]}, at most 64. Error `bad_cdn_file`.
[[nodiscard]] Result<std::vector<CdnLocation>> parse_locations(std::string_view json_text);

// Those near `country` first, then those for everywhere, then the rest, each in the given order.
// Unwell ones come after all others; those that are not enabled are left out. Pure.
[[nodiscard]] std::vector<CdnLocation> order_locations(const std::vector<CdnLocation>& locations,
                                                       std::string_view country,
                                                       const std::set<std::string>& unwell);

// What clients tell of locations: unwell is one of which at least `kReporters` users told an error
// within `kWindowMs`. Any thread.
class CdnHealth {
 public:
  static constexpr int64_t kWindowMs = 60'000;
  static constexpr std::size_t kReporters = 3;

  // Ids that are not known are dropped.
  explicit CdnHealth(const std::vector<CdnLocation>& locations);

  // `at_ms`: of the error; one outside of the window counts for nothing.
  void note_error(std::string_view location, std::string_view user, int64_t at_ms, int64_t now_ms);
  [[nodiscard]] std::set<std::string> unwell(int64_t now_ms) const;

 private:
  mutable std::mutex mutex_;
  // Location -> user -> time of the last error; bounded. Under mutex_.
  std::map<std::string, std::map<std::string, int64_t, std::less<>>, std::less<>> errors_;
};

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/swarm/invariants.h"
#include "sim/swarm/points.h"

namespace playhead::swarm {

// Recognises in what goes by the situations that long runs must have been in.
class Witness {
 public:
  explicit Witness(Points& points) : points_(points) {}

  void on_event(const Event& event, const Facts& facts);
  void on_status(const PlayerStatus& status, const Facts& facts);
  void on_request(const test::SimRecord& record, const Facts& facts);
  void on_answered(const test::SimRecord& record, std::optional<Duration> retry_after,
                   const Facts& facts);
  void on_log(std::string_view line, const Facts& facts);
  void on_fault(const Fault& fault, const Facts& facts);
  void on_report(const test::SimService::Saved& report, const Facts& facts);
  void on_end(std::size_t media_in_flight, bool is_destruction);

  // From the answer of a server error without Retry-After to the next request: jitter shows here.
  [[nodiscard]] const std::vector<int64_t>& retry_delays_us() const { return retry_delays_us_; }

 private:
  void on_error(const Error& error, bool is_fatal, const Facts& facts);
  void on_state(const StateChanged& change, const Facts& facts);
  void on_shown(const RepresentationChanged& shown);
  void on_media(const std::string& url);

  Points& points_;
  bool has_failed_ = false;
  bool has_crashed_ = false;
  bool has_ended_ = false;
  bool has_first_frame_ = false;
  bool is_seeking_ = false;
  bool was_loading_ = false;  // until the load before ended
  bool has_fetched_since_seek_ = false;
  int seeks_under_way_ = 0;
  int64_t bitrate_ = 0;
  int64_t outage_begins_us_ = -1;
  bool has_used_first_cdn_ = false;  // since the load
  int from_other_cdn_ = 0;           // segments in a row
  std::set<int64_t> reports_;
  std::map<std::string, MonotonicTime> failed_, held_;
  std::vector<int64_t> retry_delays_us_;
};

}  // namespace playhead::swarm

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/swarm/faults.h"
#include "support/sim_transport.h"

namespace playhead::swarm {

// What goes wrong with requests: faults of one request wait for one that they fit, windows hit all
// that they fit. At most one of each strikes a request.
class WebFaults {
 public:
  // Told when a fault of one request strikes; windows strike when they open.
  std::function<void(const Fault&, Duration effect)> on_strike;

  // True: the fault is one of requests and is now armed.
  bool arm(const Fault& fault, MonotonicTime now);
  void disarm_all();

  struct Answer {
    test::WebAnswer web;
    std::optional<Duration> retry_after;
  };
  // What the request is answered with. `ask` gives the true answer, with all that this does to a
  // host; it is not asked when the fault keeps the request from it.
  Answer answer(const test::SimRecord& record, const test::WebRequest& request, MonotonicTime now,
                const std::function<test::WebAnswer()>& ask);

 private:
  struct Lasting {
    Fault fault;
    MonotonicTime until;
    std::string url;  // of sticky ones, without query; empty for windows
  };
  const Fault* choose(const test::SimRecord& record, const test::WebRequest& request,
                      MonotonicTime now);

  std::deque<Fault> armed_;
  std::vector<Lasting> lasting_;
  Fault struck_;
};

}  // namespace playhead::swarm

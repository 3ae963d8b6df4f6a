// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "net/stall_watch.h"
#include "playhead/transport.h"
#include "support/web.h"

namespace playhead::test {

// One request of a SimTransport on its way.
struct SimTransfer {
  uint64_t id = 0;
  Request request;
  FetchCallbacks callbacks;
  std::size_t record = 0;

  // The current hop.
  std::string url;
  std::string method;
  std::string origin;
  int hops = 0;
  bool sends_credentials = true;
  bool has_connection = false;
  bool is_connection_new = false;
  bool is_connection_broken = false;
  WebAnswer answer;
  int64_t body_first = 0;  // of the answer's body
  int64_t body_size = 0;
  std::optional<int64_t> announced;
  int64_t stop = 0;  // bytes after which it ends or breaks
  int64_t sent = 0;
  int64_t credit = 0;
  MonotonicTime asked;  // when the host got to know of it
  StallWatch stall;     // of the body
  bool is_in_body = false;
  bool is_head_held = false;
  bool is_body_held = false;
  CancelHandle step;  // the next thing that happens to it

  // Timeouts: the timer may fire early and is then set again, so that bytes only move `deadline`.
  MonotonicTime deadline = MonotonicTime::max();
  MonotonicTime timer_at = MonotonicTime::max();
  CancelHandle timer;

  TransferStats stats;
  bool has_body = false;
  bool is_full = false;  // waits for room of the consumer
};

// Connections of one origin. Multiplexed: `open` is 0 or 1 and never idle nor taken.
struct SimOrigin {
  int open = 0;
  int idle = 0;
  int connecting = 0;
  std::deque<uint64_t> waiting;
};

}  // namespace playhead::test

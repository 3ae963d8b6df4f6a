// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "clock.h"
#include "load_shedder.h"

namespace playhead::server {

// How long requests wait in an event loop before they are read: that is where they queue when the processor is what
// there is too little of, and neither the loop's timers nor its handlers see it. A probe is a descriptor that becomes
// readable like a client's and gets in line behind those that are. Several are in line one behind the other, or what is
// known of a long queue would be as old as that is long; and while the first of them waits, its age tells how long at
// least. There are none without requests. The loop's thread only.
class QueueProbe {
 public:
  QueueProbe(boost::asio::io_context& io, const Clock& clock, LoadShedder::Limits limits);

  // A request has been read: 0, or it is more than can be served in time, see LoadShedder::excess_us().
  [[nodiscard]] int64_t note_request();

 private:
  // 640 ms: who waits longer is late anyway.
  static constexpr std::size_t kProbes = 32;

  struct Sent {
    int64_t at_us = 0;
    std::size_t requests = 0;  // read before it was sent
    bool is_back = false;      // before one that was sent earlier
  };

  void send(int64_t now_us);
  void on_read(std::size_t index);
  void note(int64_t now_us);

  const Clock& clock_;
  LoadShedder shedder_;
  // Rings.
  std::array<boost::asio::posix::stream_descriptor, kProbes> events_;
  std::array<Sent, kProbes> sent_{};
  std::size_t first_ = 0;              // who was sent first of those in line
  std::size_t in_line_ = 0;
  std::size_t requests_ = 0;  // read so far
  int64_t sent_us_ = 0;       // the last
  int64_t noted_us_ = 0;
  int64_t waited_us_ = 0;     // as noted last
};

}  // namespace playhead::server

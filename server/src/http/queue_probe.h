// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "clock.h"
#include "load_shedder.h"

namespace playhead::server {

// How long requests wait in an event loop before they are read: that is where they queue when the processor is what
// there is too little of, and neither the loop's timers nor its handlers see it. The probe is a descriptor that becomes
// readable like a client's and gets in line behind those that are; there is one at a time, and none without requests.
// The loop's thread only.
class QueueProbe {
 public:
  QueueProbe(boost::asio::io_context& io, const Clock& clock, LoadShedder::Limits limits);

  // A request has been read. True: it is more than can be served in time.
  [[nodiscard]] bool note_request();

 private:
  void send(int64_t now_us);
  void on_read();

  const Clock& clock_;
  LoadShedder shedder_;
  boost::asio::posix::stream_descriptor event_;
  bool is_sent_ = false;
  int64_t sent_us_ = 0;
  std::size_t requests_ = 0;  // read since then
};

}  // namespace playhead::server

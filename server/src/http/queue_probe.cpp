// SPDX-License-Identifier: Apache-2.0
#include "http/queue_probe.h"

#include <sys/eventfd.h>

namespace playhead::server {
namespace {

// Not more often: the probe itself takes time.
constexpr int64_t kApartUs = 1'000;

}  // namespace

// Without a descriptor for it (assign() then fails, and so does every write) nothing is shed.
QueueProbe::QueueProbe(boost::asio::io_context& io, const Clock& clock, LoadShedder::Limits limits)
    : clock_(clock), shedder_(limits), event_(io) {
  boost::system::error_code ignored;
  event_.assign(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), ignored);
}

bool QueueProbe::note_request() {
  const int64_t now_us = clock_.monotonic_us();
  ++requests_;
  if (!is_sent_ && now_us - sent_us_ >= kApartUs) send(now_us);
  return shedder_.is_excess(now_us);
}

void QueueProbe::send(int64_t now_us) {
  if (::eventfd_write(event_.native_handle(), 1) != 0) return;
  is_sent_ = true;
  sent_us_ = now_us;
  requests_ = 0;
  event_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    [this](const boost::system::error_code& error) {
                      if (!error) on_read();
                    });
}

void QueueProbe::on_read() {
  is_sent_ = false;
  eventfd_t ignored = 0;
  ::eventfd_read(event_.native_handle(), &ignored);
  const int64_t now_us = clock_.monotonic_us();
  shedder_.note(now_us, now_us - sent_us_, requests_);
}

}  // namespace playhead::server

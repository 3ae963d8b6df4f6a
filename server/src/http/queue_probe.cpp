// SPDX-License-Identifier: Apache-2.0
#include "http/queue_probe.h"

#include <utility>

#include <sys/eventfd.h>

namespace playhead::server {
namespace {

// Not more often: a probe itself takes time.
constexpr int64_t kApartUs = 1'000;
// While others are in line.
constexpr int64_t kApartInLineUs = 20'000;
// How often the age of one that is still in line is told.
constexpr int64_t kAgeApartUs = 10'000;

template <std::size_t... kIndex>
auto probes_of(boost::asio::io_context& io, std::index_sequence<kIndex...>) {
  return std::array{((void)kIndex, boost::asio::posix::stream_descriptor(io))...};
}

}  // namespace

// Without descriptors for them (assign() then fails, and so does every write) nothing is shed.
QueueProbe::QueueProbe(boost::asio::io_context& io, const Clock& clock, LoadShedder::Limits limits)
    : clock_(clock), shedder_(limits), events_(probes_of(io, std::make_index_sequence<kProbes>())) {
  boost::system::error_code ignored;
  for (auto& event : events_) event.assign(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), ignored);
}

int64_t QueueProbe::note_request() {
  const int64_t now_us = clock_.monotonic_us();
  ++requests_;
  const bool is_due = now_us - sent_us_ >= (in_line_ == 0 ? kApartUs : kApartInLineUs);
  if (is_due && in_line_ < kProbes) send(now_us);
  const bool is_older = in_line_ > 0 && now_us - sent_[first_].at_us > waited_us_;
  if (is_older && now_us - noted_us_ >= kAgeApartUs) note(now_us);
  return shedder_.excess_us(now_us);
}

void QueueProbe::send(int64_t now_us) {
  const std::size_t last = (first_ + in_line_) % kProbes;
  if (::eventfd_write(events_[last].native_handle(), 1) != 0) return;
  sent_us_ = now_us;
  sent_[last] = {now_us, requests_};
  ++in_line_;
  events_[last].async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [this, last](const boost::system::error_code& error) {
                             if (!error) on_read(last);
                           });
}

void QueueProbe::on_read(std::size_t index) {
  eventfd_t ignored = 0;
  ::eventfd_read(events_[index].native_handle(), &ignored);
  // They come in the order they were sent in. Should one not, it says nothing of those before it.
  if (index != first_) return void(sent_[index].is_back = true);
  note(clock_.monotonic_us());
  do {
    sent_[first_].is_back = false;
    first_ = (first_ + 1) % kProbes;
    --in_line_;
  } while (in_line_ > 0 && sent_[first_].is_back);
}

// Of the first in line.
void QueueProbe::note(int64_t now_us) {
  noted_us_ = now_us;
  waited_us_ = now_us - sent_[first_].at_us;
  shedder_.note(now_us, waited_us_, requests_ - sent_[first_].requests);
}

}  // namespace playhead::server

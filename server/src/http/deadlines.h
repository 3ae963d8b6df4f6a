// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <boost/intrusive/list.hpp>

namespace playhead::server {

// What a connection may take its time for.
enum class Patience : std::size_t {
  kHandshake,
  kRequest,  // its first byte; and from that to its last
  kWrite,    // until the client takes another byte
  kLinger,  // until the client sends another byte of what nobody wants, or is gone
  kPause,
};
inline constexpr std::size_t kPatienceKinds = 5;

// Who has a deadline; forgotten when it goes.
class Waiter : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Waiter() = default;
  virtual void on_deadline() = 0;

 private:
  friend class Deadlines;
  int64_t due_us_ = 0;
};

// The deadlines of any number of waiters, one each. All of a kind are equally long, so that who comes last is due last:
// starting and stopping cost the same however many wait, and no memory. Not for several threads.
class Deadlines {
 public:
  using Durations = std::array<int64_t, kPatienceKinds>;  // in microseconds

  explicit Deadlines(const Durations& durations) : durations_us_(durations) {}

  // In place of the one it had.
  void start(Waiter& waiter, Patience kind, int64_t now_us);
  static void stop(Waiter& waiter);

  // When the next is due; empty = nobody waits.
  [[nodiscard]] std::optional<int64_t> next_us() const;
  // Somebody who is due at `now_us` and waits no more; null = nobody.
  [[nodiscard]] Waiter* take_due(int64_t now_us);

 private:
  using Line = boost::intrusive::list<Waiter, boost::intrusive::constant_time_size<false>>;

  const Durations durations_us_;
  std::array<Line, kPatienceKinds> lines_;  // by kind; who is due first stands first
};

}  // namespace playhead::server

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace playhead::test {

// The disk under every SQLite database that is opened while it lives: fails at a chosen write, and
// knows what was synced. One at a time in a process; any thread.
class FaultySqlite {
 public:
  enum class Fault : uint8_t {
    kNone,
    kIoError,   // that call alone: EIO, half of its bytes written
    kBroken,    // from that call on every write fails: EIO
    kReadOnly,  // from that call on every write is refused
    kFull,      // from that call on every write fails while a file of the name given is there
    kGone,      // from that call on nothing works: the power went
    kKill,      // SIGKILL to this process before that call
  };

  enum class Power : uint8_t {
    kFails,  // perhaps: what is synced is remembered for restart()
    kStays,  // no kGone: nothing is remembered, which is cheaper
  };

  explicit FaultySqlite(Power power = Power::kFails);
  ~FaultySqlite();
  FaultySqlite(const FaultySqlite&) = delete;
  FaultySqlite& operator=(const FaultySqlite&) = delete;

  // The n-th write, sync, truncation or removal from now on, from 1.
  void fail_at(int64_t call, Fault fault, const std::string& full_while_there = {});
  [[nodiscard]] bool has_failed() const;
  // From files, so far.
  [[nodiscard]] int64_t bytes_read() const;
  // After kGone: the files get the bytes they had at their last sync, shared memory is gone. All
  // databases are closed.
  void restart();

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace playhead::test

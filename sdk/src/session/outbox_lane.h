// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "playhead/executor.h"
#include "playhead/store.h"
#include "session/api_types.h"
#include "session/outbox_queue.h"

namespace playhead {

// What a lane asks of the kind of thing it delivers, and tells about it. On the lane's executor.
class OutboxCargo {
 public:
  virtual ~OutboxCargo() = default;
  // The stamp within a stored value; nothing when the value is damaged.
  [[nodiscard]] virtual std::optional<WallTime> stamp_of(const std::string& value) const = 0;
  // One attempt to deliver; `done` runs once, never inside the call, never after the handle is
  // gone.
  virtual CancelHandle send(const std::string& value, UniqueFunction<void(PostOutcome)> done) = 0;

  virtual void on_saved(const std::string& value) = 0;      // survives a crash from here on
  virtual void on_delivered(const std::string& value) = 0;  // the service has it
  // Given up: refused for good, too many waiting, or damaged on disk.
  virtual void on_dropped(const std::string& value, const Error& error) = 0;
  // Nothing is lost: an attempt to deliver or to save failed and will be repeated.
  virtual void on_trouble(const Error& error) = 0;
};

// One collection of the Store whose records are delivered at least once, the newest per key:
// put → saved at once → sent when possible → erased when delivered. What earlier runs left is
// delivered first of all. A Store that fails stops nothing: items are then sent from memory, and
// saving is tried again every 10 s. A Store that does not answer is not waited for longer than 5 s.
// On its executor's thread only, the destructor included; that hands what is not on disk yet to the
// Store once more.
class OutboxLane {
 public:
  OutboxLane(std::string collection, OutboxLimits limits, Store& store, Executor& executor,
             OutboxCargo& cargo);
  ~OutboxLane();
  OutboxLane(const OutboxLane&) = delete;
  OutboxLane& operator=(const OutboxLane&) = delete;

  void put(OutboxItem item);
  // It is not needed any more: forgotten, on disk as well.
  void remove(const std::string& key);
  // See OutboxItem::is_with_another.
  void let_go(const std::string& key);
  // Tries everything at once, whatever the back-off; Retry-After is still obeyed.
  void flush();
  // Tries everything at once; `done` gets true as soon as nothing waits, false after `patience`.
  // May run inside the call.
  void drain(Duration patience, UniqueFunction<void(bool)> done);
  // Tries `key` at once. `done` gets what still waits after that attempt or after `patience`; null:
  // nothing does. May run inside the call.
  void settle(const std::string& key, Duration patience,
              UniqueFunction<void(const OutboxItem*)> done);

 private:
  struct Waiter {
    std::string key;
    UniqueFunction<void(const OutboxItem*)> done;
    CancelHandle timer;
  };

  struct Drain {
    UniqueFunction<void(bool)> done;
    CancelHandle timer;
  };

  void load(std::string after_key);
  void on_listed(std::string after_key, Result<std::vector<StoreRecord>> listed);
  void restore(StoreRecord record);
  void on_loaded();
  void accept(OutboxItem item);
  void drop_excess();
  void save(OutboxQueue::Ticket ticket);
  void on_save_answer(const OutboxQueue::Ticket& ticket, const Result<uint64_t>& answer);
  void save_later();
  void save_again();
  void erase(const std::optional<OutboxQueue::Erase>& erase);
  void pump();
  void on_outcome(const OutboxQueue::Ticket& ticket, const PostOutcome& outcome);
  void answer_waiters(const std::string& key);
  void answer_waiter(uint64_t id);
  [[nodiscard]] bool is_drained() const;
  void answer_drains();
  template <typename Action>
  auto guarded(Action action);

  const std::string collection_;
  Store& store_;
  Executor& executor_;
  OutboxCargo& cargo_;
  OutboxQueue queue_;
  bool is_loaded_ = false;
  std::map<std::string, OutboxItem> before_load_;  // put before the disk's records were known
  std::vector<OutboxQueue::Erase> erase_again_;    // not erased yet, as the store failed
  std::map<uint64_t, CancelHandle> sends_;         // by serial
  std::map<uint64_t, Waiter> waiters_;
  std::map<uint64_t, Drain> drains_;
  uint64_t last_waiter_ = 0;
  CancelHandle load_timer_;
  CancelHandle send_timer_;
  CancelHandle save_timer_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // store calls cannot be cancelled
};

}  // namespace playhead

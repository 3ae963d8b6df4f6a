// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/store.h"
#include "playhead/transport.h"
#include "session/api_access.h"
#include "session/telemetry_types.h"

namespace playhead {

// Brings reports on plays to the service, in two lanes like the Outbox's:
// - batches of events, at least once: each is saved with every event that joins it, sent when it is
//   due or flushed, and erased after the 204. 1,000 batches or 4 MiB wait, the oldest goes.
// - heartbeats: each of them, as each covers a time of its own. 10,000 or 4 MiB wait, the oldest
//   goes.
// Two requests at once each; back-off and Retry-After as the Outbox.
//
// Threads: constructed anywhere; put, flush and drain from any thread; destroyed on the executor's
// thread. What was put before is then in the Store's hands.
class TelemetryOutbox {
 public:
  // Of what could not be delivered, and why; on the executor. `is_lost`: and never will be.
  using Observer = UniqueFunction<void(const Error&, bool is_lost)>;

  TelemetryOutbox(ApiAccess& access, Store& store, Transport& transport, Executor& executor,
                  Observer observer);
  ~TelemetryOutbox();
  TelemetryOutbox(const TelemetryOutbox&) = delete;
  TelemetryOutbox& operator=(const TelemetryOutbox&) = delete;

  // Takes the place of what was put of the batch before. `due`: it may be sent from then on.
  void put(const TelemetryBatch& batch, MonotonicTime due);
  void put(const Heartbeat& beat);
  // Sends everything at once, whatever the back-off and what is due.
  void flush();
  // The same; `done` gets true, on the executor, as soon as nothing waits, false after `patience`.
  void drain(Duration patience, UniqueFunction<void(bool)> done);

 private:
  class Impl;
  template <typename Action>
  void post(Action action);

  std::shared_ptr<Impl> impl_;
  Executor& executor_;
};

}  // namespace playhead

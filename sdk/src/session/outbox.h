// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "playhead/store.h"
#include "playhead/transport.h"
#include "session/api_access.h"
#include "session/api_types.h"
#include "session/outbox_queue.h"

namespace playhead {

// What happens to reports. All optional; on the outbox's executor; not from there back into the
// outbox's destructor.
struct OutboxObserver {
  UniqueFunction<void(const ProgressReport&)> on_saved;      // survives a crash from here on
  UniqueFunction<void(const ProgressReport&)> on_delivered;  // the service answered 204
  // Will never arrive: kApiRejected, kNotEntitled, kNotFound, kInvalidArgument (refused, the
  // service's words in `context`), kStoreFull (too many waited, this was the oldest).
  UniqueFunction<void(const ProgressReport&, const Error&)> on_dropped;
  // Nothing is lost: an attempt to deliver or to save failed and will be repeated; or a record that
  // cannot be read any more was removed from the store (kStoreCorrupt).
  UniqueFunction<void(const Error&)> on_trouble;
};

// Brings positions to the service, whatever happens in between: each is saved at once, sent when
// the network allows, and erased only after the service's 204 for that very report. Per profile and
// title only the newest waits. Lives in the client and serves all its players; see README.md.
//
// Sending: newest title first, one request per title, a few at once; failures back off with jitter,
// 0.5 s doubling to 15 s, Retry-After is obeyed; unreachable networks are waited out for ever.
// A 4xx in the service's own words is final, except 401, 408 and 429.
//
// Threads: constructed anywhere; put_progress, flush, settle and subscribe from any thread;
// destroyed on the executor's thread. What was put before is then in the Store's hands.
class Outbox {
 public:
  Outbox(ApiAccess& access, Store& store, Transport& transport, Executor& executor,
         OutboxObserver observer, OutboxLimits limits = {});
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Fire and forget.
  void put_progress(ProgressReport report);
  // Tries everything at once, whatever the back-off: the app goes to the background or ends, the
  // network is back.
  void flush();
  // The same; `done` gets true, on the outbox's executor, as soon as nothing waits any more, false
  // after `patience`.
  void drain(Duration patience, UniqueFunction<void(bool)> done);
  // Tries to deliver the title's report at once. `done` gets what still waits after that attempt or
  // after `patience`, on `reply_to`; nothing when the service knows all we know.
  CancelHandle settle(const std::string& profile_id, const std::string& title_id, Duration patience,
                      Executor& reply_to, UniqueFunction<void(std::optional<ProgressReport>)> done);
  // Hears of the delivered reports of one session, on `reply_to`, until the handle is destroyed.
  CancelHandle subscribe(std::string session_id, Executor& reply_to,
                         UniqueFunction<void(const ProgressReport&)> on_delivered);

 private:
  class Impl;
  template <typename Action>
  void post(Action action);

  std::shared_ptr<Impl> impl_;
  Executor& executor_;
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/store.h"
#include "session/license_client.h"

namespace playhead {

// Brings the proofs that keys are gone (secure stop) to licence services when those do not answer while the title's
// session is there: kept before they are first sent, told again until they are confirmed or refused, at the next start as
// well. 100 or 1 MiB wait, the oldest goes; between attempts, of 30 s each, are up to 1 min, doubling to 10. Kept is the
// system's message, not what the app adds to it: DrmConfig::on_license_request sees it each time, on the executor's thread.
//
// Threads: constructed anywhere; put, settled and drain from any thread; destroyed on the executor's thread. What was put
// before is then in the Store's hands.
class ReleaseOutbox {
 public:
  // Of what could not be delivered, and why; on the executor. `is_lost`: and never will be.
  using Observer = UniqueFunction<void(const Error&, bool is_lost)>;

  // `access`: of the account, null without one. All but the config outlive it.
  ReleaseOutbox(DrmConfig config, ApiAccess* access, Store& store, Transport& transport, Executor& executor,
                Observer observer);
  ~ReleaseOutbox();
  ReleaseOutbox(const ReleaseOutbox&) = delete;
  ReleaseOutbox& operator=(const ReleaseOutbox&) = delete;

  // `key` never repeats. Its session has 5 s to tell it by itself: until then, or let_go(), nothing sends it.
  void put(std::string key, const LicenseRequest& request, const LicenseOrigin& origin);
  // The service has confirmed or refused it.
  void settled(std::string key);
  // Its session is not telling it any more: drain() may send it.
  void let_go(std::string key);
  // Sends everything at once, whatever the back-off; `done` gets true, on the executor, as soon as nothing waits, false
  // after `patience`.
  void drain(Duration patience, UniqueFunction<void(bool)> done);

 private:
  class Impl;
  template <typename Action>
  void post(Action action);

  std::shared_ptr<Impl> impl_;
  Executor& executor_;
};

// A title's fetcher whose proofs go through the outbox as well. On the executor of the title.
class ReleaseKeeper final : public LicenseFetcher {
 public:
  // `outbox` and `executor` outlive it.
  ReleaseKeeper(std::unique_ptr<LicenseFetcher> fetcher, LicenseOrigin origin, ReleaseOutbox& outbox,
                Executor& executor)
      : fetcher_(std::move(fetcher)), origin_(std::move(origin)), outbox_(outbox), executor_(executor) {}

  CancelHandle fetch(LicenseRequest request, UniqueFunction<void(Result<LicenseAnswer>)> done) override;

 private:
  const std::unique_ptr<LicenseFetcher> fetcher_;
  const LicenseOrigin origin_;
  ReleaseOutbox& outbox_;
  Executor& executor_;
};

}  // namespace playhead

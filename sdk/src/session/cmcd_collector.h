// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/executor.h"
#include "playhead/transport.h"

namespace playhead {

// Brings lines of CMCD events (CTA-5004-B, event mode) to the collectors they are for: as bodies of
// application/cmcd, up to 20 lines or what came within 5 s, one request of a collector at a time,
// without tokens, redirects not followed. What fails by the network, a 5xx or 429 is tried again;
// other refusals drop the batch, and a 410 all that comes for that collector. In memory alone: 500
// lines of a collector wait, the oldest goes. They are measurements, nothing depends on them.
//
// Threads: constructed anywhere; put, flush and drain from any thread; destroyed on the executor's
// thread.
class CmcdCollector {
 public:
  CmcdCollector(Transport& transport, Executor& executor);
  ~CmcdCollector();
  CmcdCollector(const CmcdCollector&) = delete;
  CmcdCollector& operator=(const CmcdCollector&) = delete;

  void put(const std::string& url, std::string line);
  // Sends what waits now, whatever the back-off.
  void flush();
  // The same; `done` runs on the executor once all of it was tried, or after `patience`.
  void drain(Duration patience, UniqueFunction<void()> done);

 private:
  class Impl;
  template <typename Action>
  void post(Action action);

  std::shared_ptr<Impl> impl_;
  Executor& executor_;
};

}  // namespace playhead

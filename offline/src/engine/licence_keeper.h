// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "playhead/cancel_handle.h"
#include "playhead/executor.h"
#include "playhead/protection.h"
#include "playhead/result.h"
#include "playhead/unique_function.h"
#include "store/rows.h"

namespace playhead::offline {

// What has to be licensed before the bytes of a title are worth anything.
struct LicenceWish {
  std::string download_id;
  std::vector<ContentProtection> protections;
  std::string system;       // DrmGrant::type of the service's answer; may be empty
  std::string license_url;  // signed, do not log; may be empty
};

// Gets persistent licences. On the engine's thread.
class LicenceKeeper {
 public:
  virtual ~LicenceKeeper() = default;
  // `done` on `executor`, once, never inside the call: rows for the journal, sealed. Errors: those
  // of DRM (6xxx) and of the network.
  virtual CancelHandle acquire(const LicenceWish& wish, Executor& executor,
                               UniqueFunction<void(Result<std::vector<LicenceRow>>)> done) = 0;
};

}  // namespace playhead::offline

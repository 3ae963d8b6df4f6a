// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/cancel_handle.h"
#include "playhead/drm/drm_session.h"
#include "playhead/drm/drm_system.h"
#include "playhead/kept_license.h"

namespace playhead {

// One message of a DRM system on its way to the licence service.
struct LicenseRequest {
  DrmMessageType type = DrmMessageType::kLicenseRequest;
  std::string url;     // absolute http(s); empty: the fetcher knows where, or it cannot be asked
  std::string scheme;  // DrmSystem::name()
  SharedBytes challenge;
  std::vector<KeyId> kids;  // that are wanted; empty: only the challenge knows
  SessionKind kind = SessionKind::kTemporary;
  SecurityLevel level = SecurityLevel::kNone;
};

struct LicenseAnswer {
  SharedBytes license;  // for DrmSession::update()
  LicenseTerms terms;
};

// Carries messages to the licence service, repeats what may succeed later, and comes to an end.
class LicenseFetcher {
 public:
  virtual ~LicenseFetcher() = default;
  // `done` once, on the executor of the DrmManager, never inside the call. Errors:
  // kDrmLicenseRefused (the service says no: 4xx), kDrmLicenseUnreachable (no answer within its
  // patience: network, 5xx, 429), kDrmLicense (an answer that is no licence: too large, a page of a
  // captive portal; no URL is known, or one that is not allowed).
  virtual CancelHandle fetch(LicenseRequest request,
                             UniqueFunction<void(Result<LicenseAnswer>)> done) = 0;
};

// Asks nobody: every message ends with kDrmLicenseUnreachable. For playback without a network, see
// DrmManagerConfig::only_kept. `executor`: of the manager; outlives the fetcher.
[[nodiscard]] std::unique_ptr<LicenseFetcher> make_refusing_fetcher(Executor& executor);

}  // namespace playhead

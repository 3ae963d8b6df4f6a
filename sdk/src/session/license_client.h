// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/drm/license_fetcher.h"
#include "playhead/drm_config.h"
#include "playhead/transport.h"
#include "session/api_access.h"

namespace playhead {

// How the title came to be played.
struct LicenseOrigin {
  // The account of a title of the service: its licences go through POST /v1/license, unless the app
  // wants them raw. Null: a plain URL. Outlives the client.
  ApiAccess* access = nullptr;
  // Where the service says its licences are; "": it does not say.
  std::string license_url;
};

// Carries licence messages over the network: for one title, on its player's executor.
// Which URL: that of the app, of the service, of the request; individualisation goes, raw, to where
// the system wants it. The account's token goes to the origin of the API alone.
class LicenseClient final : public LicenseFetcher {
 public:
  // `transport` and `executor` outlive the client.
  LicenseClient(DrmConfig config, LicenseOrigin origin, Transport& transport, Executor& executor);

  CancelHandle fetch(LicenseRequest request,
                     UniqueFunction<void(Result<LicenseAnswer>)> done) override;

 private:
  [[nodiscard]] const std::string& url_of(const LicenseRequest& request) const;
  [[nodiscard]] bool is_wrapped(const LicenseRequest& request) const;

  const DrmConfig config_;
  const LicenseOrigin origin_;
  Transport& transport_;
  Executor& executor_;
};

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "playhead/drm/license_fetcher.h"

#include <utility>

namespace playhead {
namespace {

class RefusingFetcher final : public LicenseFetcher {
 public:
  explicit RefusingFetcher(Executor& executor) : executor_(executor) {}

  CancelHandle fetch(LicenseRequest, UniqueFunction<void(Result<LicenseAnswer>)> done) override {
    return executor_.post_at(executor_.now(), [done = std::move(done)]() mutable {
      done(make_error(ErrorCode::kDrmLicenseUnreachable,
                      "no licence service is asked while a download is played"));
    });
  }

 private:
  Executor& executor_;
};

}  // namespace

std::unique_ptr<LicenseFetcher> make_refusing_fetcher(Executor& executor) {
  return std::make_unique<RefusingFetcher>(executor);
}

}  // namespace playhead

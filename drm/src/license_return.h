// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "license_session.h"

namespace playhead::drm {

// A kept licence on its way back to the service: found again, destroyed, and the service told. One
// thread; destroying it ends it, and what is left of it goes on with another one.
class LicenseReturn final : private LicenseSession::Owner {
 public:
  using Done = UniqueFunction<void(Result<void>)>;

  // `orders`: one for each system that might have kept it, see DrmManagerImpl::return_orders().
  // `done` once, never inside the constructor.
  LicenseReturn(const std::vector<LicenseOrder>& orders, LicenseFetcher& fetcher,
                Executor& executor, Done done);
  ~LicenseReturn() override;

  [[nodiscard]] bool is_over() const { return !done_; }

 private:
  void on_license_keys(LicenseSession&) override {}
  void on_license_expired(LicenseSession&) override {}
  void on_license_failed(LicenseSession&, Error error, FailureSource) override;
  void on_license_returned(LicenseSession&, Result<void> result) override;
  void finish(Result<void> result);

  Executor& executor_;
  Done done_;
  std::optional<Result<void>> result_;
  CancelHandle told_;
  std::unique_ptr<LicenseSession> session_;
};

}  // namespace playhead::drm

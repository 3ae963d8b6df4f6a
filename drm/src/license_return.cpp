// SPDX-License-Identifier: Apache-2.0
#include "license_return.h"

#include <memory>
#include <utility>

namespace playhead::drm {

LicenseReturn::LicenseReturn(const std::vector<LicenseOrder>& orders, LicenseFetcher& fetcher,
                             Executor& executor, Done done)
    : executor_(executor), done_(std::move(done)) {
  Result<void> outcome =
      make_error(ErrorCode::kDrmNoSystem, "the system that keeps the licence is missing");
  bool has_failed = false;  // a system that could not say whether it has the licence
  for (const LicenseOrder& order : orders) {
    LicenseSession::Owner& owner = *this;
    session_ = std::make_unique<LicenseSession>(order, fetcher, executor, owner);
    Result<void> started = session_->start();
    if (started) return;
    if (!has_failed) outcome = std::move(started);
    has_failed = outcome.error().code != ErrorCode::kDrmNoLicense;
  }
  finish(std::move(outcome));
}

LicenseReturn::~LicenseReturn() = default;

void LicenseReturn::on_license_failed(LicenseSession&, Error error, FailureSource) {
  finish(std::move(error));
}

void LicenseReturn::on_license_returned(LicenseSession&, Result<void> result) {
  finish(std::move(result));
}

void LicenseReturn::finish(Result<void> result) {
  if (result_) return;  // the first word counts, whatever the system says after it
  const bool is_gone = !result && result.error().code == ErrorCode::kDrmNoLicense;
  result_ = is_gone ? Result<void>() : std::move(result);
  told_ = executor_.post_at(executor_.now(), [this] {
    session_.reset();
    // The receiver may end this.
    Done done = std::move(done_);
    done_ = nullptr;
    Result<void> told = *std::move(result_);
    done(std::move(told));
  });
}

}  // namespace playhead::drm

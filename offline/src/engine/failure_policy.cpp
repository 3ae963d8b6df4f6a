// SPDX-License-Identifier: Apache-2.0
#include "engine/failure_policy.h"

namespace playhead::offline {

namespace {

Diagnosis wait_for(WaitReason reason, const Error& error, NextAction action) {
  Diagnosis diagnosis{Remedy::kWait, reason, {error, true, action}};
  diagnosis.failure.error.severity = Severity::kRecoverable;
  return diagnosis;
}

Diagnosis fail(const Error& error, bool is_retryable, NextAction action) {
  return {Remedy::kFail, WaitReason::kNothing, {error, is_retryable, action}};
}

Diagnosis refresh_or(const FailureInputs& in, const Diagnosis& otherwise) {
  if (in.is_refreshed) return otherwise;
  return {Remedy::kRefresh, WaitReason::kNothing, otherwise.failure};
}

Diagnosis of_status(const FailureInputs& in) {
  const bool may_pass = in.error.detail >= 500 || in.error.detail == 408 || in.error.detail == 425;
  if (!may_pass) return fail(in.error, false, NextAction::kNone);
  if (in.failures >= kMostRefusals) return fail(in.error, true, NextAction::kRetry);
  return wait_for(WaitReason::kNetwork, in.error, NextAction::kRetry);
}

}  // namespace

Diagnosis diagnose(const FailureInputs& in) {
  const Error& error = in.error;
  switch (error.code) {
    case ErrorCode::kNetworkUnreachable:
    case ErrorCode::kNetworkTimeout:
    case ErrorCode::kConnectionLost:
    case ErrorCode::kCaptivePortal:
    case ErrorCode::kProxyFailure:
      return wait_for(WaitReason::kNetwork, error, NextAction::kRetry);
    case ErrorCode::kServerBusy:
    case ErrorCode::kDrmLicenseUnreachable:
      if (in.failures >= kMostRefusals) return fail(error, true, NextAction::kRetry);
      return wait_for(WaitReason::kNetwork, error, NextAction::kRetry);
    case ErrorCode::kHttpStatus:
      return of_status(in);
    case ErrorCode::kForbidden:
    case ErrorCode::kUnauthorized:
      return refresh_or(
          in, fail(error, true, in.has_service ? NextAction::kSignIn : NextAction::kRemoveAndAdd));
    case ErrorCode::kNotFound:
      return refresh_or(in, fail(error, false, NextAction::kNone));
    case ErrorCode::kTimedOut:  // the app gives no token
      return wait_for(WaitReason::kAuth, error, NextAction::kSignIn);
    case ErrorCode::kNotEntitled:
    case ErrorCode::kGeoBlocked:
    case ErrorCode::kMaturityBlocked:
    case ErrorCode::kPinRequired:
    case ErrorCode::kPinWrong:
    case ErrorCode::kPinLocked:
    case ErrorCode::kDrmLicenseRefused:
      return fail(error, true, NextAction::kSignIn);
    case ErrorCode::kApiBadAnswer:
    case ErrorCode::kTlsFailure:
    case ErrorCode::kPinMismatch:
    case ErrorCode::kBadResponse:
    case ErrorCode::kTooManyRedirects:
    case ErrorCode::kResourceChanged:
    case ErrorCode::kStoreIo:
      return fail(error, true, NextAction::kRetry);
    case ErrorCode::kStoreFull:
    case ErrorCode::kOfflineQuota:
      return wait_for(WaitReason::kStorage, error, NextAction::kFreeSpace);
    case ErrorCode::kOfflineExpired:
      return fail(error, true, NextAction::kRenew);
    case ErrorCode::kOfflineTampered:
    case ErrorCode::kOfflineOtherDevice:
    case ErrorCode::kStoreCorrupt:
      return fail(error, false, NextAction::kRemoveAndAdd);
    default:
      return fail(error, false, NextAction::kNone);
  }
}

}  // namespace playhead::offline

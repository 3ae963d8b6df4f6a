// SPDX-License-Identifier: Apache-2.0
#include "session/api_status.h"

#include <string_view>
#include <utility>

#include "session/api_json.h"

namespace playhead {

namespace {

// What the service says no to, where its code tells more than the status.
struct Refusal {
  int status;
  std::string_view word;
  ErrorCode code;
};
constexpr Refusal kRefusals[] = {
    {403, "geo_blocked", ErrorCode::kGeoBlocked},
    {403, "maturity_blocked", ErrorCode::kMaturityBlocked},
    {403, "pin_required", ErrorCode::kPinRequired},
    {403, "pin_wrong", ErrorCode::kPinWrong},
    {403, "device_unsupported", ErrorCode::kDeviceUnsupported},
    {429, "pin_locked", ErrorCode::kPinLocked},
};

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
      return ErrorCode::kUnauthorized;
    case 403:
      return ErrorCode::kNotEntitled;
    case 404:
      return ErrorCode::kNotFound;
    case 408:
      return ErrorCode::kNetworkTimeout;
    case 429:
    case 503:
      return ErrorCode::kServerBusy;
    default:
      break;
  }
  if (status >= 400 && status < 500) return ErrorCode::kApiRejected;
  if (status >= 500 && status < 600) return ErrorCode::kHttpStatus;
  return ErrorCode::kApiBadAnswer;
}

ErrorCode code_of(int status, const std::optional<ApiProblem>& problem) {
  for (const Refusal& refusal : kRefusals) {
    if (problem && refusal.status == status && refusal.word == problem->code) return refusal.code;
  }
  return code_of_status(status);
}

std::string context_of(const ApiReply& reply, const std::optional<ApiProblem>& problem) {
  std::string text;
  if (problem) {
    text = problem->message;
    if (!problem->code.empty()) {
      text += text.empty() ? problem->code : " [" + problem->code + "]";
    }
  }
  if (reply.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*reply.retry_after).count();
    if (!text.empty()) text += "; ";
    text += "try again in " + std::to_string(seconds) + " s";
  }
  return text;
}

// Refused for good, as far as the status tells.
bool is_refusal(int status) {
  return status >= 400 && status < 500 && status != 401 && status != 408 && status != 429;
}

}  // namespace

Error error_of(const ApiReply& reply) {
  const auto problem = parse_problem(reply.body);
  return make_error(code_of(reply.status, problem), context_of(reply, problem), reply.status);
}

PostOutcome outcome_of(const ApiReply& reply) {
  using Verdict = PostOutcome::Verdict;
  // Exactly 204: a captive portal's 200 is not the service's word.
  if (reply.status == 204) return {Verdict::kDelivered, {}, std::nullopt};
  PostOutcome outcome{Verdict::kRetry, error_of(reply), reply.retry_after};
  if (is_refusal(reply.status)) {
    outcome.verdict = parse_problem(reply.body) ? Verdict::kRefused : Verdict::kSuspicious;
  }
  return outcome;
}

PostOutcome outcome_of(Error error) {
  using Verdict = PostOutcome::Verdict;
  const bool is_hopeless = error.code == ErrorCode::kInvalidArgument;
  return {is_hopeless ? Verdict::kRefused : Verdict::kRetry, std::move(error), std::nullopt};
}

}  // namespace playhead

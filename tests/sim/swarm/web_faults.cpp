// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/web_faults.h"

#include <algorithm>

#include "sim/swarm/cdns.h"
#include "sim/swarm/media.h"

namespace playhead::swarm {

namespace {

constexpr const char* kPortalPage =
    "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please accept our terms of use "
    "to go on.</body></html>";
constexpr int64_t kTomorrow = 86'400;

bool is_window(FaultKind kind) {
  switch (kind) {
    case FaultKind::kDnsFailure:
    case FaultKind::kCaptivePortal:
    case FaultKind::kRangeIgnored:
    case FaultKind::kWrongContentRange:
    case FaultKind::kServiceDown:
    case FaultKind::kCdnDies:
    case FaultKind::kCdnLacks:
      return true;
    default:
      return false;
  }
}

bool is_of_one_request(FaultKind kind) {
  if (kind <= FaultKind::kForbiddenRedirect) return true;
  switch (kind) {
    case FaultKind::kEmptyManifest:
    case FaultKind::kCutManifest:
    case FaultKind::kStrangeManifest:
    case FaultKind::kDamagedSample:
    case FaultKind::kEmptySegment:
    case FaultKind::kStrangeContainer:
    case FaultKind::kServiceRejects:
    case FaultKind::kAnswerLost:
    case FaultKind::kStrangeAnswer:
      return true;
    default:
      return false;
  }
}

FaultTarget target_of(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kEmptyManifest:
    case FaultKind::kCutManifest:
    case FaultKind::kStrangeManifest:
      return FaultTarget::kManifest;
    case FaultKind::kDamagedSample:
    case FaultKind::kEmptySegment:
    case FaultKind::kStrangeContainer:
    case FaultKind::kRangeIgnored:
    case FaultKind::kWrongContentRange:
    case FaultKind::kCdnLacks:
      return FaultTarget::kMedia;
    case FaultKind::kServiceDown:
    case FaultKind::kServiceRejects:
    case FaultKind::kAnswerLost:
    case FaultKind::kStrangeAnswer:
      return FaultTarget::kApi;
    case FaultKind::kCaptivePortal:
    case FaultKind::kCdnDies:
      return FaultTarget::kAny;
    default:
      return fault.target;
  }
}

bool fits(const Fault& fault, const test::SimRecord& record, const test::WebRequest& request) {
  const bool needs_range = fault.kind == FaultKind::kRangeRefused ||
                           fault.kind == FaultKind::kRangeIgnored ||
                           fault.kind == FaultKind::kWrongContentRange;
  if (needs_range && !request.has_header("range")) return false;
  if (is_of_cdn(fault.kind) && cdn_of(request.url) != static_cast<std::size_t>(fault.amount)) {
    return false;
  }
  switch (target_of(fault)) {
    case FaultTarget::kMedia:
      return record.kind == ResourceKind::kMedia || record.kind == ResourceKind::kInit;
    case FaultTarget::kManifest:
      return record.kind == ResourceKind::kManifest;
    case FaultTarget::kApi:
      return record.kind == ResourceKind::kApi;
    case FaultTarget::kAny:
      return true;
  }
  return false;
}

std::string without_query(const std::string& url) { return url.substr(0, url.find('?')); }

int64_t part_of(const test::WebAnswer& answer, int64_t millionths) {
  return answer.body_size() * millionths / 1'000'000;
}

void break_body(test::WebAnswer& answer, const Fault& fault, test::WebAnswer::Break how) {
  answer.break_after = part_of(answer, fault.amount);
  answer.break_kind = how;
}

// Answers that take the place of the true one.
std::optional<test::WebAnswer> instead_of(const Fault& fault, const test::WebRequest& request) {
  using test::status_answer;
  static constexpr int kServerErrors[] = {500, 502, 504};
  static constexpr const char* kForbidden[] = {"file:///etc/passwd", "ftp://cdn.test/x",
                                               "data:text/plain,x", "gopher://cdn.test/"};
  const auto wait = [&](int64_t seconds, int status) {
    return status_answer(status, {{"Retry-After", std::to_string(seconds)}});
  };
  switch (fault.kind) {
    case FaultKind::kNotFound:
    case FaultKind::kCdnLacks:
      return status_answer(404);
    case FaultKind::kForbidden:
      return status_answer(403);
    case FaultKind::kGone:
      return status_answer(410);
    case FaultKind::kRangeRefused:
      return status_answer(416);
    case FaultKind::kRetryAfter:
      return wait(fault.amount, fault.extra % 2 == 0 ? 429 : 503);
    case FaultKind::kBusy:
      return status_answer(fault.extra % 2 == 0 ? 429 : 503);
    case FaultKind::kServerError:
      return status_answer(kServerErrors[fault.extra % std::size(kServerErrors)]);
    case FaultKind::kServiceDown:
      return status_answer(fault.extra % 2 == 0 ? 500 : 503);
    case FaultKind::kRetryTomorrow:
      return wait(kTomorrow, 503);
    case FaultKind::kRedirectLoop:
      return test::redirect_answer(request.url);
    case FaultKind::kForbiddenRedirect:
      return test::redirect_answer(kForbidden[fault.extra % std::size(kForbidden)]);
    case FaultKind::kCaptivePortal:
      if (fault.extra % 2 == 0) return test::text_answer(kPortalPage);
      return test::redirect_answer("http://portal.test/welcome");
    case FaultKind::kStrangeManifest:
      return test::text_answer(fault.extra % 2 == 0 ? kPortalPage : "\xEF\xBB\xBF");
    case FaultKind::kEmptyManifest:
    case FaultKind::kEmptySegment:
      return test::text_answer("");
    case FaultKind::kServiceRejects:
      return test::text_answer(R"({"error":{"code":"invalid","message":"not like this"}})", 400);
    case FaultKind::kStrangeAnswer:
      return test::text_answer(fault.extra % 2 == 0 ? "{\"stream_url\":" : kPortalPage);
    default:
      return std::nullopt;
  }
}

void spoil(test::WebAnswer& answer, const Fault& fault) {
  using Break = test::WebAnswer::Break;
  switch (fault.kind) {
    case FaultKind::kResetBeforeHead:
    case FaultKind::kAnswerLost:
      answer.breaks_before_head = true;
      break;
    case FaultKind::kResetMidBody:
      break_body(answer, fault, Break::kReset);
      break;
    case FaultKind::kShortBody:
    case FaultKind::kCutManifest:
      break_body(answer, fault, Break::kClose);
      if (fault.kind == FaultKind::kCutManifest) {
        answer.framing = test::WebAnswer::Framing::kUntilClose;
      }
      break;
    case FaultKind::kCutAtClose:
      answer.framing = test::WebAnswer::Framing::kUntilClose;
      break_body(answer, fault, Break::kClose);
      break;
    case FaultKind::kStallMidBody:
      break_body(answer, fault, Break::kHold);
      break;
    case FaultKind::kSlowLoris:
      answer.max_bits_per_second = fault.amount;
      break;
    case FaultKind::kNoFirstByte:
      answer.holds_head = true;
      break;
    case FaultKind::kDnsFailure:
    case FaultKind::kCdnDies:
      answer.refuses_connection = true;
      break;
    case FaultKind::kRangeIgnored:
      answer.ignores_range = true;
      break;
    case FaultKind::kWrongContentRange:
      answer.content_range = "bytes 1-2/3";
      break;
    case FaultKind::kDamagedSample:
      damage(answer, fault.amount);
      break;
    case FaultKind::kStrangeContainer:
      answer.filler_bytes = answer.body_size();
      answer.body = nullptr;
      break;
    default:
      break;
  }
}

// How long a strike is felt by the request it hits, at least.
Duration effect_of(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kNoFirstByte:
      return 8s;
    case FaultKind::kStallMidBody:
      return 5s;
    case FaultKind::kSlowLoris:
      return 60s;
    case FaultKind::kRetryAfter:
      return std::chrono::seconds(fault.amount);
    default:
      return Duration{0};
  }
}

}  // namespace

bool WebFaults::arm(const Fault& fault, MonotonicTime now) {
  if (is_window(fault.kind)) {
    lasting_.push_back({fault, now + fault.length, {}});
    return true;
  }
  if (!is_of_one_request(fault.kind)) return false;
  armed_.push_back(fault);
  return true;
}

void WebFaults::disarm_all() {
  armed_.clear();
  lasting_.clear();
}

const Fault* WebFaults::choose(const test::SimRecord& record, const test::WebRequest& request,
                               MonotonicTime now) {
  std::erase_if(lasting_, [&](const Lasting& lasting) { return lasting.until <= now; });
  for (const Lasting& lasting : lasting_) {
    const bool is_meant = lasting.url.empty() ? fits(lasting.fault, record, request)
                                              : lasting.url == without_query(request.url);
    if (is_meant) return &lasting.fault;
  }
  const auto found = std::find_if(armed_.begin(), armed_.end(),
                                  [&](const Fault& fault) { return fits(fault, record, request); });
  if (found == armed_.end()) return nullptr;
  struck_ = *found;
  armed_.erase(found);
  if (struck_.is_sticky) {
    lasting_.push_back({struck_, now + struck_.length, without_query(request.url)});
  }
  if (on_strike) on_strike(struck_, std::max(effect_of(struck_), struck_.length));
  return &struck_;
}

WebFaults::Answer WebFaults::answer(const test::SimRecord& record, const test::WebRequest& request,
                                    MonotonicTime now,
                                    const std::function<test::WebAnswer()>& ask) {
  if (request.url.rfind("http://portal.test/", 0) == 0) {
    return {test::text_answer(kPortalPage), std::nullopt};
  }
  const Fault* fault = choose(record, request, now);
  if (fault == nullptr) return {ask(), std::nullopt};
  if (auto other = instead_of(*fault, request)) {
    std::optional<Duration> wait;
    if (fault->kind == FaultKind::kRetryAfter) wait = std::chrono::seconds(fault->amount);
    if (fault->kind == FaultKind::kRetryTomorrow) wait = std::chrono::seconds(kTomorrow);
    return {*std::move(other), wait};
  }
  const bool never_arrives =
      fault->kind == FaultKind::kDnsFailure || fault->kind == FaultKind::kCdnDies ||
      fault->kind == FaultKind::kResetBeforeHead || fault->kind == FaultKind::kNoFirstByte;
  Answer answer{never_arrives ? test::WebAnswer() : ask(), std::nullopt};
  spoil(answer.web, *fault);
  return answer;
}

}  // namespace playhead::swarm

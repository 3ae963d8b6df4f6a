// SPDX-License-Identifier: Apache-2.0
#include "net/fetch_operation.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/url.h"
#include "net/http_headers.h"

namespace playhead {

namespace {

// An error answer's body is read over, so that its connection lives on, only up to here; bytes.
constexpr int64_t kMaxErrorBodyBytes = int64_t{64} << 10;

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
      return ErrorCode::kUnauthorized;
    case 403:
      return ErrorCode::kForbidden;
    case 404:
    case 410:
      return ErrorCode::kNotFound;
    case 429:
    case 503:
      return ErrorCode::kServerBusy;
    default:
      return ErrorCode::kHttpStatus;
  }
}

// An attempt that brought this much begins a new retry budget: a long download over a link that
// breaks now and then comes to its end, one that breaks at once does not go on for ever; bytes.
constexpr int64_t kProgressBytes = int64_t{64} << 10;

bool is_idempotent(std::string_view method) { return method != "POST" && method != "PATCH"; }

// RFC 9110 §8.6 and §14.4: how large the whole resource is, if the answer says so.
std::optional<int64_t> total_size(const ResponseHead& head) {
  if (head.status != 206) return head.content_length;
  const auto range = parse_content_range(head.header("content-range"));
  return range ? range->total : std::nullopt;
}

}  // namespace

FetchOperation::FetchOperation(Transport& transport, Executor& executor, const RetryConfig& config,
                               Request request, FetchEvents events)
    : transport_(transport),
      executor_(executor),
      config_(config),
      request_(std::move(request)),
      events_(std::move(events)),
      started_(executor.now()),
      budget_start_(started_) {
  stats_.started = started_;
}

void FetchOperation::start() { start_attempt(); }

void FetchOperation::cancel() {
  is_ended_ = true;
  attempt_.handle.reset();
  retry_timer_.reset();
}

void FetchOperation::start_attempt() {
  ++attempts_;
  attempt_ = Attempt{};
  Request request = make_request();
  attempt_.is_range_asked = request.range.has_value();
  const std::weak_ptr<FetchOperation> weak = weak_from_this();
  FetchCallbacks callbacks;
  callbacks.on_head = [weak](const ResponseHead& head) {
    if (const auto self = weak.lock()) self->on_head(head);
  };
  callbacks.on_body = [weak](const SharedBytes& bytes, MonotonicTime received) {
    if (const auto self = weak.lock()) self->on_body(bytes, received);
  };
  callbacks.on_done = [weak](Result<TransferStats> result) {
    if (const auto self = weak.lock()) self->on_attempt_done(std::move(result));
  };
  attempt_.handle = transport_.start(std::move(request), executor_, std::move(callbacks));
}

Request FetchOperation::make_request() const {
  Request request = request_;
  // Ranges count encoded bytes: a compressed body starts again and is skipped over.
  if (delivered_ > 0 && !is_encoded_) {
    const int64_t first = request_.range ? request_.range->first : 0;
    request.range =
        ByteRange{first + delivered_, request_.range ? request_.range->last : std::nullopt};
    if (!validator_.empty()) request.headers.push_back({"If-Range", validator_});
  }
  // A host may answer a range with the whole resource: what is delivered is counted here.
  if (request.range) request.max_bytes = std::numeric_limits<int64_t>::max();
  return request;
}

void FetchOperation::on_head(const ResponseHead& head) {
  const bool is_stray_redirect = head.status >= 300 && head.status < 400 && head.status != 304;
  if (head.status < 400 && !is_stray_redirect) {
    accept(head);
    return;
  }
  attempt_.retry_after =
      parse_retry_after(head.header("retry-after"), head.header("date"), executor_.wall_now());
  std::string context = redact(head.url);
  if (attempt_.retry_after) {
    context +=
        ": come back in " +
        std::to_string(std::chrono::ceil<std::chrono::seconds>(*attempt_.retry_after).count()) +
        " s";
  }
  attempt_.error_status = head.status;
  const bool is_long = head.content_length.value_or(0) > kMaxErrorBodyBytes;
  attempt_.error = make_error(code_of_status(head.status), std::move(context), head.status);
  if (is_long) refuse(*std::exchange(attempt_.error, std::nullopt), true);
}

void FetchOperation::accept(const ResponseHead& head) {
  auto plan =
      plan_answer({head, request_.range, attempt_.is_range_asked, delivered_, validator_, total_});
  if (!plan) {
    refuse(std::move(plan).error(), false);
    return;
  }
  const bool has_no_body = request_.method == "HEAD" || head.status == 204 || head.status == 304;
  attempt_.plan = has_no_body ? AnswerPlan{} : *plan;
  attempt_.head = head;
  if (delivered_ > 0) return;
  validator_ = strong_validator(head);
  total_ = total_size(head);
  is_encoded_ = !head.header("content-encoding").empty();
}

// Ends the attempt because of its answer.
void FetchOperation::refuse(Error error, bool can_retry) {
  attempt_.handle.reset();
  attempt_.can_retry = can_retry;
  fail_or_retry(std::move(error));
}

void FetchOperation::on_body(const SharedBytes& bytes, MonotonicTime received) {
  if (!attempt_.head) return;  // the body of an error
  AnswerPlan& plan = attempt_.plan;
  const auto size = static_cast<int64_t>(bytes.size());
  const int64_t skipped = std::min(plan.skip, size);
  const int64_t wanted = std::min(size - skipped, plan.take.value_or(size));
  const bool has_excess = skipped + wanted < size;
  plan.skip -= skipped;
  if (plan.take) *plan.take -= wanted;
  if (wanted > 0) {
    deliver(
        bytes,
        bytes.view().subspan(static_cast<std::size_t>(skipped), static_cast<std::size_t>(wanted)),
        received);
  }
  // More than the range comes, or will: not waited for, though it costs the connection.
  const bool is_all = attempt_.plan.take == 0 && attempt_.head && attempt_.head->status != 206;
  if (!is_ended_ && (has_excess || is_all)) end_early();
}

void FetchOperation::deliver(const SharedBytes& bytes, ByteView part, MonotonicTime received) {
  const auto size = static_cast<int64_t>(part.size());
  if (delivered_ + size > request_.max_bytes) {
    refuse(make_error(ErrorCode::kTooLarge, redact(request_.url) + ": the answer is too large"),
           false);
    return;
  }
  if (delivered_ == 0) stats_.first_byte = received;
  delivered_ += size;
  attempt_.delivered += size;
  stats_.finished = received;
  deliver_head();
  if (is_ended_ || !events_.on_body) return;
  const bool is_whole = part.size() == bytes.size();
  events_.on_body(is_whole ? bytes : SharedBytes({part.begin(), part.end()}), received);
}

// A 206 may hold less than was asked for (RFC 9110 §15.3.7); the rest is asked for again.
std::optional<Error> FetchOperation::missing_bytes() const {
  if (attempt_.plan.skip > 0) {
    return make_error(ErrorCode::kBadResponse,
                      redact(request_.url) + ": the range lies beyond the resource");
  }
  if (!attempt_.head || attempt_.head->status != 206 || !total_) return std::nullopt;
  const int64_t position = (request_.range ? request_.range->first : 0) + delivered_;
  const bool is_wanted =
      !request_.range || !request_.range->last || position <= *request_.range->last;
  if (!is_wanted || position >= *total_) return std::nullopt;
  return make_error(ErrorCode::kConnectionLost,
                    redact(request_.url) + ": the answer holds only part of the range");
}

void FetchOperation::on_attempt_done(Result<TransferStats> result) {
  if (attempt_.error) {
    fail_or_retry(*std::exchange(attempt_.error, std::nullopt));
  } else if (!result) {
    fail_or_retry(std::move(result).error());
  } else if (auto missing = missing_bytes()) {
    fail_or_retry(*std::move(missing));
  } else {
    succeed(*result);
  }
}

void FetchOperation::deliver_head() {
  if (std::exchange(is_head_delivered_, true)) return;
  if (events_.on_head) events_.on_head(*attempt_.head);
}

void FetchOperation::end_early() {
  attempt_.handle.reset();
  TransferStats last = stats_;
  last.wire_bytes = delivered_;
  last.http_major = 1;
  succeed(last);
}

void FetchOperation::succeed(const TransferStats& last) {
  deliver_head();
  if (is_ended_) return;
  TransferStats total = last;
  total.started = stats_.started;
  if (delivered_ > 0) total.first_byte = stats_.first_byte;
  if (attempts_ > 1) total.wire_bytes = delivered_;
  total.body_bytes = delivered_;
  finish(total);
}

void FetchOperation::fail_or_retry(Error error) {
  const MonotonicTime now = executor_.now();
  if (attempt_.delivered >= kProgressBytes) {
    failed_attempts_ = 0;
    budget_start_ = now;
  }
  ++failed_attempts_;
  const RetryInputs in{error.code,          attempt_.error_status, failed_attempts_,
                       now - budget_start_, attempt_.retry_after,  is_idempotent(request_.method),
                       executor_.random()};
  const RetryDecision decision = attempt_.can_retry ? decide_retry(in, config_) : RetryDecision{};
  if (!decision.retries) {
    error.severity = Severity::kFatal;
    finish(std::move(error));
    return;
  }
  error.severity = Severity::kRecoverable;
  attempt_ = Attempt{};
  retry_timer_ = executor_.post_at(now + decision.delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->start_attempt();
  });
  if (events_.on_retry) events_.on_retry(error, decision.delay);
}

void FetchOperation::finish(Result<TransferStats> result) {
  if (std::exchange(is_ended_, true)) return;
  auto on_done = std::move(events_.on_done);
  if (on_done) on_done(std::move(result));
}

}  // namespace playhead

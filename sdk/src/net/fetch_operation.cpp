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

// FetchOptions::least_rate. Shorter: a dip of the link costs a request; longer: a picture stands
// still while a good link lies idle.
constexpr Duration kSlowFor = 5s;
constexpr int kMostSlowAttempts = 2;

bool is_idempotent(std::string_view method) { return method != "POST" && method != "PATCH"; }

// RFC 9110 §8.6 and §14.4: how large the whole resource is, if the answer says so.
std::optional<int64_t> total_size(const ResponseHead& head) {
  if (head.status != 206) return head.content_length;
  const auto range = parse_content_range(head.header("content-range"));
  return range ? range->total : std::nullopt;
}

RetryConfig config_for(RetryConfig config, const FetchOptions& options, MonotonicTime now) {
  constexpr Duration kReserve = 1s;
  if (options.wanted_by)
    config.budget = std::max(config.budget, *options.wanted_by - kReserve - now);
  return config;
}

std::string come_back_in(Duration wait) {
  return ": come back in " + std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()) +
         " s";
}

// A log-in page of the network between us and the host, which answers for every URL. Hosts that
// know no better name for media than text/html are common: the first byte decides, which is '<' in
// no container.
bool is_web_page_type(std::string_view type) {
  return equals_ignoring_case(type.substr(0, type.find(';')), "text/html");
}

}  // namespace

FetchOperation::FetchOperation(FetchContext context, const RetryConfig& config, Request request,
                               FetchEvents events, FetchOptions options)
    : context_(std::move(context)),
      executor_(context_.executor),
      config_(config_for(config, options, executor_.now())),
      request_(std::move(request)),
      events_(std::move(events)),
      has_more_places_(options.has_more_places),
      least_rate_(options.least_rate),
      object_(std::move(options.object)),
      wanted_by_(options.wanted_by),
      version_(std::move(options.version)),
      started_(executor_.now()),
      budget_start_(started_) {
  stats_.started = started_;
  places_.push_back({request_.url, request_.range});
  for (ResourceLocation& other : options.others) places_.push_back(std::move(other));
  states_.resize(places_.size());
  if (options.part) {
    delivered_ = options.part->bytes;
    validator_ = std::move(options.part->validator);
    total_ = options.part->total;
  }
  choose_first_place();
}

void FetchOperation::choose_first_place() {
  update_health(started_);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto held = context_.held->find(places_[i].url, started_);
    if (!held) continue;
    states_[i].not_before = held->until;
    states_[i].is_passed_over = true;
  }
  place_ = first_place(states_);
  if (states_[place_].is_passed_over) {
    const auto first = std::min_element(states_.begin(), states_.end(), [](auto& a, auto& b) {
      return a.not_before.value_or(MonotonicTime{}) < b.not_before.value_or(MonotonicTime{});
    });
    place_ = static_cast<std::size_t>(first - states_.begin());
  }
  delivered_from_ = place_;
}

void FetchOperation::start() {
  if (!is_held()) start_attempt();
}

bool FetchOperation::is_held() {
  const auto held = context_.held->find(place().url, started_);
  if (!held) return false;
  const Duration rest = held->until - started_;
  if (!held->is_given_up && rest <= config_.max_retry_after) {
    budget_start_ = held->until;
    retry_timer_ = executor_.post_at(held->until, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->start_attempt();
    });
    return true;
  }
  Error error = make_error(ErrorCode::kServerBusy, redact(place().url) + come_back_in(rest));
  retry_timer_ =
      executor_.post_at(started_, [weak = weak_from_this(), error = std::move(error)]() mutable {
        if (const auto self = weak.lock()) self->finish(std::move(error));
      });
  return true;
}

void FetchOperation::cancel() {
  is_ended_ = true;
  attempt_.handle.reset();
  retry_timer_.reset();
}

void FetchOperation::start_attempt() {
  if (delivered_ > 0 && may_be_mixed()) forget_delivered();
  if (is_ended_) return;
  ++attempts_;
  attempt_ = Attempt{};
  attempt_started_ = executor_.now();
  ++states_[place_].attempts;
  states_[place_].last_attempt = attempt_started_;
  states_[place_].not_before.reset();
  if (context_.health) context_.health->on_request(place().url, attempt_started_);
  Request request = make_request();
  if (request.window) request.window->begin(delivered_);
  attempt_.is_range_asked = request.range.has_value();
  if (context_.cmcd) context_.cmcd->decorate(request, object_, attempt_started_, wanted_by_);
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
  attempt_.handle = context_.transport.start(std::move(request), executor_, std::move(callbacks));
}

Request FetchOperation::make_request() const {
  Request request = request_;
  request.url = place().url;
  request.range = is_whole_asked_ ? std::nullopt : place().range;
  // Ranges count encoded bytes: a compressed body starts again and is skipped over.
  if (delivered_ > 0 && !is_encoded_ && !is_whole_asked_) {
    const int64_t first = place().range ? place().range->first : 0;
    request.range =
        ByteRange{first + delivered_, place().range ? place().range->last : std::nullopt};
    // Another host's validator says nothing here; its answer is compared instead.
    const bool has_condition = !validator_.empty() && !is_elsewhere();
    if (has_condition) request.headers.push_back({"If-Range", validator_});
  }
  const bool is_first = delivered_ == 0 && version_ && request.range && place_ == 0;
  const std::string condition = is_first ? strong_validator(*version_) : std::string();
  if (!condition.empty()) request.headers.push_back({"If-Range", condition});
  // A host may answer a range with the whole resource: what is delivered is counted here.
  if (place().range || request.range) request.max_bytes = std::numeric_limits<int64_t>::max();
  return request;
}

// RFC 9110 §15.5.17, when the body that broke off had no length and was complete.
bool FetchOperation::is_everything_there(const ResponseHead& head) const {
  const int64_t position = (place().range ? place().range->first : 0) + delivered_;
  return delivered_ > 0 && parse_unsatisfied_size(head.header("content-range")) == position;
}

// 416: the resource is another one, or the host cannot do ranges.
void FetchOperation::on_refused_range(const ResponseHead& head) {
  if (is_everything_there(head)) {
    end_early();
    return;
  }
  Error error = make_error(code_of_status(head.status), redact(head.url), head.status);
  if (delivered_ > 0) {
    start_over(std::move(error));
    return;
  }
  attempt_.error_status = head.status;
  attempt_.asks_whole = !std::exchange(is_whole_asked_, true);
  const bool can_retry = attempt_.asks_whole;
  refuse(std::move(error), can_retry);
}

// What was delivered does not belong to what comes now.
void FetchOperation::start_over(Error error) {
  error.code = ErrorCode::kConnectionLost;
  attempt_.is_host_well = true;
  const bool can_restart =
      static_cast<bool>(events_.on_restart) && !std::exchange(has_restarted_, true);
  if (!can_restart) {  // the consumer begins anew, with whatever place is the best by then
    attempt_.handle.reset();
    error.severity = Severity::kFatal;
    return finish(std::move(error));
  }
  attempt_.delivered = 0;
  forget_delivered();
  if (!is_ended_) refuse(std::move(error), true);
}

void FetchOperation::forget_delivered() {
  delivered_ = 0;
  validator_.clear();
  total_.reset();
  is_encoded_ = false;
  is_head_delivered_ = false;
  events_.on_restart();
}

// RFC 9110 §15.3.7.3 combines parts by a strong validator. Media is what its URL says, but a
// playlist of a live title is another one every few seconds, often of the same length: the halves
// of two of them are a playlist that lacks a segment.
bool FetchOperation::may_be_mixed() const {
  const bool is_document =
      request_.kind == ResourceKind::kManifest || request_.kind == ResourceKind::kApi;
  return is_document && validator_.empty() && static_cast<bool>(events_.on_restart);
}

void FetchOperation::on_head(const ResponseHead& head) {
  const bool is_stray_redirect = head.status >= 300 && head.status < 400 && head.status != 304;
  if (head.status < 400 && !is_stray_redirect) {
    accept(head);
    return;
  }
  if (head.status == 416 && attempt_.is_range_asked) {
    on_refused_range(head);
    return;
  }
  attempt_.retry_after =
      parse_retry_after(head.header("retry-after"), head.header("date"), executor_.wall_now());
  std::string context = redact(head.url);
  if (attempt_.retry_after) context += come_back_in(*attempt_.retry_after);
  attempt_.error_status = head.status;
  const bool is_long = head.content_length.value_or(0) > kMaxErrorBodyBytes;
  attempt_.error = make_error(code_of_status(head.status), std::move(context), head.status);
  if (is_long) refuse(*std::exchange(attempt_.error, std::nullopt), true);
}

// A host that answers a condition with all of the resource (RFC 9110 §13.1.5) and does not say what
// that is says no. Hosts date and name the same file differently: of others only the length counts.
bool FetchOperation::ends_as_other(const ResponseHead& head) {
  if (!version_) return false;
  ResourceVersion answered = version_of(head);
  if (place_ != 0) answered.etag = answered.last_modified = "";
  const std::string validator = place_ == 0 ? strong_validator(*version_) : std::string();
  const bool is_refused = head.status == 200 && attempt_.is_range_asked && !validator.empty() &&
                          strong_validator(answered) != validator;
  if (may_be_same(*version_, answered) && !is_refused) return false;
  attempt_.handle.reset();
  finish(make_error(ErrorCode::kResourceChanged, redact(head.url), head.status));
  return true;
}

void FetchOperation::accept(const ResponseHead& head) {
  if (ends_as_other(head)) return;
  auto plan = plan_answer({head, place().range, attempt_.is_range_asked, delivered_, validator_,
                           total_, is_elsewhere()});
  if (!plan) {
    const bool is_other = delivered_ > 0 && plan.error().code == ErrorCode::kConnectionLost;
    if (is_other) return start_over(std::move(plan).error());
    return refuse_answer(std::move(plan).error());
  }
  const bool has_no_body = request_.method == "HEAD" || head.status == 204 || head.status == 304;
  attempt_.plan = has_no_body ? AnswerPlan{} : *plan;
  attempt_.head = head;
  if (delivered_ > 0) return;
  validator_ = strong_validator(head);
  total_ = total_size(head);
  is_encoded_ = !head.header("content-encoding").empty();
}

// Not what was asked for: another place may do better; where there is none, the host without a
// range, once.
void FetchOperation::refuse_answer(Error error) {
  bool has_others = has_more_places_;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    has_others = has_others || (i != place_ && !states_[i].is_hopeless);
  }
  if (attempt_.is_range_asked && !has_others) {
    attempt_.asks_whole = !std::exchange(is_whole_asked_, true);
  }
  const bool can_retry = attempt_.asks_whole;
  refuse(std::move(error), can_retry);
}

// Ends the attempt because of its answer.
void FetchOperation::refuse(Error error, bool can_retry) {
  attempt_.handle.reset();
  attempt_.can_retry = can_retry;
  fail_or_retry(std::move(error));
}

bool FetchOperation::is_web_page(const ResponseHead& head, ByteView bytes) const {
  const bool is_text = request_.kind == ResourceKind::kManifest ||
                       request_.kind == ResourceKind::kText || request_.kind == ResourceKind::kApi;
  if (is_text || !is_web_page_type(head.header("content-type"))) return false;
  const auto first = std::find_if(bytes.begin(), bytes.end(), [](uint8_t c) { return c > ' '; });
  return first != bytes.end() && *first == '<';
}

void FetchOperation::on_body(const SharedBytes& bytes, MonotonicTime received) {
  const auto size = static_cast<int64_t>(bytes.size());
  if (!attempt_.head) {  // the body of an error
    if (request_.window) request_.window->leave_out(size);
    return;
  }
  if (!std::exchange(attempt_.is_looked_into, true)) {
    if (is_web_page(*attempt_.head, bytes.view())) {
      refuse(make_error(ErrorCode::kCaptivePortal, redact(attempt_.head->url)), true);
      return;
    }
    if (context_.types) context_.types->look(request_.kind, *attempt_.head, as_text(bytes.view()));
    if (is_ended_) return;
  }
  AnswerPlan& plan = attempt_.plan;
  const int64_t skipped = std::min(plan.skip, size);
  const int64_t wanted = std::min(size - skipped, plan.take.value_or(size));
  const bool has_excess = skipped + wanted < size;
  plan.skip -= skipped;
  if (request_.window) request_.window->leave_out(size - wanted);
  if (plan.take) *plan.take -= wanted;
  if (wanted > 0) {
    deliver(
        bytes,
        bytes.view().subspan(static_cast<std::size_t>(skipped), static_cast<std::size_t>(wanted)),
        received);
    if (is_ended_ || ends_slow_attempt(wanted, received)) return;
  }
  // More than the range comes, or will: not waited for, though it costs the connection.
  const bool is_all = attempt_.plan.take == 0 && attempt_.head && attempt_.head->status != 206;
  if (!is_ended_ && (has_excess || is_all)) end_early();
}

bool FetchOperation::ends_slow_attempt(int64_t bytes, MonotonicTime received) {
  const bool may_end = least_rate_ > 0 && slow_attempts_ < kMostSlowAttempts && attempt_.handle;
  // Not when that would be the end of the fetch.
  if (!may_end || received - budget_start_ > config_.budget / 2) return false;
  // It is the consumer who is slow.
  const bool is_held_back = request_.window && delivered_ >= request_.window->granted();
  if (is_held_back) attempt_.pace.reset();
  if (is_held_back) return false;
  if (!attempt_.pace) {
    attempt_.pace.emplace().start(received, kSlowFor, least_rate_);
    return false;
  }
  attempt_.pace->add(bytes, received);
  const bool is_nearly_all = total_ && *total_ - delivered_ < least_rate_;
  if (!attempt_.pace->is_over(received) || is_nearly_all) return false;
  ++slow_attempts_;
  attempt_.is_host_well = true;  // that is for who knows the link to say
  refuse(make_error(ErrorCode::kNetworkTimeout, redact(place().url) + ": the answer trickles"),
         true);
  return true;
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
  delivered_from_ = place_;
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
  const int64_t position = (place().range ? place().range->first : 0) + delivered_;
  const bool is_wanted = !place().range || !place().range->last || position <= *place().range->last;
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
  // Without one: what an earlier fetch left was everything.
  if (!attempt_.head || std::exchange(is_head_delivered_, true)) return;
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
  if (context_.health) context_.health->on_success(place().url);
  if (attempt_.head) tell_answer(attempt_.head->status, &last);
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
  if (attempt_.delivered >= kProgressBytes && !may_be_mixed()) {
    failed_attempts_ = 0;
    for (PlaceState& state : states_) state.attempts = 0;
    states_[place_].attempts = 1;
    budget_start_ = now;
  }
  ++failed_attempts_;
  tell_answer(attempt_.error_status, nullptr);
  note_failure(error, now);
  const bool waits = !*context_.is_online && attempt_.error_status == 0 && attempt_.can_retry;
  if (waits) {
    error.severity = Severity::kRecoverable;
    attempt_ = Attempt{};
    waits_offline_ = std::move(error);
    return;
  }
  const FailoverDecision decision = decide(error, now);
  if (decision.goes_on) return wait_and_retry(error, decision, now);
  if (attempt_.retry_after) context_.held->hold(place().url, {now + *attempt_.retry_after, true});
  error.severity = Severity::kFatal;
  finish(std::move(error));
}

void FetchOperation::tell_answer(int status, const TransferStats* stats) {
  if (!context_.cmcd) return;
  context_.cmcd->on_answer(request_.kind, place().url, object_, status, attempt_started_, stats);
}

void FetchOperation::note_failure(const Error& error, MonotonicTime now) {
  PlaceState& state = states_[place_];
  RetryInputs in;
  in.code = error.code;
  in.status = attempt_.error_status;
  in.is_idempotent = is_idempotent(request_.method);
  state.is_hopeless = !attempt_.can_retry || (!is_worth_retrying(in) && !attempt_.asks_whole);
  if (attempt_.retry_after) {
    state.not_before = now + *attempt_.retry_after;
    context_.held->hold(place().url, {*state.not_before});
  }
  const bool is_asked_too_long =
      attempt_.retry_after && *attempt_.retry_after > config_.max_retry_after;
  if (is_asked_too_long) state.is_hopeless = true;
  const bool tells_of_host = is_worth_retrying(in) && !attempt_.is_host_well;
  if (!context_.health || !*context_.is_online || !tells_of_host) return;
  const bool is_certain = error.code == ErrorCode::kNetworkUnreachable ||
                          (error.code == ErrorCode::kNetworkTimeout && attempt_.delivered == 0);
  context_.health->on_failure(place().url, now, attempt_.retry_after, is_certain);
}

void FetchOperation::update_health(MonotonicTime now) {
  if (!context_.health || places_.size() == 1) return;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    states_[i].is_passed_over = !context_.health->is_usable(places_[i].url, now);
  }
}

FailoverDecision FetchOperation::decide(const Error& error, MonotonicTime now) {
  RetryInputs in;
  in.code = error.code;
  in.status = attempt_.error_status;
  in.failed_attempts = failed_attempts_;
  in.elapsed = now - budget_start_;
  in.since_attempt = now - attempt_started_;
  in.retry_after = attempt_.retry_after;
  in.is_idempotent = is_idempotent(request_.method);
  in.random = executor_.random();
  if (attempt_.asks_whole) return {true, place_, config_.least_interval - in.since_attempt};
  if (places_.size() == 1 && states_[0].is_hopeless) return {};
  if (has_more_places_ && failed_attempts_ > 1 && places_.size() == 1) return {};
  update_health(now);
  return decide_failover({states_, place_, in, now}, config_);
}

void FetchOperation::wait_and_retry(const Error& failure, const FailoverDecision& decision,
                                    MonotonicTime now) {
  Error error = failure;
  error.severity = Severity::kRecoverable;
  error.url = redact(place().url);
  const Duration delay = std::max(decision.delay, Duration{0});
  attempt_ = Attempt{};
  place_ = decision.place;
  retry_timer_ = executor_.post_at(now + delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->start_attempt();
  });
  if (events_.on_retry) events_.on_retry(error, delay);
}

void FetchOperation::on_network() {
  if (is_ended_ || !*context_.is_online) return;
  budget_start_ = executor_.now();
  const bool waits = waits_offline_.has_value() || static_cast<bool>(retry_timer_);
  waits_offline_.reset();
  failed_attempts_ = 0;
  for (PlaceState& state : states_) {
    const bool is_hopeless = state.is_hopeless;
    state = PlaceState{};
    state.is_hopeless = is_hopeless;
  }
  if (!waits || attempt_.handle) return;
  retry_timer_ = executor_.post_at(executor_.now(), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->start_attempt();
  });
}

void FetchOperation::finish(Result<TransferStats> result) {
  if (std::exchange(is_ended_, true)) return;
  if (!result) result.error().url = redact(place().url);
  auto on_done = std::move(events_.on_done);
  if (on_done) on_done(std::move(result));
}

}  // namespace playhead

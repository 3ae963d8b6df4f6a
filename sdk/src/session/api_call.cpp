// SPDX-License-Identifier: Apache-2.0
#include "session/api_call.h"

#include <memory>
#include <utility>

#include "net/http_headers.h"
#include "session/owned_call.h"

namespace playhead {

namespace {

// Answers of the API are small; see api_json.h.
constexpr int64_t kMaxReplyBytes = 1 << 20;
// A person may have to sign in again, but not while a request waits.
constexpr Duration kTokenTimeout = 30s;
// How long a call waits for what another hears of its PIN (chosen: a few round trips).
constexpr Duration kPinTimeout = 2s;

bool is_http(const std::string& url) {
  return url.compare(0, 7, "http://") == 0 || url.compare(0, 8, "https://") == 0;
}

Error busy_error(Duration wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return make_error(ErrorCode::kServerBusy, "try again in " + std::to_string(seconds) + " s");
}

class ApiCall : public OwnedCall<ApiCall> {
 public:
  ApiCall(ApiAccess& access, Transport& transport, Executor& executor, ApiRequest request,
          UniqueFunction<void(Result<ApiReply>)> done)
      : access_(access),
        transport_(transport),
        executor_(executor),
        request_(std::move(request)),
        done_(std::move(done)) {}

  void begin() {
    if (const auto hold = find_hold()) return wait_for(*hold);
    began_at_ = executor_.now();
    if (is_http(access_.base_url)) return ask_for_token({});
    timer_ = executor_.post_at(
        executor_.now(), guarded([](ApiCall& call) {
          call.finish(make_error(ErrorCode::kInvalidUrl, "the service's address must be http(s)"));
        }));
  }

  void cancel() {
    is_finished_ = true;
    drop_work();
  }

 private:
  void drop_work() {
    timer_.reset();
    token_request_.reset();
    pin_turn_.reset();
    transfer_.reset();
    leave_turn(KeptPins::Verdict::kNone);
  }

  void finish(Result<ApiReply> result) {
    is_finished_ = true;
    drop_work();
    auto done = std::move(done_);
    done(std::move(result));
  }

  [[nodiscard]] std::optional<HeldUrls::Hold> find_hold() const {
    if (!request_.held) return std::nullopt;
    return request_.held->find(request_.held_as, executor_.now());
  }

  void wait_for(const HeldUrls::Hold& hold) {
    const MonotonicTime now = executor_.now();
    const Duration rest = hold.until - now;
    const bool is_worth_it =
        !hold.is_given_up && request_.retry && rest <= request_.retry->max_retry_after;
    if (is_worth_it) {
      timer_ = executor_.post_at(hold.until, guarded([](ApiCall& call) { call.begin(); }));
      return;
    }
    timer_ =
        executor_.post_at(now, guarded([rest](ApiCall& call) { call.finish(busy_error(rest)); }));
  }

  // As long as no other attempt of anybody may be made.
  void note_hold(const Result<ApiReply>& result, bool is_given_up) const {
    if (!request_.held || !result || !result->retry_after) return;
    if (result->status != 429 && result->status != 503) return;
    // Wrong PINs hold back their profile alone.
    if (error_of(*result).code != ErrorCode::kServerBusy) return;
    const MonotonicTime until = executor_.now() + *result->retry_after;
    request_.held->hold(request_.held_as, {until, is_given_up});
  }

  void ask_for_token(std::string rejected) {
    timer_ = executor_.post_at(
        executor_.now() + kTokenTimeout, guarded([](ApiCall& call) {
          call.finish(make_error(ErrorCode::kTimedOut, "waiting for the app's access token"));
        }));
    token_request_ = access_.credentials.request(
        std::move(rejected), executor_,
        guarded([](ApiCall& call, Result<std::string> token) { call.on_token(std::move(token)); }));
  }

  void on_token(Result<std::string> token) {
    timer_.reset();
    if (!token) return finish(token.error());
    token_ = *std::move(token);
    send_in_turn();
  }

  void send_in_turn() {
    if (!request_.pin_of) return send(request_.pin);
    turn_by_ = executor_.now() + kPinTimeout;
    take_turn();
  }

  void take_turn() {
    auto turn =
        access_.profile.pins().enter(*request_.pin_of, executor_.now(), executor_,
                                     guarded([](ApiCall& call) { call.take_turn(); }), pin_turn_);
    if (turn.is_now) return send_kept(std::move(turn.pin));
    push_in_at(turn_by_);
  }

  void push_in_at(MonotonicTime time) {
    timer_ = executor_.post_at(time, guarded([](ApiCall& call) {
                                 auto turn =
                                     call.access_.profile.pins().push_in(*call.request_.pin_of);
                                 if (turn.is_now) return call.send_kept(std::move(turn.pin));
                                 call.push_in_at(call.executor_.now() + kPinTimeout);
                               }));
  }

  void send_kept(std::string pin) {
    timer_.reset();
    pin_turn_.reset();
    kept_pin_ = std::move(pin);
    send(kept_pin_);
  }

  void leave_turn(KeptPins::Verdict verdict) {
    if (kept_pin_.empty()) return;
    access_.profile.pins().leave(*request_.pin_of, std::exchange(kept_pin_, {}), verdict, sent_at_);
  }

  [[nodiscard]] KeptPins::Verdict verdict() const {
    if (reply_.status >= 200 && reply_.status < 300) return KeptPins::Verdict::kRight;
    const bool is_wrong = reply_.status == 403 && error_of(reply_).code == ErrorCode::kPinWrong;
    return is_wrong ? KeptPins::Verdict::kWrong : KeptPins::Verdict::kNone;
  }

  void send(const std::string& pin) {
    reply_ = {};
    date_.reset();
    Request request;
    request.url = access_.base_url + request_.path;
    request.method = request_.method;
    request.body = request_.body_of_pin ? request_.body_of_pin(pin) : request_.body;
    request.headers.push_back({"Accept", "application/json"});
    if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    request.credentials.push_back({"Authorization", "Bearer " + token_});
    if (!pin.empty() && !request_.body_of_pin)
      request.credentials.push_back({"X-Profile-Pin", pin});
    request.kind = ResourceKind::kApi;
    request.max_bytes = kMaxReplyBytes;
    request.max_redirects = 0;
    sent_at_ = executor_.now();
    FetchCallbacks callbacks;
    callbacks.on_head =
        guarded([](ApiCall& call, const ResponseHead& head) { call.on_head(head); });
    callbacks.on_body = guarded([](ApiCall& call, const SharedBytes& chunk, MonotonicTime) {
      call.reply_.body += as_text(chunk.view());
    });
    callbacks.on_done =
        guarded([](ApiCall& call, const Result<TransferStats>& stats) { call.on_done(stats); });
    transfer_ = transport_.start(std::move(request), executor_, std::move(callbacks));
  }

  void on_head(const ResponseHead& head) {
    reply_.status = head.status;
    const std::string_view date = head.header("Date");
    reply_.retry_after = parse_retry_after(head.header("Retry-After"), date, executor_.wall_now());
    date_ = parse_http_date(date);
  }

  void on_done(const Result<TransferStats>& stats) {
    leave_turn(stats ? verdict() : KeptPins::Verdict::kNone);
    if (!stats) return retry_or_finish(stats.error());
    // When it came from the network: who pumps may get to it much later.
    if (date_) access_.clock.observe({*date_, sent_at_, stats->first_byte});
    if (reply_.status == 401 && !has_refreshed_) {
      has_refreshed_ = true;
      return ask_for_token(token_);
    }
    retry_or_finish(std::move(reply_));
  }

  void retry_or_finish(Result<ApiReply> result) {
    const bool is_success = result && result->status >= 200 && result->status < 300;
    if (is_success) return finish(std::move(result));
    if (!request_.retry) {
      note_hold(result, true);
      return finish(std::move(result));
    }
    RetryInputs inputs;
    inputs.code = result ? error_of(*result).code : result.error().code;
    inputs.status = result ? result->status : 0;
    inputs.failed_attempts = ++failures_;
    inputs.elapsed = executor_.now() - began_at_;
    inputs.since_attempt = executor_.now() - sent_at_;
    if (result) inputs.retry_after = result->retry_after;
    inputs.random = executor_.random();
    const RetryDecision decision = decide_retry(inputs, *request_.retry);
    note_hold(result, !decision.retries);
    if (!decision.retries) return finish(std::move(result));
    timer_ = executor_.post_at(executor_.now() + decision.delay,
                               guarded([](ApiCall& call) { call.send_in_turn(); }));
  }

  ApiAccess& access_;
  Transport& transport_;
  Executor& executor_;
  const ApiRequest request_;
  UniqueFunction<void(Result<ApiReply>)> done_;

  std::string token_;
  std::string kept_pin_;  // that is under way
  ApiReply reply_;        // of the attempt under way
  std::optional<WallTime> date_;
  MonotonicTime sent_at_;
  MonotonicTime began_at_;
  MonotonicTime turn_by_;  // its own, to send a PIN
  int failures_ = 0;
  bool has_refreshed_ = false;
  CancelHandle timer_;
  CancelHandle token_request_;
  CancelHandle pin_turn_;
  CancelHandle transfer_;
};

}  // namespace

CancelHandle start_api_call(ApiAccess& access, Transport& transport, Executor& executor,
                            ApiRequest request, UniqueFunction<void(Result<ApiReply>)> done) {
  auto call =
      std::make_shared<ApiCall>(access, transport, executor, std::move(request), std::move(done));
  call->begin();
  return CancelHandle([call] { call->cancel(); });
}

}  // namespace playhead

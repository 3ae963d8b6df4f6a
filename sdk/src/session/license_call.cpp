// SPDX-License-Identifier: Apache-2.0
#include "session/license_call.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/url.h"
#include "net/http_headers.h"
#include "net/redirect.h"
#include "net/retry_policy.h"
#include "playhead/secret_bytes.h"
#include "session/license_rules.h"
#include "session/owned_call.h"

namespace playhead {
namespace {

// Chosen, as browsers' players have it.
constexpr int kMaxRedirects = 5;

class LicenseCall : public OwnedCall<LicenseCall> {
 public:
  LicenseCall(Transport& transport, Executor& executor, LicensePost post,
              UniqueFunction<void(Result<SharedBytes>)> done)
      : transport_(transport),
        executor_(executor),
        post_(std::move(post)),
        done_(std::move(done)) {}
  ~LicenseCall() { wipe_memory(post_.body.data(), post_.body.size()); }
  LicenseCall(const LicenseCall&) = delete;
  LicenseCall& operator=(const LicenseCall&) = delete;

  void begin() {
    began_at_ = executor_.now();
    limit_ = executor_.post_at(began_at_ + post_.patience,
                               guarded([](LicenseCall& call) { call.finish(call.last_error_); }));
    if (post_.access != nullptr) return ask_for_token({});
    send();
  }

  void cancel() {
    is_finished_ = true;
    drop_work();
  }

 private:
  void drop_work() {
    limit_.reset();
    timer_.reset();
    token_request_.reset();
    transfer_.reset();
  }

  void finish(Result<SharedBytes> result) {
    is_finished_ = true;
    drop_work();
    auto done = std::move(done_);
    done(std::move(result));
  }

  void ask_for_token(std::string rejected) {
    token_request_ = post_.access->credentials.request(
        std::move(rejected), executor_, guarded([](LicenseCall& call, Result<std::string> token) {
          call.on_token(std::move(token));
        }));
  }

  void on_token(Result<std::string> token) {
    if (!token) {
      Error error = license_error_of(token.error());
      if (token.error().code == ErrorCode::kUnauthorized) {
        error.code = ErrorCode::kDrmLicenseRefused;
      }
      return finish(std::move(error));
    }
    token_ = *std::move(token);
    send();
  }

  void send() {
    reply_ = {};
    body_.clear();
    is_web_page_ = false;
    location_.clear();
    Request request;
    request.url = post_.url;
    request.method = "POST";
    request.body = post_.body;
    request.headers = post_.headers;
    if (post_.access != nullptr) {
      request.credentials.push_back({"Authorization", "Bearer " + token_});
    }
    request.kind = ResourceKind::kLicense;
    request.max_bytes = kLicenseBytes;
    request.max_redirects = 0;
    sent_at_ = executor_.now();
    FetchCallbacks callbacks;
    callbacks.on_head =
        guarded([](LicenseCall& call, const ResponseHead& head) { call.on_head(head); });
    callbacks.on_body = guarded([](LicenseCall& call, const SharedBytes& chunk, MonotonicTime) {
      const ByteView bytes = chunk.view();
      call.body_.insert(call.body_.end(), bytes.begin(), bytes.end());
    });
    callbacks.on_done =
        guarded([](LicenseCall& call, const Result<TransferStats>& stats) { call.on_done(stats); });
    transfer_ = transport_.start(std::move(request), executor_, std::move(callbacks));
  }

  void on_head(const ResponseHead& head) {
    reply_.status = head.status;
    location_ = head.header("Location");
    const std::string_view type = head.header("Content-Type");
    is_web_page_ = equals_ignoring_case(type.substr(0, 9), "text/html");
    const std::string_view date = head.header("Date");
    reply_.retry_after = parse_retry_after(head.header("Retry-After"), date, executor_.wall_now());
    const auto parsed = post_.access != nullptr ? parse_http_date(date) : std::nullopt;
    if (parsed) post_.access->clock.observe({*parsed, sent_at_, executor_.now()});
  }

  void on_done(const Result<TransferStats>& stats) {
    if (!stats) return retry_or_finish(license_error_of(stats.error()), stats.error().code);
    const bool is_success = reply_.status >= 200 && reply_.status < 300;
    if (is_success) return accept();
    if (reply_.status == 401 && post_.access != nullptr && !has_refreshed_) {
      has_refreshed_ = true;
      return ask_for_token(token_);
    }
    if (reply_.status == 307 || reply_.status == 308) return follow();
    reply_.body.assign(body_.begin(), body_.end());
    retry_or_finish(license_error_of(reply_), ErrorCode::kHttpStatus);
  }

  void accept() {
    if (is_web_page_) {
      return finish(make_error(ErrorCode::kDrmLicense, "a web page came in its place"));
    }
    if (body_.empty() && !post_.may_be_empty) {
      return finish(make_error(ErrorCode::kDrmLicense, "the answer is empty"));
    }
    finish(share_secret(body_));
  }

  void follow() {
    const int most = post_.access == nullptr ? kMaxRedirects : 0;
    Result<std::optional<Redirect>> redirect =
        decide_redirect({reply_.status, location_, post_.url, "POST", redirects_, most});
    if (!redirect) return finish(license_error_of(redirect.error()));
    if (!*redirect) return finish(license_error_of(reply_));
    Redirect& to = **redirect;
    if (!is_license_url(to.url)) {
      return finish(make_error(ErrorCode::kDrmLicense,
                               "redirected to " + redact(to.url) + ", which is not encrypted"));
    }
    ++redirects_;
    if (!to.is_same_origin) {
      std::erase_if(post_.headers,
                    [](const HttpHeader& header) { return !describes_body(header.name); });
    }
    post_.url = std::move(to.url);
    send();
  }

  void retry_or_finish(Error error, ErrorCode code) {
    RetryInputs inputs;
    inputs.code = code;
    inputs.status = reply_.status;
    inputs.failed_attempts = ++failures_;
    inputs.elapsed = executor_.now() - began_at_;
    inputs.retry_after = reply_.retry_after;
    inputs.random = executor_.random();
    RetryConfig config;
    config.budget = post_.patience;
    config.max_retry_after = post_.patience;
    const RetryDecision decision = decide_retry(inputs, config);
    const bool is_in_time = inputs.elapsed + decision.delay < post_.patience;
    if (!decision.retries || !is_in_time) return finish(std::move(error));
    last_error_ = std::move(error);
    timer_ = executor_.post_at(executor_.now() + decision.delay,
                               guarded([](LicenseCall& call) { call.send(); }));
  }

  Transport& transport_;
  Executor& executor_;
  LicensePost post_;
  UniqueFunction<void(Result<SharedBytes>)> done_;

  std::string token_;
  ApiReply reply_;  // of the attempt under way; its body is read of refusals only
  SecretBytes body_;
  std::string location_;
  bool is_web_page_ = false;
  Error last_error_ =
      make_error(ErrorCode::kDrmLicenseUnreachable, "it was waited for long enough");
  MonotonicTime sent_at_;
  MonotonicTime began_at_;
  int failures_ = 0;
  int redirects_ = 0;
  bool has_refreshed_ = false;
  CancelHandle limit_;
  CancelHandle timer_;
  CancelHandle token_request_;
  CancelHandle transfer_;
};

}  // namespace

CancelHandle start_license_call(Transport& transport, Executor& executor, LicensePost post,
                                UniqueFunction<void(Result<SharedBytes>)> done) {
  auto call = std::make_shared<LicenseCall>(transport, executor, std::move(post), std::move(done));
  call->begin();
  return CancelHandle([call] { call->cancel(); });
}

}  // namespace playhead

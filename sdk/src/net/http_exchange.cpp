// SPDX-License-Identifier: Apache-2.0
#include "net/http_exchange.h"

#include <algorithm>
#include <utility>

#include "net/http_headers.h"
#include "playhead/secret_bytes.h"

namespace playhead {

namespace {

// A redirect's body is read over, so that its connection lives on, only up to here; bytes.
constexpr int64_t kMaxRedirectBodyBytes = int64_t{64} << 10;

// Decoded bytes for one of the wire. Playlists and MPDs reach 40; what is beyond is a bomb. The
// first bytes are not rated: a decoder may hand out more than the wire has told yet.
constexpr int64_t kMaxDecodedRatio = 100;
constexpr int64_t kMaxUnratedBytes = int64_t{64} << 10;

bool breaks_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool breaks_line(const std::vector<HttpHeader>& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const HttpHeader& h) {
    return h.name.empty() || breaks_line(h.name) || breaks_line(h.value);
  });
}

std::string seconds_text(Duration duration) {
  const int64_t ms = to_ms(duration);
  return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + " s";
}

}  // namespace

HttpExchange::HttpExchange(Request request, std::shared_ptr<Delivery> delivery)
    : request_(std::move(request)),
      delivery_(std::move(delivery)),
      url_(request_.url),
      method_(request_.method) {}

HttpExchange::~HttpExchange() {
  if (is_secret(request_.kind)) wipe_memory(request_.body.data(), request_.body.size());
}

Result<void> HttpExchange::validate() {
  auto origin = url_origin(url_);
  if (!origin) return std::move(origin).error();
  origin_ = *std::move(origin);
  if (origin_.scheme != "http" && origin_.scheme != "https") {
    return make_error(ErrorCode::kForbiddenScheme, redact(url_));
  }
  if (breaks_line(request_.headers) || breaks_line(request_.credentials) || breaks_line(method_)) {
    return make_error(ErrorCode::kInvalidArgument, "a request header holds a line break");
  }
  const auto& range = request_.range;
  if (range && (range->first < 0 || (range->last && *range->last < range->first))) {
    return make_error(ErrorCode::kInvalidArgument, "the byte range is empty");
  }
  return {};
}

// Text only: media does not get smaller. A range counts encoded bytes, which nobody here means.
bool HttpExchange::accepts_encoding() const {
  const ResourceKind kind = request_.kind;
  return !request_.range && (kind == ResourceKind::kManifest || kind == ResourceKind::kText ||
                             kind == ResourceKind::kApi);
}

std::vector<HttpHeader> HttpExchange::headers() const {
  std::vector<HttpHeader> sent;
  for (const HttpHeader& header : request_.headers) {
    const bool is_credential = equals_ignoring_case(header.name, "authorization") ||
                               equals_ignoring_case(header.name, "cookie");
    if (!is_credential || sends_credentials_) sent.push_back(header);
  }
  if (sends_credentials_) {
    sent.insert(sent.end(), request_.credentials.begin(), request_.credentials.end());
  }
  return sent;
}

void HttpExchange::on_started() {
  if (!started_) started_ = delivery_->now();
}

bool HttpExchange::on_sent() {
  sent_ = delivery_->now();
  return sent_.has_value();
}

bool HttpExchange::on_header_line(std::string_view line) {
  auto is_complete = parser_.add_line(line);
  if (!is_complete) return fail(is_complete.error().code, is_complete.error().context);
  return !*is_complete || take_head();
}

bool HttpExchange::on_head(int status, std::vector<HttpHeader> headers) {
  auto taken = parser_.take(status, std::move(headers));
  if (!taken) return fail(taken.error().code, taken.error().context);
  return take_head();
}

// A redirect, an answer, or an answer that is refused.
bool HttpExchange::take_head() {
  last_received_ = delivery_->now();
  if (!last_received_) return false;
  stall_.start(*last_received_, request_.timeouts.stall);
  ResponseHead& head = parser_.head();
  status_ = head.status;
  content_length_ = head.content_length;
  auto redirect = decide_redirect(
      {status_, head.header("location"), url_, method_, hops_, request_.max_redirects});
  if (!redirect) {
    error_ = std::move(redirect).error();
    return false;
  }
  if (*redirect) {
    redirect_ = *std::move(*redirect);
    return content_length_ && *content_length_ <= kMaxRedirectBodyBytes;
  }
  const std::string_view encoding = head.header("content-encoding");
  is_encoded_ = !encoding.empty() && !equals_ignoring_case(encoding, "identity");
  if (is_encoded_ && !accepts_encoding()) {
    return fail(ErrorCode::kBadResponse, "the answer is compressed, which was not asked for");
  }
  head.url = url_;
  has_news_ = true;
  if (!delivery_->add_head(std::move(head))) return false;
  const bool is_too_large =
      content_length_ && !is_encoded_ && method_ != "HEAD" && *content_length_ > request_.max_bytes;
  return !is_too_large || fail(ErrorCode::kTooLarge, "the answer is too large");
}

bool HttpExchange::on_body(ByteView bytes, int64_t wire_bytes) {
  if (redirect_) {
    redirect_body_bytes_ += static_cast<int64_t>(bytes.size());
    return redirect_body_bytes_ <= kMaxRedirectBodyBytes;
  }
  const bool is_measured = content_length_ && !is_encoded_;
  // The HTTP library cuts too; this is the promise itself.
  const int64_t left = is_measured ? *content_length_ - body_bytes_ : -1;
  if (is_measured && static_cast<int64_t>(bytes.size()) > left) {
    bytes = bytes.first(static_cast<std::size_t>(left));
  }
  const int64_t room = std::max<int64_t>(request_.max_bytes - body_bytes_, 0);
  const bool is_too_large = static_cast<int64_t>(bytes.size()) > room;
  if (is_too_large) bytes = bytes.first(static_cast<std::size_t>(room));
  if (!bytes.empty()) {
    last_received_ = delivery_->add_body(bytes, left);
    if (!last_received_) return false;
    stall_.add(static_cast<int64_t>(bytes.size()), *last_received_);
    if (!first_body_) first_body_ = last_received_;
    body_bytes_ += static_cast<int64_t>(bytes.size());
    has_news_ = true;
  }
  if (is_encoded_ && body_bytes_ > kMaxUnratedBytes + kMaxDecodedRatio * wire_bytes) {
    return fail(ErrorCode::kTooLarge, "the answer is compressed beyond any text");
  }
  return !is_too_large || fail(ErrorCode::kTooLarge, "the answer is too large");
}

void HttpExchange::on_resumed() {
  if (!std::exchange(is_paused_, false)) return;
  last_received_ = delivery_->now();
  if (last_received_) stall_.start(*last_received_, request_.timeouts.stall);
}

bool HttpExchange::fail(ErrorCode code, const std::string& what) {
  error_ = make_error(code, redact(url_) + ": " + what);
  return false;
}

void HttpExchange::follow() {
  ++hops_;
  url_ = std::move(redirect_->url);
  method_ = std::move(redirect_->method);
  origin_ = std::move(redirect_->origin);
  sends_body_ = sends_body_ && redirect_->keeps_body;
  sends_credentials_ = sends_credentials_ && redirect_->is_same_origin;
  redirect_.reset();
  redirect_body_bytes_ = 0;
  parser_ = HeadParser();
  sent_.reset();
  last_received_.reset();
  is_paused_ = false;
}

// The HTTP library finds missing bytes too; this is the promise itself.
bool HttpExchange::is_short() const {
  const bool has_body = method_ != "HEAD" && status_ != 204 && status_ != 304;
  return has_body && !is_encoded_ && content_length_ && body_bytes_ < *content_length_;
}

std::optional<Result<TransferStats>> HttpExchange::conclude(std::optional<Error> failure,
                                                            const HopFacts& facts) {
  if (error_) return Result<TransferStats>(*error_);
  if (redirect_) {
    follow();
    return std::nullopt;
  }
  if (failure) return Result<TransferStats>(*std::move(failure));
  if (!parser_.is_complete()) fail(ErrorCode::kConnectionLost, "the answer ends in its head");
  if (is_short()) {
    fail(ErrorCode::kConnectionLost,
         std::to_string(body_bytes_) + " of " + std::to_string(*content_length_) + " bytes came");
  }
  if (error_) return Result<TransferStats>(*error_);
  TransferStats stats;
  const MonotonicTime end = delivery_->now().value_or(*last_received_);
  stats.started = started_.value_or(end);
  stats.first_byte = first_body_.value_or(*last_received_);
  stats.finished = body_bytes_ > 0 ? *last_received_ : end;
  stats.wire_bytes = is_encoded_ ? facts.wire_bytes : body_bytes_;
  stats.body_bytes = body_bytes_;
  stats.connection_reused = facts.connection_reused;
  stats.http_major = facts.http_major;
  return Result<TransferStats>(stats);
}

std::optional<MonotonicTime> HttpExchange::deadline() const {
  if (is_paused_) return std::nullopt;
  if (last_received_) return stall_.deadline();
  if (sent_) return *sent_ + request_.timeouts.first_byte;
  return std::nullopt;
}

bool HttpExchange::is_overdue(MonotonicTime now) {
  if (is_paused_) return false;
  if (last_received_) return stall_.is_over(now);
  return sent_ && now >= *sent_ + request_.timeouts.first_byte;
}

Error HttpExchange::timeout_error() const {
  const std::string what =
      last_received_ ? "no data, or hardly any, for " + seconds_text(request_.timeouts.stall)
                     : "no answer within " + seconds_text(request_.timeouts.first_byte);
  return make_error(ErrorCode::kNetworkTimeout, redact(url_) + ": " + what);
}

void HttpExchange::flush() {
  if (std::exchange(has_news_, false)) delivery_->flush();
}

void HttpExchange::finish(Result<TransferStats> result) {
  delivery_->add_done(std::move(result));
  delivery_->flush();
}

}  // namespace playhead

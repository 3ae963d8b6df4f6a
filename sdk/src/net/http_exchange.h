// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/url.h"
#include "net/delivery.h"
#include "net/head_parser.h"
#include "net/redirect.h"
#include "net/stall_watch.h"
#include "playhead/transport.h"

namespace playhead {

// What the HTTP library alone knows about a finished hop.
struct HopFacts {
  int64_t wire_bytes = 0;  // body bytes before content decoding
  bool connection_reused = false;
  int http_major = 1;
};

// One request over all its redirects, without the HTTP library: takes header lines and body bytes,
// decides what to follow, what to refuse and how long to wait, and reports to the consumer.
// Network thread only.
class HttpExchange {
 public:
  HttpExchange(Request request, std::shared_ptr<Delivery> delivery);
  ~HttpExchange();
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  // kInvalidUrl, kForbiddenScheme, kInvalidArgument. Once, before the first hop.
  [[nodiscard]] Result<void> validate();

  // The hop to be made now.
  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const UrlOrigin& origin() const { return origin_; }
  [[nodiscard]] const std::string& method() const { return method_; }
  [[nodiscard]] bool sends_body() const {
    return sends_body_ && (method_ == "POST" || method_ == "PUT");
  }
  [[nodiscard]] bool sends_credentials() const { return sends_credentials_; }
  // What this hop sends: credentials where they may go.
  [[nodiscard]] std::vector<HttpHeader> headers() const;
  // Compression may be offered for this request.
  [[nodiscard]] bool accepts_encoding() const;

  // Events of the hop. False: end it, conclude() knows why.
  void on_started();
  [[nodiscard]] bool on_sent();
  [[nodiscard]] bool on_header_line(std::string_view line);
  // The same of a whole head, of HTTP libraries that have read it.
  [[nodiscard]] bool on_head(int status, std::vector<HttpHeader> headers);
  // `wire_bytes`: received for the body so far, before decoding.
  [[nodiscard]] bool on_body(ByteView bytes, int64_t wire_bytes);
  // The consumer has no room: on_body() is not to be called, and waiting for room is no stall.
  [[nodiscard]] bool is_full() const { return delivery_->is_full(); }
  void on_paused() { is_paused_ = true; }
  void on_resumed();
  // The hop has ended; `failure` is the HTTP library's. Nothing: a redirect is to be followed.
  [[nodiscard]] std::optional<Result<TransferStats>> conclude(std::optional<Error> failure,
                                                              const HopFacts& facts);

  // Since when nothing has come; nothing before the request is sent.
  [[nodiscard]] std::optional<MonotonicTime> quiet_since() const {
    return last_received_ ? last_received_ : sent_;
  }
  // When to ask is_overdue() again; nothing before the request is sent.
  [[nodiscard]] std::optional<MonotonicTime> deadline() const;
  // The hop has waited long enough.
  [[nodiscard]] bool is_overdue(MonotonicTime now);
  [[nodiscard]] Error timeout_error() const;
  [[nodiscard]] bool has_head() const { return parser_.is_complete(); }
  // Received so far, over all hops.
  [[nodiscard]] int64_t body_bytes() const { return body_bytes_; }
  [[nodiscard]] bool is_sent() const { return sent_.has_value(); }

  // Nothing once the consumer has cancelled.
  [[nodiscard]] std::optional<MonotonicTime> now() { return delivery_->now(); }
  // Lets the consumer know of what came since the last call.
  void flush();
  // Reports the end.
  void finish(Result<TransferStats> result);

 private:
  bool take_head();
  void follow();
  bool fail(ErrorCode code, const std::string& what);
  [[nodiscard]] bool is_short() const;

  Request request_;
  const std::shared_ptr<Delivery> delivery_;

  // The current hop.
  std::string url_;
  std::string method_;
  UrlOrigin origin_;
  bool sends_body_ = true;
  bool sends_credentials_ = true;
  HeadParser parser_;
  int status_ = 0;
  std::optional<int64_t> content_length_;
  bool is_encoded_ = false;
  std::optional<Redirect> redirect_;
  int64_t redirect_body_bytes_ = 0;
  std::optional<MonotonicTime> sent_;
  std::optional<MonotonicTime> last_received_;
  StallWatch stall_;  // from the head on
  bool is_paused_ = false;

  // All hops.
  int hops_ = 0;
  std::optional<Error> error_;  // why an event ended the hop
  std::optional<MonotonicTime> started_;
  std::optional<MonotonicTime> first_body_;
  int64_t body_bytes_ = 0;
  bool has_news_ = false;
};

}  // namespace playhead

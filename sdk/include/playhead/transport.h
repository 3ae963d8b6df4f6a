// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/cancel_handle.h"
#include "playhead/executor.h"
#include "playhead/flow_window.h"
#include "playhead/result.h"
#include "playhead/time.h"

namespace playhead {

// Bytes first..last, both included (RFC 9110 §14.1.2); no `last` means to the end.
struct ByteRange {
  int64_t first = 0;
  std::optional<int64_t> last;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
  // Number of bytes, -1 when open-ended.
  [[nodiscard]] int64_t length() const { return last ? *last - first + 1 : -1; }
};

struct HttpHeader {
  std::string name;
  std::string value;
};

// What the bytes are for: decides compression (text only), priority and what is measured.
enum class ResourceKind : uint8_t { kManifest, kInit, kMedia, kText, kKey, kLicense, kApi };

struct RequestTimeouts {
  Duration connect = 5s;     // TCP and TLS together, per attempt
  Duration first_byte = 8s;  // from sending the request
  Duration stall = 5s;       // longest silence within the body
};

struct Request {
  std::string url;  // absolute; http, https, or a scheme the Transport knows
  std::string method = "GET";
  std::vector<HttpHeader> headers;
  std::string body;  // sent when method is POST or PUT
  std::optional<ByteRange> range;
  ResourceKind kind = ResourceKind::kMedia;
  RequestTimeouts timeouts;
  // Decoded body bytes after which the transfer ends with kTooLarge.
  int64_t max_bytes = int64_t{256} << 20;
  // What the consumer can hold of the body; null: all of it. Waiting for room is no stall. A
  // transport that cannot stop reading may ignore it.
  std::shared_ptr<FlowWindow> window;
  // Redirect hops followed; 0 follows none. Credentials stay with the origin they were given for:
  // `headers` marked as credentials are dropped when a redirect leaves scheme, host or port.
  int max_redirects = 10;
  std::vector<HttpHeader> credentials;
};

struct ResponseHead {
  int status = 0;   // final status, after redirects
  std::string url;  // final URL, after redirects
  std::vector<HttpHeader> headers;
  std::optional<int64_t> content_length;  // as announced, before content decoding

  // First header of that name, ASCII case-insensitive; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

// How a finished transfer went; for throughput and for start-up figures.
struct TransferStats {
  MonotonicTime started;     // handed to the network
  MonotonicTime first_byte;  // first body byte, or the head when there is no body
  MonotonicTime finished;
  int64_t wire_bytes = 0;   // body bytes before content decoding
  int64_t body_bytes = 0;   // body bytes delivered
  bool from_cache = false;  // no network was involved; says nothing about throughput
  bool connection_reused = false;
  int http_major = 0;  // 1 or 2; 0 for non-HTTP transports
};

// All three run on the executor given to start(), in this order: on_head once, on_body any number
// of times, on_done once. On failure before a head, only on_done runs. A status >= 400 is not a
// failure here: it arrives as a head, its body is delivered, and on_done has a value.
struct FetchCallbacks {
  UniqueFunction<void(const ResponseHead&)> on_head;
  // `received` is when the bytes came from the network, not when the callback runs.
  UniqueFunction<void(SharedBytes chunk, MonotonicTime received)> on_body;
  // Errors: kNetworkUnreachable, kNetworkTimeout, kConnectionLost, kTooManyRedirects,
  // kForbiddenScheme, kTooLarge, kTlsFailure, kInvalidUrl, kBadResponse. A body shorter than
  // announced is kConnectionLost, never a success.
  UniqueFunction<void(Result<TransferStats>)> on_done;
};

// Fetches bytes for URLs. No retries, no policy: one request, one answer.
// Thread-safe: start() and preconnect() from any thread.
class Transport {
 public:
  virtual ~Transport() = default;

  // Starts a request. No callback runs before start() returned, none after the handle is destroyed.
  // `executor` must outlive the handle.
  virtual CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) = 0;

  // Opens a connection to the URL's origin ahead of need; best effort, silent.
  virtual void preconnect(const std::string& url) = 0;

  // The device is on another network now: connections of the old one are not used any more, and
  // transfers in flight over them end with kConnectionLost. Any thread.
  virtual void network_changed() {}
};

}  // namespace playhead

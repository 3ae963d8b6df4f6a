// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/export.h"
#include "playhead/result.h"
#include "playhead/transport.h"

namespace playhead {

// One request as it goes over the wire. A redirect makes another one.
struct HttpRequest {
  ResourceKind kind = ResourceKind::kMedia;
  std::string url;  // absolute, http or https
  std::string method;
  // All that is to be sent besides what HTTP itself needs (Host, Content-Length); secrets, Range
  // and, where bytes have to come as they are, "Accept-Encoding: identity" among them.
  std::vector<HttpHeader> headers;
  std::string body;                // sent when there is one
  std::optional<ByteRange> range;  // as in the header, for who is no HTTP
  // Kept by the library; for clients that have limits of their own.
  RequestTimeouts timeouts;
};

// What a client alone knows of an answer it has given.
struct HttpFacts {
  bool connection_reused = false;
  int http_major = 1;      // 1, 2, 3; 0: it was no HTTP
  int64_t wire_bytes = 0;  // of the body, before decoding; 0: as many as came
};

// Takes the answer to one request, from any thread, one call at a time: sent (may be left out),
// the head once, the body in pieces, the end once. What comes too late, twice or out of order does
// nothing.
class HttpAnswer {
 public:
  enum class Flow : uint8_t {
    kGoOn,
    kWait,  // it was taken, but there is no room for more: until HttpCall::resume()
    kOver,  // nothing is wanted any more; the call is going to be destroyed
  };

  virtual ~HttpAnswer() = default;
  // The request is on its way: the answer is due from here. Left out: from the connection's limit.
  virtual void on_sent() = 0;
  // A final status, 200..599. Redirects are answers.
  virtual Flow on_head(int status, std::vector<HttpHeader> headers) = 0;
  // Decoded.
  virtual Flow on_body(ByteView bytes) = 0;
  // Errors: those of FetchCallbacks.
  virtual void on_end(Result<HttpFacts> end) = 0;
};

// A request that was started. On the transport's thread.
class HttpCall {
 public:
  // Cancels what has not ended; must not wait for a thread that is giving an answer.
  virtual ~HttpCall() = default;
  // There is room again. May come before the call of on_body() that answered kWait has returned.
  virtual void resume() = 0;
};

// An app's own HTTP in the place of libcurl, and all an app has to bring for a Transport: one
// request, one answer. Redirects, what may go where, limits, time-outs and order are the library's.
// Called on one thread that make_transport() has for it, one call at a time; must not block.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Null: it could not be started. `answer` may be used at once, and for as long as it is kept.
  virtual std::unique_ptr<HttpCall> start(const HttpRequest& request,
                                          std::shared_ptr<HttpAnswer> answer) = 0;
  // Opens a connection to the URL's origin ahead of need; best effort.
  virtual void preconnect(const std::string& url) { (void)url; }
  // No connection from before is to be used any more. Calls of before have been destroyed.
  virtual void network_changed() {}
};

// Keeps all that a Transport promises, whatever the client does. The client goes with the
// transport, on its thread, after the last call.
[[nodiscard]] PLAYHEAD_API std::shared_ptr<Transport> make_transport(
    std::shared_ptr<HttpClient> client);

}  // namespace playhead

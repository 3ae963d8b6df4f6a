// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "playhead/transport.h"

namespace playhead {

// A request that is about to be sent, as an app may see and change it.
struct InterceptedRequest {
  const ResourceKind kind;
  const std::string method;
  std::string url;  // http or https; what else is put here is ignored
  // Those the library adds by itself, like Range and User-Agent, are not among them. Names and
  // values that HTTP does not allow are left out.
  std::vector<HttpHeader> headers;
  // Sent like headers, but to the origin of `url` alone: a redirect that leads elsewhere leaves
  // them behind. The library's own token is not shown here.
  std::vector<HttpHeader> credentials;
};

// An app's way into every request of a client: the service's, manifests, segments, keys, text,
// licences, those of downloads. Called by any thread, several at once, on the way of what is asked
// for: it must not block, and not call the library.
class RequestInterceptor {
 public:
  virtual ~RequestInterceptor() = default;

  // Before every attempt. When `url` is led to another origin the library's token stays behind; as
  // after a redirect, relative URLs of what comes are resolved against where it came from.
  virtual void on_request(InterceptedRequest& request) = 0;
  // Of every answer, whatever its status; `request` as it was sent. Redirects are not told.
  virtual void on_response(const InterceptedRequest& request, const ResponseHead& head) {
    (void)request, (void)head;
  }
};

}  // namespace playhead

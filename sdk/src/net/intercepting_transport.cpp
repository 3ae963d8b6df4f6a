// SPDX-License-Identifier: Apache-2.0
#include "net/intercepting_transport.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/url.h"

namespace playhead {

namespace {

// RFC 9110 §5.1 and §5.5: what a host may read as something else is no header.
bool is_allowed(const HttpHeader& header) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  const bool is_name =
      !header.name.empty() && std::all_of(header.name.begin(), header.name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kSigns.find(c) != kSigns.npos;
      });
  const bool is_value = std::all_of(header.value.begin(), header.value.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  });
  return is_name && is_value;
}

void keep_allowed(std::vector<HttpHeader>& headers) {
  std::erase_if(headers, [](const HttpHeader& header) { return !is_allowed(header); });
}

bool is_http(const UrlOrigin& origin) {
  return origin.scheme == "http" || origin.scheme == "https";
}

}  // namespace

CancelHandle InterceptingTransport::start(Request request, Executor& executor,
                                          FetchCallbacks callbacks) {
  const auto from = url_origin(request.url);
  if (!from || !is_http(*from)) {
    return inner_->start(std::move(request), executor, std::move(callbacks));
  }
  const auto shown = std::make_shared<InterceptedRequest>(InterceptedRequest{
      request.kind, request.method, request.url, std::move(request.headers), {}});
  interceptor_->on_request(*shown);
  keep_allowed(shown->headers);
  keep_allowed(shown->credentials);
  const auto to = url_origin(shown->url);
  if (!to || !is_http(*to)) {
    shown->url = request.url;
  } else if (!(*to == *from)) {
    request.credentials.clear();
  }
  request.url = shown->url;
  request.headers = shown->headers;
  request.credentials.insert(request.credentials.end(), shown->credentials.begin(),
                             shown->credentials.end());
  callbacks.on_head = [interceptor = interceptor_, shown,
                       on_head = std::move(callbacks.on_head)](const ResponseHead& head) mutable {
    interceptor->on_response(*shown, head);
    if (on_head) on_head(head);
  };
  return inner_->start(std::move(request), executor, std::move(callbacks));
}

}  // namespace playhead

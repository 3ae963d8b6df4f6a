// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/url.h"
#include "playhead/result.h"

namespace playhead {

struct RedirectInputs {
  int status = 0;
  std::string_view location;  // the Location header; empty when absent
  std::string_view url;       // of the request that was answered
  std::string_view method;
  int hops_followed = 0;
  int max_redirects = 0;  // 0: redirects are answers, not followed
};

struct Redirect {
  std::string url;
  UrlOrigin origin;
  std::string method;
  bool keeps_body = false;
  // False: credentials stay behind.
  bool is_same_origin = false;
};

// Whether an answer is a redirect to follow, and where to (RFC 9110 §15.4). Nothing: it is the
// answer. Errors: kTooManyRedirects, at once where a URL redirects to itself; kForbiddenScheme for
// anything but http and https and for a step down from https to http; kInvalidUrl. Pure; any
// thread.
[[nodiscard]] Result<std::optional<Redirect>> decide_redirect(const RedirectInputs& in);

}  // namespace playhead

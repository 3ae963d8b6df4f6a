// SPDX-License-Identifier: Apache-2.0
#include "net/redirect.h"

#include <utility>

namespace playhead {

namespace {

bool is_redirect_status(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// RFC 9110 §15.4.2-4: after 303 everything but HEAD becomes GET; after 301 and 302 POST does, as
// every client in the field has it. 307 and 308 change nothing.
bool becomes_get(int status, std::string_view method) {
  if (status == 303) return method != "HEAD";
  return (status == 301 || status == 302) && method == "POST";
}

}  // namespace

Result<std::optional<Redirect>> decide_redirect(const RedirectInputs& in) {
  if (!is_redirect_status(in.status) || in.location.empty() || in.max_redirects <= 0) {
    return std::optional<Redirect>();
  }
  if (in.hops_followed >= in.max_redirects) {
    return make_error(
        ErrorCode::kTooManyRedirects,
        "gave up after " + std::to_string(in.max_redirects) + " redirects at " + redact(in.url),
        in.status);
  }
  PLAYHEAD_TRY(std::string url, resolve_url(in.url, in.location));
  PLAYHEAD_TRY(const UrlOrigin from, url_origin(in.url));
  PLAYHEAD_TRY(UrlOrigin to, url_origin(url));
  const bool is_web = to.scheme == "http" || to.scheme == "https";
  if (!is_web || (from.scheme == "https" && to.scheme == "http")) {
    return make_error(ErrorCode::kForbiddenScheme,
                      redact(in.url) + " redirects to " + redact(url) +
                          (is_web ? ", which is not encrypted" : ""),
                      in.status);
  }
  const bool changes_method = becomes_get(in.status, in.method);
  if (url == in.url && !changes_method) {
    return make_error(ErrorCode::kTooManyRedirects, redact(in.url) + " redirects to itself",
                      in.status);
  }
  const bool is_same_origin = from == to;
  return std::optional<Redirect>(Redirect{std::move(url), std::move(to),
                                          changes_method ? "GET" : std::string(in.method),
                                          !changes_method, is_same_origin});
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "session/license_rules.h"

#include <algorithm>

#include "base/url.h"
#include "net/http_headers.h"

namespace playhead {
namespace {

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.compare(0, 4, "127.") == 0 && std::all_of(host.begin(), host.end(), [](char c) {
           return c == '.' || (c >= '0' && c <= '9');
         });
}

ErrorCode code_of(int status) {
  if (status == 408 || status == 425 || status == 429) return ErrorCode::kDrmLicenseUnreachable;
  if (status >= 400 && status < 500) return ErrorCode::kDrmLicenseRefused;
  if (status >= 500 && status < 600) return ErrorCode::kDrmLicenseUnreachable;
  return ErrorCode::kDrmLicense;
}

}  // namespace

bool is_license_url(std::string_view url) {
  const Result<UrlOrigin> origin = url_origin(url);
  if (!origin) return false;
  return origin->scheme == "https" || (origin->scheme == "http" && is_loopback(origin->host));
}

std::vector<HttpHeader> license_headers(std::string_view scheme) {
  if (scheme == "clearkey") return {{"Content-Type", "application/json"}};
  if (scheme == "playready") {
    return {
        {"Content-Type", "text/xml; charset=utf-8"},
        {"SOAPAction", "\"http://schemas.microsoft.com/DRM/2007/03/protocols/AcquireLicense\""}};
  }
  return {{"Content-Type", "application/octet-stream"}};
}

bool describes_body(std::string_view header) {
  return equals_ignoring_case(header, "Content-Type") || equals_ignoring_case(header, "SOAPAction");
}

Error license_error_of(const ApiReply& reply) {
  Error error = error_of(reply);
  error.code = code_of(reply.status);
  return error;
}

Error license_error_of(const Error& transport_error) {
  Error error = transport_error;
  switch (transport_error.code) {
    case ErrorCode::kTooLarge:
    case ErrorCode::kBadResponse:
    case ErrorCode::kForbiddenScheme:
    case ErrorCode::kTooManyRedirects:
    case ErrorCode::kCaptivePortal:
    case ErrorCode::kInvalidUrl:
      error.code = ErrorCode::kDrmLicense;
      break;
    default:
      error.code = ErrorCode::kDrmLicenseUnreachable;
  }
  // "the host cannot be reached": what the code said is not lost.
  std::string meaning(error_meaning(transport_error.code));
  error.context = error.context.empty() ? meaning : meaning + ": " + error.context;
  return error;
}

}  // namespace playhead

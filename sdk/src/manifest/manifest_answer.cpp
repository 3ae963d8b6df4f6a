// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_answer.h"

#include <algorithm>

#include "base/limits.h"
#include "base/url.h"

namespace playhead {

namespace {

bool is_web_page(ByteView bytes) {
  std::string_view text = as_text(bytes);
  const std::size_t start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  text = text.substr(std::min(start, text.size()));
  const auto begins_with = [&](std::string_view tag) {
    return text.size() >= tag.size() &&
           std::equal(tag.begin(), tag.end(), text.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + ('a' - 'A')) : b);
           });
  };
  return begins_with("<!doctype html") || begins_with("<html");
}

}  // namespace

Request manifest_request(const ResourceLocation& location, const RequestTimeouts& timeouts) {
  Request request;
  request.url = location.url;
  request.range = location.range;
  request.kind = ResourceKind::kManifest;
  request.timeouts = timeouts;
  request.max_bytes = limits::kManifestBytes;
  return request;
}

std::optional<Error> answer_error(const ResponseHead& head) {
  if (head.status < 400) return std::nullopt;
  const ErrorCode code = head.status == 404 || head.status == 410 ? ErrorCode::kNotFound
                         : head.status == 403                     ? ErrorCode::kForbidden
                         : head.status == 401                     ? ErrorCode::kUnauthorized
                                                                  : ErrorCode::kHttpStatus;
  return make_error(code, "the manifest " + redact(head.url), head.status);
}

Error named_error(Error error, ByteView bytes, const std::string& url) {
  const bool is_page = error.code == ErrorCode::kManifestNotRecognised && is_web_page(bytes);
  return is_page ? make_error(ErrorCode::kCaptivePortal, redact(url)) : error;
}

std::string final_url(const FetchedManifest& fetched, const std::string& requested) {
  return fetched.head.url.empty() ? requested : fetched.head.url;
}

ByteView range_of(const FetchedManifest& fetched, const std::optional<ByteRange>& range) {
  const ByteView body = fetched.body.view();
  if (!range || fetched.head.status == 206) return body;
  const auto first =
      static_cast<std::size_t>(std::min<int64_t>(range->first, static_cast<int64_t>(body.size())));
  const ByteView rest = body.subspan(first);
  if (!range->last) return rest;
  return rest.first(static_cast<std::size_t>(
      std::min<int64_t>(range->length(), static_cast<int64_t>(rest.size()))));
}

}  // namespace playhead

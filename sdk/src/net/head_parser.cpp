// SPDX-License-Identifier: Apache-2.0
#include "net/head_parser.h"

#include <string>

#include "net/http_headers.h"

namespace playhead {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

Error bad(std::string what) { return make_error(ErrorCode::kBadResponse, std::move(what)); }

}  // namespace

Result<bool> HeadParser::add_line(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kMaxHeadBytes) {
    return bad(is_complete_ ? "the trailers do not end" : "the head of the answer does not end");
  }
  if (is_complete_) return false;  // a trailer
  line = trim(line);
  if (line.substr(0, 5) == "HTTP/") return add_status_line(line);
  if (line.empty()) {
    is_complete_ = head_.status >= 200;
    return is_complete_;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;  // skipped, as browsers do
  add({std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
  return false;
}

void HeadParser::add(HttpHeader header) {
  if (equals_ignoring_case(header.name, "content-length")) {
    head_.content_length = parse_count(header.value);
  }
  head_.headers.push_back(std::move(header));
}

Result<void> HeadParser::take(int status, std::vector<HttpHeader> headers) {
  head_ = ResponseHead{};
  head_.status = status;
  constexpr std::string_view kBreaks("\r\n\0", 3);
  for (HttpHeader& header : headers) {
    bytes_ += header.name.size() + header.value.size();
    if (bytes_ > kMaxHeadBytes) return bad("the head of the answer does not end");
    const bool is_broken = header.name.empty() ||
                           header.name.find_first_of(kBreaks) != std::string::npos ||
                           header.value.find_first_of(kBreaks) != std::string::npos;
    if (is_broken) return bad("a header of the answer is none");
    add(std::move(header));
  }
  is_complete_ = true;
  return {};
}

Result<bool> HeadParser::add_status_line(std::string_view line) {
  head_ = ResponseHead{};
  const std::size_t space = line.find(' ');
  const auto status =
      space == std::string_view::npos ? std::nullopt : parse_count(line.substr(space + 1, 3));
  if (!status || *status < 100) return bad("the answer has no status");
  head_.status = static_cast<int>(*status);
  return false;
}

}  // namespace playhead

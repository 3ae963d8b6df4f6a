// SPDX-License-Identifier: Apache-2.0
#include "conditional_request.h"

#include <string>

#include "api_json.h"

namespace playhead::server {

bool is_unchanged(const Request& request, std::string_view etag) {
  std::string_view list = request.if_none_match;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view tag = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    while (!tag.empty() && tag.front() == ' ') tag.remove_prefix(1);
    while (!tag.empty() && tag.back() == ' ') tag.remove_suffix(1);
    if (tag.substr(0, 2) == "W/") tag.remove_prefix(2);
    if (tag == "*" || tag == etag) return true;
  }
  return false;
}

ByteRange wanted_range(const Request& request, std::string_view etag, int64_t size) {
  // RFC 9110 §14.2: Range means something for GET only. §13.1.5: a changed file is sent whole.
  if (request.method != Method::kGet || request.range.empty()) return {};
  if (!request.if_range.empty() && request.if_range != etag) return {};
  return parse_byte_range(request.range, size);
}

void apply_range(Response& response, const ByteRange& range, int64_t size) {
  const std::string total = std::to_string(size);
  if (range.kind == ByteRange::Kind::kUnsatisfiable) {
    response.status = 416;
    response.headers.emplace_back("Content-Range", "bytes */" + total);
    // What was said of the file does not hold for this: a cache that keeps it would give it to all.
    std::erase_if(response.headers, [](const auto& one) {
      return one.first == "Content-Type" || one.first == "Cache-Control" || one.first == "ETag";
    });
    response.headers.emplace_back("Content-Type", "application/json");
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = error_json({416, "range_not_satisfiable", "The range is beyond the end."});
    response.file.reset();
    response.stream.reset();
    return;
  }
  if (range.kind == ByteRange::Kind::kWhole) return;
  response.status = 206;
  response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                     std::to_string(range.last) + "/" + total);
  const int64_t length = range.last - range.first + 1;
  if (response.stream) {
    response.stream->length = length;
  } else if (response.file) {
    response.file->offset = range.first;
    response.file->length = length;
  } else {
    response.body = response.body.substr(static_cast<std::size_t>(range.first),
                                         static_cast<std::size_t>(length));
  }
}

}  // namespace playhead::server

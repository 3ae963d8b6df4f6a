// SPDX-License-Identifier: Apache-2.0
#include "net/resource_version.h"

#include "net/http_headers.h"

namespace playhead {

ResourceVersion version_of(const ResponseHead& head) {
  ResourceVersion version;
  version.etag = std::string(head.header("etag"));
  version.last_modified = std::string(head.header("last-modified"));
  const bool is_encoded = !head.header("content-encoding").empty();
  if (is_encoded) return version;  // its length is that of the code
  if (head.status != 206) {
    version.total = head.content_length;
  } else if (const auto range = parse_content_range(head.header("content-range"))) {
    version.total = range->total;
  }
  return version;
}

bool may_be_same(const ResourceVersion& a, const ResourceVersion& b) {
  if (a.total && b.total && *a.total != *b.total) return false;
  if (!a.etag.empty() && !b.etag.empty()) return a.etag == b.etag;
  const bool are_dated = !a.last_modified.empty() && !b.last_modified.empty();
  return !are_dated || a.last_modified == b.last_modified;
}

std::string strong_validator(const ResourceVersion& version) {
  ResponseHead head;
  if (!version.etag.empty()) head.headers.push_back({"ETag", version.etag});
  if (!version.last_modified.empty()) {
    head.headers.push_back({"Last-Modified", version.last_modified});
  }
  return std::string(strong_validator(head));
}

}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "playback/stored_body.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace playhead::offline {

namespace {

int64_t first_byte_of(const ResourceRow& row) {
  return row.planned.key.range ? row.planned.key.range->first : 0;
}

int64_t end_of(const ResourceRow& row) { return first_byte_of(row) + row.planned.size; }

// The size of the whole resource, where that is known: not of parts cut out of it.
std::optional<int64_t> total_of(const std::vector<ResourceRow>& rows) {
  const auto& range = rows.front().planned.key.range;
  if (rows.size() == 1 && !range) return rows.front().planned.size;
  return std::nullopt;
}

}  // namespace

StoredBody make_stored_body(const std::vector<ResourceRow>& rows,
                            const std::optional<ByteRange>& range) {
  StoredBody body;
  const int64_t first = range ? range->first : first_byte_of(rows.front());
  const int64_t wanted_end =
      range && range->last ? *range->last + 1 : std::numeric_limits<int64_t>::max();
  int64_t at = first;
  for (const ResourceRow& row : rows) {
    const int64_t end = std::min(end_of(row), wanted_end);
    if (at < first_byte_of(row) || at >= end) continue;
    body.pieces.push_back({row, at - first_byte_of(row), end - at});
    at = end;
  }
  body.length = at - first;
  const std::optional<int64_t> total = total_of(rows);
  const std::string total_text = total ? std::to_string(*total) : "*";
  if (range && body.length == 0) {
    body.head.status = 416;
    body.head.headers.push_back({"Content-Range", "bytes */" + total_text});
  } else if (range) {
    body.head.status = 206;
    body.head.headers.push_back({"Content-Range", "bytes " + std::to_string(first) + "-" +
                                                      std::to_string(at - 1) + "/" + total_text});
  } else {
    body.head.status = 200;
  }
  body.head.content_length = body.length;
  const std::string& type = rows.front().content_type;
  if (!type.empty()) body.head.headers.push_back({"Content-Type", type});
  return body;
}

}  // namespace playhead::offline

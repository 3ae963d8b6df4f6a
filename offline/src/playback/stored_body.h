// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/transport.h"
#include "store/rows.h"

// How an answer is put together from resources of the journal. Pure.
namespace playhead::offline {

// What of one vault file comes next in the body.
struct BodyPiece {
  ResourceRow row;
  int64_t offset = 0;  // of the file's media
  int64_t length = 0;
  // All of the file: its hash can be compared.
  [[nodiscard]] bool is_whole() const { return offset == 0 && length == row.planned.size; }
};

struct StoredBody {
  ResponseHead head;  // without `url`; 200, 206 or 416
  std::vector<BodyPiece> pieces;
  int64_t length = 0;  // of all pieces
};

// `rows`: what DownloadStore::lookup() answers for the request, all of it kDone, never empty. Like
// a host that knows ranges (RFC 9110 §14): a range that reaches beyond the resource is cut, one
// that begins behind it is a 416.
[[nodiscard]] StoredBody make_stored_body(const std::vector<ResourceRow>& rows,
                                          const std::optional<ByteRange>& range);

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#include "container/sidx.h"

#include <limits>
#include <optional>

#include "base/decimal.h"
#include "container/box_reader.h"

namespace playhead {
namespace {

Result<Sidx> parse_body(ByteView body, int64_t anchor) {
  constexpr auto kMaxSigned = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  ByteReader reader(body);
  const uint64_t version = reader.read(1);
  reader.skip(3 + 4);  // flags, reference_ID
  const uint64_t timescale = reader.read(4);
  const int time_width = version == 0 ? 4 : 8;
  const uint64_t earliest = reader.read(time_width);
  const uint64_t first_offset = reader.read(time_width);
  reader.skip(2);  // reserved
  const uint64_t count = reader.read(2);
  if (reader.has_failed()) return broken("the segment index is cut off");
  if (timescale == 0) return broken("the segment index has timescale 0");
  if (earliest > kMaxSigned || first_offset > kMaxSigned) {
    return broken("the segment index has a number beyond 63 bits");
  }

  Sidx sidx;
  sidx.timescale = static_cast<int64_t>(timescale);
  sidx.earliest_presentation_ticks = static_cast<int64_t>(earliest);
  sidx.references.reserve(count);
  std::optional<int64_t> offset = checked_add(anchor, static_cast<int64_t>(first_offset));
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t type_and_size = reader.read(4);
    const uint64_t duration = reader.read(4);
    reader.skip(4);  // SAP flags
    if (reader.has_failed()) return broken("the segment index is cut off");
    if (!offset) return broken("the segment index points beyond 63 bits");
    SidxReference reference;
    reference.is_index = (type_and_size >> 31) != 0;
    reference.offset = *offset;
    reference.size = static_cast<int64_t>(type_and_size & 0x7FFF'FFFF);
    reference.duration_ticks = static_cast<int64_t>(duration);
    sidx.references.push_back(reference);
    offset = checked_add(*offset, reference.size);
  }
  if (!offset) return broken("the segment index points beyond 63 bits");
  return sidx;
}

}  // namespace

Result<Sidx> parse_sidx(ByteView bytes, int64_t file_offset) {
  BoxReader boxes(bytes);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return broken("there is no segment index (sidx) where the manifest says");
    if (box->type != fourcc("sidx")) continue;
    // Offsets count from the first byte after the box (§8.16.3.1).
    const std::optional<int64_t> anchor = checked_add(file_offset, box->offset + box->size);
    if (!anchor) return broken("the segment index points beyond 63 bits");
    return parse_body(box->payload, *anchor);
  }
}

}  // namespace playhead

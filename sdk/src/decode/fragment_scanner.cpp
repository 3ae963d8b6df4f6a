// SPDX-License-Identifier: Apache-2.0
#include "decode/fragment_scanner.h"

#include <algorithm>

namespace playhead {

namespace {

uint32_t u32(ByteView bytes, std::size_t at) {
  return uint32_t{bytes[at]} << 24 | uint32_t{bytes[at + 1]} << 16 | uint32_t{bytes[at + 2]} << 8 |
         bytes[at + 3];
}

// Calls visit(type, payload) for every complete box in `bytes`.
template <typename Visit>
void for_each_box(ByteView bytes, Visit visit) {
  while (const auto box = read_box_header(bytes)) {
    const uint64_t size = box->size == 0 ? bytes.size() : box->size;
    if (size > bytes.size()) return;
    const auto count = static_cast<std::size_t>(size);
    visit(box->type, bytes.subspan(box->header_bytes, count - box->header_bytes));
    bytes = bytes.subspan(count);
  }
}

// ISO/IEC 14496-12 §8.8.8.2. The smallest composition offset read as signed (as libavformat does
// in both versions of the box), 0 if there is none below.
int64_t smallest_composition_offset(ByteView trun) {
  constexpr uint32_t kDataOffset = 0x1, kFirstSampleFlags = 0x4, kDuration = 0x100, kSize = 0x200,
                     kFlags = 0x400, kCompositionOffset = 0x800;
  if (trun.size() < 8) return 0;
  const uint32_t flags = u32(trun, 0);
  if ((flags & kCompositionOffset) == 0) return 0;
  const auto field = [flags](uint32_t flag) -> std::size_t { return (flags & flag) != 0 ? 4 : 0; };
  const std::size_t before = field(kDuration) + field(kSize) + field(kFlags);
  std::size_t at = 8 + field(kDataOffset) + field(kFirstSampleFlags);
  int64_t smallest = 0;
  for (uint32_t left = u32(trun, 4); left > 0 && at + before + 4 <= trun.size(); --left) {
    smallest = std::min<int64_t>(smallest, static_cast<int32_t>(u32(trun, at + before)));
    at += before + 4;
  }
  return smallest;
}

}  // namespace

std::optional<BoxHeader> read_box_header(ByteView bytes) {
  if (bytes.size() < 8) return {};
  BoxHeader box{.type = u32(bytes, 4), .size = u32(bytes, 0), .header_bytes = 8};
  if (box.size == 1) {
    if (bytes.size() < 16) return {};
    box.size = uint64_t{u32(bytes, 8)} << 32 | u32(bytes, 12);
    box.header_bytes = 16;
    if (box.size == 0) return {};
  }
  if (box.size != 0 && box.size < box.header_bytes) return {};
  return box;
}

std::vector<CompositionShift> scan_composition_shifts(ByteView moof) {
  std::vector<CompositionShift> shifts;
  const auto visit_traf = [&shifts](ByteView traf) {
    CompositionShift shift;
    for_each_box(traf, [&shift](uint32_t type, ByteView payload) {
      if (type == box_type("tfhd") && payload.size() >= 8) shift.track_id = u32(payload, 4);
      if (type == box_type("trun")) {
        shift.ticks = std::max(shift.ticks, -smallest_composition_offset(payload));
      }
    });
    if (shift.ticks > 0) shifts.push_back(shift);
  };
  for_each_box(moof, [&visit_traf](uint32_t type, ByteView payload) {
    if (type != box_type("moof")) return;
    for_each_box(payload, [&visit_traf](uint32_t inner, ByteView traf) {
      if (inner == box_type("traf")) visit_traf(traf);
    });
  });
  return shifts;
}

}  // namespace playhead

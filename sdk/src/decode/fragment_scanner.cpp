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

// The payloads of the boxes of one type in `bytes`.
template <typename Visit>
void for_each_box_of(ByteView bytes, uint32_t wanted, Visit visit) {
  for_each_box(bytes, [&](uint32_t type, ByteView payload) {
    if (type == wanted) visit(payload);
  });
}

// ISO/IEC 14496-12 §8.8.7.2.
void read_tfhd(ByteView tfhd, TrackFragment& track, uint32_t& default_duration,
               const TrackDurations& default_durations) {
  constexpr uint32_t kBaseDataOffset = 0x1, kSampleDescription = 0x2, kDuration = 0x8;
  if (tfhd.size() < 8) return;
  const uint32_t flags = u32(tfhd, 0);
  track.track_id = u32(tfhd, 4);
  const auto known = default_durations.find(track.track_id);
  if (known != default_durations.end()) default_duration = known->second;
  const std::size_t at =
      8 + ((flags & kBaseDataOffset) != 0 ? 8 : 0) + ((flags & kSampleDescription) != 0 ? 4 : 0);
  if ((flags & kDuration) != 0 && at + 4 <= tfhd.size()) default_duration = u32(tfhd, at);
}

// ISO/IEC 14496-12 §8.8.8.2; composition offsets are read as signed in both versions of the box,
// as libavformat does.
void read_trun(ByteView trun, TrackFragment& track, uint32_t default_duration) {
  constexpr uint32_t kDataOffset = 0x1, kFirstSampleFlags = 0x4, kDuration = 0x100, kSize = 0x200,
                     kFlags = 0x400, kCompositionOffset = 0x800;
  if (trun.size() < 8) return;
  const uint32_t flags = u32(trun, 0);
  const auto bytes_of = [flags](uint32_t flag) -> std::size_t { return (flags & flag) ? 4 : 0; };
  const std::size_t offset_at = bytes_of(kDuration) + bytes_of(kSize) + bytes_of(kFlags);
  const std::size_t record = offset_at + bytes_of(kCompositionOffset);
  std::size_t at = 8 + bytes_of(kDataOffset) + bytes_of(kFirstSampleFlags);
  for (uint32_t left = u32(trun, 4); left > 0 && at + record <= trun.size(); --left) {
    if (track.durations.size() >= kMaxFragmentDurations) return;
    track.durations.push_back((flags & kDuration) != 0 ? u32(trun, at) : default_duration);
    if ((flags & kCompositionOffset) != 0) {
      const auto offset = static_cast<int32_t>(u32(trun, at + offset_at));
      track.composition_shift = std::max(track.composition_shift, -int64_t{offset});
    }
    at += record;
  }
}

TrackFragment read_traf(ByteView traf, const TrackDurations& default_durations) {
  TrackFragment track;
  uint32_t default_duration = 0;
  for_each_box(traf, [&](uint32_t type, ByteView payload) {
    if (type == box_type("tfhd")) read_tfhd(payload, track, default_duration, default_durations);
    if (type == box_type("trun")) read_trun(payload, track, default_duration);
  });
  return track;
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

TrackDurations scan_default_durations(ByteView moov) {
  TrackDurations durations;
  for_each_box_of(moov, box_type("moov"), [&](ByteView in_moov) {
    for_each_box_of(in_moov, box_type("mvex"), [&](ByteView mvex) {
      for_each_box_of(mvex, box_type("trex"), [&](ByteView trex) {
        if (trex.size() >= 16) durations[u32(trex, 4)] = u32(trex, 12);
      });
    });
  });
  return durations;
}

std::vector<TrackFragment> scan_fragment(ByteView moof, const TrackDurations& default_durations) {
  std::vector<TrackFragment> tracks;
  for_each_box_of(moof, box_type("moof"), [&](ByteView in_moof) {
    for_each_box_of(in_moof, box_type("traf"),
                    [&](ByteView traf) { tracks.push_back(read_traf(traf, default_durations)); });
  });
  return tracks;
}

}  // namespace playhead

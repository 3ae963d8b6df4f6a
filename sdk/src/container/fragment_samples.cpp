// SPDX-License-Identifier: Apache-2.0
#include "container/fragment_samples.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "container/box_reader.h"
#include "container/fragment_flags.h"

namespace playhead {
namespace {

using namespace fragment_flags;

// Sums of times stay within 64 bits.
constexpr int64_t kMaxTicks = int64_t{1} << 62;

// The first box of that type on this level; an empty payload when there is none.
Result<std::optional<Box>> find_box(ByteView bytes, uint32_t type) {
  BoxReader reader(bytes);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, reader.next());
    if (!box || box->type == type) return box;
  }
}

// moov/trak/mdia/… : boxes inside boxes, each the first of its type.
Result<std::optional<Box>> find_path(ByteView bytes, std::initializer_list<uint32_t> path) {
  std::optional<Box> box;
  for (const uint32_t type : path) {
    PLAYHEAD_TRY(box, find_box(box ? box->payload : bytes, type));
    if (!box) return box;
  }
  return box;
}

// §8.4.2: three letters of five bits, 0x60 below their ASCII value.
std::string language_of(uint64_t packed) {
  std::string language;
  for (int shift = 10; shift >= 0; shift -= 5) {
    language += static_cast<char>(0x60 + (packed >> shift & 0x1f));
  }
  const bool is_letters =
      std::all_of(language.begin(), language.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return is_letters && language != "und" ? language : std::string();
}

bool read_media_header(ByteView mdhd, TrackHeader& out) {
  ByteReader reader(mdhd);
  const bool is_long = reader.read(1) == 1;
  reader.skip(is_long ? 3 + 16 : 3 + 8);
  out.timescale = static_cast<int64_t>(reader.read(4));
  reader.skip(is_long ? 8 : 4);
  out.language = language_of(reader.read(2));
  return !reader.has_failed() && out.timescale > 0;
}

bool read_sample_entry(ByteView stsd, TrackHeader& out) {
  constexpr std::size_t kFullBoxAndCount = 8;
  if (stsd.size() < kFullBoxAndCount) return false;
  const auto entry = BoxReader(stsd.subspan(kFullBoxAndCount)).next();
  if (!entry || !entry.value()) return false;
  out.sample_entry = entry.value()->type;
  out.entry_payload = entry.value()->payload;
  return true;
}

// One track fragment while its runs are read.
class TrackFragmentReader {
 public:
  TrackFragmentReader(ByteView segment, int64_t moof_offset, const TrackHeader& track,
                      FragmentSamples& out)
      : segment_(segment),
        track_(track),
        out_(out),
        base_(moof_offset),
        position_(moof_offset),
        duration_(track.default_duration),
        size_(track.default_size) {}

  Result<void> read(ByteView traf) {
    PLAYHEAD_TRY(const std::optional<Box> header, find_box(traf, fourcc("tfhd")));
    if (!header) return broken("a track fragment without a header");
    if (!read_header(header->payload)) return {};  // of another track, or cut off
    PLAYHEAD_TRY(const std::optional<Box> decode_time, find_box(traf, fourcc("tfdt")));
    if (decode_time) read_decode_time(decode_time->payload);
    BoxReader boxes(traf);
    while (true) {
      PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
      if (!box) return {};
      if (box->type == fourcc("trun") && !read_run(box->payload)) {
        out_.is_damaged = true;
        return {};
      }
    }
  }

 private:
  bool read_header(ByteView tfhd) {
    ByteReader reader(tfhd);
    const auto flags = static_cast<uint32_t>(reader.read(4)) & 0xffffff;
    if (reader.read(4) != track_.track_id) return false;
    if ((flags & kBaseDataOffset) != 0) {
      // Counts from the file's start. Segments are files of their own here, so only an offset from
      // the moof makes sense, which is what every packager of segments writes.
      reader.skip(8);
    }
    if ((flags & kSampleDescriptionIndex) != 0) reader.skip(4);
    if ((flags & kDefaultDuration) != 0) duration_ = static_cast<uint32_t>(reader.read(4));
    if ((flags & kDefaultSize) != 0) size_ = static_cast<uint32_t>(reader.read(4));
    return !reader.has_failed();
  }

  void read_decode_time(ByteView tfdt) {
    ByteReader reader(tfdt);
    const bool is_long = reader.read(1) == 1;
    reader.skip(3);
    const uint64_t time = reader.read(is_long ? 8 : 4);
    if (!reader.has_failed() && time < static_cast<uint64_t>(kMaxTicks)) {
      time_ = static_cast<int64_t>(time);
    }
  }

  bool read_run(ByteView trun) {
    ByteReader reader(trun);
    const auto flags = static_cast<uint32_t>(reader.read(4)) & 0xffffff;
    const auto count = static_cast<std::size_t>(reader.read(4));
    if ((flags & kDataOffset) != 0) {
      position_ = base_ + static_cast<int32_t>(static_cast<uint32_t>(reader.read(4)));
    }
    if ((flags & kFirstSampleFlags) != 0) reader.skip(4);
    for (std::size_t i = 0; i < count; ++i) {
      if (reader.has_failed() || out_.samples.size() >= limits::kTextSamples) return false;
      int64_t duration = duration_, size = size_, offset = 0;
      if ((flags & kSampleDuration) != 0) duration = static_cast<int64_t>(reader.read(4));
      if ((flags & kSampleSize) != 0) size = static_cast<int64_t>(reader.read(4));
      if ((flags & kSampleFlags) != 0) reader.skip(4);
      if ((flags & kSampleCompositionOffset) != 0) {
        offset = static_cast<int32_t>(static_cast<uint32_t>(reader.read(4)));
      }
      if (reader.has_failed() || !add(duration, size, offset)) return false;
    }
    return true;
  }

  bool add(int64_t duration, int64_t size, int64_t composition_offset) {
    const auto whole = static_cast<int64_t>(segment_.size());
    if (position_ < 0 || position_ > whole || size > whole - position_) return false;
    out_.samples.push_back(
        {time_ + composition_offset, duration,
         segment_.subspan(static_cast<std::size_t>(position_), static_cast<std::size_t>(size))});
    position_ += size;
    time_ += duration;
    return time_ < kMaxTicks;
  }

  ByteView segment_;
  const TrackHeader& track_;
  FragmentSamples& out_;
  int64_t base_ = 0;
  int64_t position_ = 0;
  int64_t time_ = 0;
  int64_t duration_ = 0, size_ = 0;
};

}  // namespace

Result<TrackHeader> parse_track_header(ByteView init_segment) {
  TrackHeader header;
  PLAYHEAD_TRY(const std::optional<Box> moov, find_box(init_segment, fourcc("moov")));
  if (!moov) return broken("there is no moov box: no init segment");
  PLAYHEAD_TRY(const std::optional<Box> trak, find_box(moov->payload, fourcc("trak")));
  if (!trak) return broken("the init segment has no track");
  PLAYHEAD_TRY(const std::optional<Box> tkhd, find_box(trak->payload, fourcc("tkhd")));
  PLAYHEAD_TRY(const std::optional<Box> mdhd,
               find_path(trak->payload, {fourcc("mdia"), fourcc("mdhd")}));
  PLAYHEAD_TRY(
      const std::optional<Box> stsd,
      find_path(trak->payload, {fourcc("mdia"), fourcc("minf"), fourcc("stbl"), fourcc("stsd")}));
  if (!tkhd || !mdhd || !stsd) return broken("the init segment's track is incomplete");
  ByteReader track(tkhd->payload);
  track.skip(track.read(1) == 1 ? 3 + 16 : 3 + 8);
  header.track_id = static_cast<uint32_t>(track.read(4));
  if (track.has_failed() || !read_media_header(mdhd->payload, header) ||
      !read_sample_entry(stsd->payload, header)) {
    return broken("the init segment's track header is damaged");
  }
  PLAYHEAD_TRY(const std::optional<Box> trex,
               find_path(moov->payload, {fourcc("mvex"), fourcc("trex")}));
  if (trex) {
    ByteReader defaults(trex->payload);
    defaults.skip(4);
    const bool is_this = defaults.read(4) == header.track_id;
    defaults.skip(4);
    const auto duration = static_cast<uint32_t>(defaults.read(4));
    const auto size = static_cast<uint32_t>(defaults.read(4));
    if (is_this) header.default_duration = duration, header.default_size = size;
  }
  return header;
}

Result<FragmentSamples> parse_fragments(ByteView segment, const TrackHeader& track) {
  FragmentSamples out;
  BoxReader reader(segment);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, reader.next());
    if (!box) return out;
    if (box->type != fourcc("moof")) continue;
    BoxReader fragments(box->payload);
    while (true) {
      PLAYHEAD_TRY(const std::optional<Box> traf, fragments.next());
      if (!traf) break;
      if (traf->type != fourcc("traf")) continue;
      TrackFragmentReader runs(segment, box->offset, track, out);
      if (Result<void> read = runs.read(traf->payload); !read) return std::move(read).error();
      if (out.is_damaged) return out;
    }
  }
}

}  // namespace playhead

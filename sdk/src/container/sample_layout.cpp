// SPDX-License-Identifier: Apache-2.0
#include "container/sample_layout.h"

#include <utility>

#include "base/limits.h"
#include "container/box_reader.h"
#include "container/fragment_flags.h"

namespace playhead {
namespace {

using namespace fragment_flags;

// Sums of offsets and sizes stay within 64 bits.
constexpr uint64_t kMaxOffset = uint64_t{1} << 62;

bool add(std::vector<SampleExtent>& out, std::size_t most, SampleExtent sample,
         uint64_t& position) {
  if (out.size() >= most || position > kMaxOffset) return false;
  sample.offset = position;
  position += sample.size;
  out.push_back(sample);
  return true;
}

Result<void> read_run(ByteView trun, uint64_t base, SampleExtent prototype, uint64_t& position,
                      std::vector<SampleExtent>& out) {
  ByteReader reader(trun);
  const auto flags = static_cast<uint32_t>(reader.read(4)) & 0xffffff;
  const uint64_t count = reader.read(4);
  if ((flags & kDataOffset) != 0) {
    // Unsigned arithmetic wraps; what is no offset is found by add().
    const auto offset = static_cast<int32_t>(static_cast<uint32_t>(reader.read(4)));
    position = base + static_cast<uint64_t>(int64_t{offset});
  }
  if ((flags & kFirstSampleFlags) != 0) reader.skip(4);
  const auto bytes_of = [flags](uint32_t flag) -> std::size_t { return (flags & flag) ? 4 : 0; };
  const std::size_t before = bytes_of(kSampleDuration);
  const std::size_t behind = bytes_of(kSampleFlags) + bytes_of(kSampleCompositionOffset);
  for (uint64_t i = 0; i < count; ++i) {
    reader.skip(before);
    if ((flags & kSampleSize) != 0) prototype.size = static_cast<uint32_t>(reader.read(4));
    reader.skip(behind);
    if (reader.has_failed()) return broken("a run of samples is cut off");
    if (!add(out, limits::kEncryptedSamples, prototype, position))
      return broken("a fragment with too many samples");
  }
  return {};
}

// §8.7.3: a size for all, or a list of them; `stz2` packs them.
class SizeTable {
 public:
  void read_stsz(ByteView stsz) {
    ByteReader reader(stsz);
    reader.skip(4);
    fixed_ = static_cast<uint32_t>(reader.read(4));
    count_ = reader.read(4);
    bits_ = fixed_ == 0 ? 32 : 0;
    sizes_ = stsz.last(reader.remaining());
  }
  void read_stz2(ByteView stz2) {
    ByteReader reader(stz2);
    reader.skip(4 + 3);
    bits_ = static_cast<unsigned>(reader.read(1));
    count_ = reader.read(4);
    sizes_ = stz2.last(reader.remaining());
  }
  [[nodiscard]] bool is_whole(std::size_t most) const {
    const bool is_allowed = bits_ == 0 || bits_ == 4 || bits_ == 8 || bits_ == 16 || bits_ == 32;
    return is_allowed && count_ <= most && sizes_.size() >= (count_ * bits_ + 7) / 8;
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] uint32_t size_of(std::size_t i) const {
    if (bits_ == 0) return fixed_;
    if (bits_ == 4) return sizes_[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf;
    const std::size_t width = bits_ / 8;
    ByteReader reader(sizes_.subspan(i * width));
    return static_cast<uint32_t>(reader.read(static_cast<int>(width)));
  }

 private:
  uint32_t fixed_ = 0;
  unsigned bits_ = 0;
  std::size_t count_ = 0;
  ByteView sizes_;
};

// A box that is a version, a count and records of one width.
struct Records {
  ByteView bytes;
  std::size_t count = 0;
  std::size_t width = 4;
  bool is_whole = true;

  static Records of(ByteView payload, std::size_t width) {
    ByteReader reader(payload);
    reader.skip(4);
    Records out;
    out.width = width;
    out.count = reader.read(4);
    out.bytes = payload.last(reader.remaining());
    out.is_whole = !reader.has_failed() && out.count <= out.bytes.size() / width;
    return out;
  }
  [[nodiscard]] ByteReader at(std::size_t i) const { return ByteReader(bytes.subspan(i * width)); }
};

struct SampleTables {
  SizeTable sizes;
  Records chunks;  // stco or co64
  Records runs;    // stsc
};

Result<SampleTables> find_tables(ByteView stbl) {
  constexpr std::size_t kStscBytes = 12;
  SampleTables out;
  BoxReader boxes(stbl);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return out;
    if (box->type == fourcc("stsz")) out.sizes.read_stsz(box->payload);
    if (box->type == fourcc("stz2")) out.sizes.read_stz2(box->payload);
    if (box->type == fourcc("stco")) out.chunks = Records::of(box->payload, 4);
    if (box->type == fourcc("co64")) out.chunks = Records::of(box->payload, 8);
    if (box->type == fourcc("stsc")) out.runs = Records::of(box->payload, kStscBytes);
  }
}

// §8.7.4: from chunk `first` on, so many samples each.
struct ChunkRun {
  uint64_t first = 0;
  uint64_t samples = 0;
  uint32_t description = 1;
};
ChunkRun chunk_run(const Records& runs, std::size_t i) {
  ByteReader reader = runs.at(i);
  ChunkRun out;
  out.first = reader.read(4);
  out.samples = reader.read(4);
  out.description = static_cast<uint32_t>(reader.read(4));
  return out;
}

}  // namespace

Result<FragmentHeader> parse_fragment_header(ByteView tfhd) {
  FragmentHeader out;
  ByteReader reader(tfhd);
  const auto flags = static_cast<uint32_t>(reader.read(4)) & 0xffffff;
  out.track_id = static_cast<uint32_t>(reader.read(4));
  out.is_based_on_moof = (flags & kDefaultBaseIsMoof) != 0;
  if ((flags & kBaseDataOffset) != 0) out.base_data_offset = reader.read(8);
  if ((flags & kSampleDescriptionIndex) != 0) {
    out.description = static_cast<uint32_t>(reader.read(4));
  }
  if ((flags & kDefaultDuration) != 0) out.duration = static_cast<uint32_t>(reader.read(4));
  if ((flags & kDefaultSize) != 0) out.size = static_cast<uint32_t>(reader.read(4));
  if ((flags & kDefaultFlags) != 0) out.sample_flags = static_cast<uint32_t>(reader.read(4));
  if (reader.has_failed()) return broken("the header of a track fragment is cut off");
  return out;
}

Result<std::vector<SampleExtent>> fragment_layout(ByteView traf, const FragmentHeader& header,
                                                  const SampleDefaults& defaults,
                                                  uint64_t moof_offset, uint64_t& end_of_previous) {
  SampleExtent prototype;
  prototype.description = header.description.value_or(defaults.description);
  if (prototype.description == 0) prototype.description = 1;  // some packagers count from 0 in trex
  prototype.size = header.size.value_or(defaults.size);
  const uint64_t implicit = header.is_based_on_moof ? moof_offset : end_of_previous;
  const uint64_t base = header.base_data_offset.value_or(implicit);
  uint64_t position = base;
  std::vector<SampleExtent> out;
  BoxReader boxes(traf);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) break;
    if (box->type != fourcc("trun")) continue;
    Result<void> read = read_run(box->payload, base, prototype, position, out);
    if (!read) return std::move(read).error();
    ++prototype.run;
  }
  end_of_previous = position;
  return out;
}

Result<std::vector<SampleExtent>> table_layout(ByteView stbl, std::size_t most) {
  PLAYHEAD_TRY(const SampleTables tables, find_tables(stbl));
  const auto& [sizes, chunks, runs] = tables;
  if (!sizes.is_whole(most) || !chunks.is_whole || !runs.is_whole) {
    return broken("the tables of samples are cut off, or list too many");
  }
  std::vector<SampleExtent> out;
  out.reserve(sizes.count());
  std::size_t next_run = 0;
  ChunkRun run;
  for (std::size_t chunk = 0; chunk < chunks.count && out.size() < sizes.count(); ++chunk) {
    while (next_run < runs.count && chunk_run(runs, next_run).first <= chunk + 1) {
      run = chunk_run(runs, next_run++);
    }
    uint64_t position = chunks.at(chunk).read(static_cast<int>(chunks.width));
    for (uint64_t i = 0; i < run.samples && out.size() < sizes.count(); ++i) {
      SampleExtent sample{0, sizes.size_of(out.size()), run.description,
                          static_cast<uint32_t>(chunk)};
      if (!add(out, most, sample, position)) return broken("a sample lies beyond 62 bits");
    }
  }
  return out;
}

}  // namespace playhead

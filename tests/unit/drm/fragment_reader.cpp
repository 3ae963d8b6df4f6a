// SPDX-License-Identifier: Apache-2.0
#include "fragment_reader.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace playhead::reference {
namespace {

// Big-endian numbers one after the other; a file that ends too early fails the test.
struct Reader {
  ByteView bytes;
  uint64_t number(std::size_t count) {
    REQUIRE(bytes.size() >= count);
    uint64_t value = 0;
    for (std::size_t n = 0; n < count; ++n) value = value << 8 | bytes[n];
    bytes = bytes.subspan(count);
    return value;
  }
  uint32_t u32() { return static_cast<uint32_t>(number(4)); }
  void skip(std::size_t count) {
    REQUIRE(bytes.size() >= count);
    bytes = bytes.subspan(count);
  }
};

struct Box {
  std::string_view type;
  ByteView body;
  std::size_t offset;  // of its first byte
};

std::vector<Box> boxes_of(ByteView bytes) {
  std::vector<Box> boxes;
  for (std::size_t at = 0; at + 8 <= bytes.size();) {
    const std::size_t size = Reader{bytes.subspan(at)}.u32();
    REQUIRE(size >= 8);
    REQUIRE(size <= bytes.size() - at);
    boxes.push_back({as_text(bytes.subspan(at + 4, 4)), bytes.subspan(at + 8, size - 8), at});
    at += size;
  }
  return boxes;
}

// Empty when there is none.
ByteView child(ByteView bytes, std::string_view type) {
  for (const Box& box : boxes_of(bytes)) {
    if (box.type == type) return box.body;
  }
  return {};
}

ByteView descend(ByteView bytes, std::initializer_list<std::string_view> path) {
  for (const std::string_view type : path) bytes = child(bytes, type);
  return bytes;
}

struct Entry {
  std::optional<CryptoInfo> defaults;  // none: clear
  std::size_t iv_bytes = 0;            // of each sample; 0: the defaults have it
};

Entry entry_of(const Box& box) {
  Entry entry;
  if (box.type != "encv" && box.type != "enca") return entry;
  const ByteView sinf = child(box.body.subspan(box.type == "encv" ? 78 : 28), "sinf");
  CryptoInfo& info = entry.defaults.emplace();
  const std::string_view scheme = as_text(child(sinf, "schm").subspan(4, 4));
  info.scheme = scheme == "cens"   ? SampleScheme::kCens
                : scheme == "cbc1" ? SampleScheme::kCbc1
                : scheme == "cbcs" ? SampleScheme::kCbcs
                                   : SampleScheme::kCenc;
  Reader tenc{descend(sinf, {"schi", "tenc"})};
  tenc.skip(5);
  const uint64_t pattern = tenc.number(1);
  info.crypt_blocks = static_cast<uint8_t>(pattern >> 4);
  info.skip_blocks = static_cast<uint8_t>(pattern & 15);
  tenc.skip(1);
  entry.iv_bytes = tenc.number(1);
  tenc.skip(16);
  if (entry.iv_bytes == 0) {
    const std::size_t length = tenc.number(1);
    std::copy_n(tenc.bytes.begin(), length, info.iv.begin());
  }
  return entry;
}

std::vector<Entry> entries_of(ByteView file) {
  const ByteView stsd = descend(file, {"moov", "trak", "mdia", "minf", "stbl", "stsd"}).subspan(8);
  std::vector<Entry> entries;
  for (const Box& box : boxes_of(stsd)) entries.push_back(entry_of(box));
  return entries;
}

struct Track {
  std::size_t entry = 0;  // of the sample description
  uint32_t sample_bytes = 0;
};

Track read_tfhd(Reader tfhd) {
  Track track;
  const uint32_t flags = tfhd.u32();
  tfhd.skip(4);
  REQUIRE((flags & 1) == 0);  // offsets are from the moof
  if ((flags & 2) != 0) track.entry = tfhd.u32() - 1;
  if ((flags & 8) != 0) tfhd.skip(4);
  if ((flags & 16) != 0) track.sample_bytes = tfhd.u32();
  return track;
}

// `from_moof`: the file from the moof on.
std::vector<FragmentSample> read_trun(Reader trun, const Track& track, ByteView from_moof) {
  const uint32_t flags = trun.u32();
  std::vector<FragmentSample> samples(trun.u32());
  REQUIRE((flags & 1) != 0);
  Reader data{from_moof.subspan(trun.u32())};
  if ((flags & 4) != 0) trun.skip(4);
  for (FragmentSample& sample : samples) {
    uint32_t bytes = track.sample_bytes;
    if ((flags & 0x100) != 0) trun.skip(4);
    if ((flags & 0x200) != 0) bytes = trun.u32();
    if ((flags & 0x400) != 0) trun.skip(4);
    if ((flags & 0x800) != 0) trun.skip(4);
    REQUIRE(data.bytes.size() >= bytes);
    sample.data.assign(data.bytes.begin(), data.bytes.begin() + bytes);
    data.skip(bytes);
  }
  return samples;
}

void read_senc(Reader senc, const Entry& entry, std::vector<FragmentSample>& samples) {
  const bool has_subsamples = (senc.u32() & 2) != 0;
  REQUIRE(senc.u32() == samples.size());
  for (FragmentSample& sample : samples) {
    CryptoInfo& info = *sample.crypto;
    for (std::size_t n = 0; n < entry.iv_bytes; ++n) {
      info.iv[n] = static_cast<uint8_t>(senc.number(1));
    }
    for (uint64_t left = has_subsamples ? senc.number(2) : 0; left > 0; --left) {
      const auto clear = static_cast<uint32_t>(senc.number(2));
      info.subsamples.push_back({clear, senc.u32()});
    }
  }
}

}  // namespace

std::vector<FragmentSample> read_fragments(ByteView file) {
  const std::vector<Entry> entries = entries_of(file);
  std::vector<FragmentSample> all;
  for (const Box& moof : boxes_of(file)) {
    if (moof.type != "moof") continue;
    const ByteView traf = child(moof.body, "traf");
    const Track track = read_tfhd({child(traf, "tfhd")});
    REQUIRE(track.entry < entries.size());
    const Entry& entry = entries[track.entry];
    auto samples = read_trun({child(traf, "trun")}, track, file.subspan(moof.offset));
    for (FragmentSample& sample : samples) sample.crypto = entry.defaults;
    const ByteView senc = child(traf, "senc");
    if (entry.defaults && !senc.empty()) read_senc({senc}, entry, samples);
    for (FragmentSample& sample : samples) all.push_back(std::move(sample));
  }
  return all;
}

}  // namespace playhead::reference

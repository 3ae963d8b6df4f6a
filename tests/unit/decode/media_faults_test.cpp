// SPDX-License-Identifier: Apache-2.0
// Containers that lie, by their names in the fault catalogue.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/media_samples.h"
#include "support/peak_memory.h"
#include "unit/decode/decode_rig.h"

namespace playhead::test {
namespace {

std::vector<uint8_t> number(uint32_t value) {
  return {static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16),
          static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
}

void put(std::vector<uint8_t>& bytes, std::size_t at, uint32_t value) {
  const auto written = number(value);
  std::copy(written.begin(), written.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

// Where the type of each such box stands, at any depth.
std::vector<std::size_t> find_boxes(const std::vector<uint8_t>& bytes, const std::string& type) {
  std::vector<std::size_t> found;
  for (auto at = bytes.begin();;) {
    at = std::search(at, bytes.end(), type.begin(), type.end());
    if (at == bytes.end()) return found;
    found.push_back(static_cast<std::size_t>(at - bytes.begin()));
    ++at;
  }
}

// Twice what was put in, and what a demuxer takes for itself; what the boxes claim is gigabytes.
void check_growth(const PeakMemory& memory, std::size_t input) {
  constexpr int64_t kDemuxer = int64_t{4} << 20;
  const auto growth = memory.growth_bytes();
  if (growth) CHECK(*growth <= 2 * static_cast<int64_t>(input) + kDemuxer);
}

TEST_CASE("A09 samples whose times are out of order are decoded or dropped, in order") {
  if (is_missing("video.mp4")) return;
  DecodeRig rig;
  const Demuxed demuxed = demux(rig, media_sample("video.mp4"));
  const StreamInfo* stream = find_stream(demuxed, TrackKind::kVideo);
  REQUIRE(stream != nullptr);
  std::vector<EncodedSample> samples = samples_of(demuxed, TrackKind::kVideo);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (i % 7 == 3) samples[i].dts_ticks -= 100'000;                   // back
    if (i % 7 == 5) samples[i].dts_ticks = samples[i].pts_ticks + 90;  // shown before it is decoded
  }
  const DecodedVideo decoded = decode_video(rig, *stream, samples);
  CHECK(decoded.frames.size() == samples.size());
  for (std::size_t i = 1; i < decoded.frames.size(); ++i) {
    CHECK(decoded.frames[i].time > decoded.frames[i - 1].time);
  }
}

TEST_CASE("A10 sizes and counts of boxes that lie end in a typed error, or in fewer samples") {
  if (is_missing("av.mp4")) return;
  DecodeRig rig;
  const std::vector<uint8_t> whole = media_sample("av.mp4");
  const std::size_t samples = demux(rig, whole).samples.size();
  for (const char* type :
       {"moov", "moof", "traf", "trun", "tfhd", "stsd", "stsc", "stsz", "mdat"}) {
    const auto places = find_boxes(whole, type);
    REQUIRE(!places.empty());
    for (const uint32_t size : {0U, 1U, 7U, 0x7fffffffU, 0xffffffffU}) {
      CAPTURE(type);
      CAPTURE(size);
      std::vector<uint8_t> bytes = whole;
      put(bytes, places.back() - 4, size);
      const PeakMemory memory;
      const Demuxed demuxed = demux(rig, bytes);
      check_growth(memory, bytes.size());
      CHECK(demuxed.is_over);
      CHECK(demuxed.samples.size() <= samples);
      if (demuxed.samples.empty()) CHECK(demuxed.error.has_value());
    }
  }
  // The number of entries follows version and flags.
  for (const char* type : {"trun", "stsc", "stts"}) {
    CAPTURE(type);
    std::vector<uint8_t> bytes = whole;
    put(bytes, find_boxes(whole, type).back() + 8, 0xffffffff);
    const PeakMemory memory;
    const Demuxed demuxed = demux(rig, bytes);
    check_growth(memory, bytes.size());
    CHECK(demuxed.is_over);
    CHECK(demuxed.samples.size() <= samples);
  }
}

TEST_CASE("A10 fragments at the end of what can be counted hold no samples") {
  if (is_missing("av.mp4")) return;
  DecodeRig rig;
  std::vector<uint8_t> bytes = media_sample("av.mp4");
  std::size_t patched = 0;
  for (const std::size_t at : find_boxes(bytes, "tfdt")) {
    if (bytes[at + 4] != 1) continue;  // 32 bits
    put(bytes, at + 8, 0x40000000);
    put(bytes, at + 12, 0);
    ++patched;
  }
  REQUIRE(patched > 0);
  const Demuxed demuxed = demux(rig, bytes);
  CHECK(demuxed.is_over);
  CHECK(demuxed.samples.empty());
}

TEST_CASE("A10 10,000 boxes in each other take no stack") {
  DecodeRig rig;
  std::vector<uint8_t> nested;
  constexpr uint32_t kDepth = 10'000;
  for (uint32_t i = 0; i < kDepth; ++i) {
    const auto size = number((kDepth - i) * 8);
    nested.insert(nested.end(), size.begin(), size.end());
    for (const char c : {'m', 'o', 'o', 'f'}) nested.push_back(static_cast<uint8_t>(c));
  }
  const Demuxed demuxed = demux(rig, nested);
  CHECK(demuxed.samples.empty());
  CHECK(demuxed.error.has_value());
}

TEST_CASE("A12 tables that change in the middle of MPEG-TS: no sample is of the wrong stream") {
  if (is_missing("av.ts")) return;
  DecodeRig rig;
  const std::vector<uint8_t> whole = media_sample("av.ts");
  const Demuxed plain = demux(rig, whole);
  // The second half is the same programme again, its streams under each other's PIDs.
  std::vector<uint8_t> both = whole;
  for (std::size_t at = 0; at + 188 <= whole.size(); at += 188) {
    std::vector<uint8_t> packet(whole.begin() + static_cast<std::ptrdiff_t>(at),
                                whole.begin() + static_cast<std::ptrdiff_t>(at + 188));
    const int pid = (packet[1] & 0x1f) << 8 | packet[2];
    if (pid == 0x100 || pid == 0x101) packet[2] ^= 1;
    both.insert(both.end(), packet.begin(), packet.end());
  }
  const Demuxed demuxed = demux(rig, both);
  CHECK(demuxed.is_over);
  CHECK(demuxed.streams_calls == 1);
  // What came before the change is all there.
  CHECK(samples_of(demuxed, TrackKind::kVideo).size() >=
        samples_of(plain, TrackKind::kVideo).size());
  // What claims to be pictures afterwards is none: the decoder passes it over, and lives.
  const StreamInfo* stream = find_stream(demuxed, TrackKind::kVideo);
  REQUIRE(stream != nullptr);
  const DecodedVideo decoded = decode_video(rig, *stream, samples_of(demuxed, TrackKind::kVideo));
  CHECK(decoded.frames.size() >= samples_of(plain, TrackKind::kVideo).size() - 3);
}

}  // namespace
}  // namespace playhead::test

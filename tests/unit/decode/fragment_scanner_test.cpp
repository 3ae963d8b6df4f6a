// SPDX-License-Identifier: Apache-2.0
#include "decode/fragment_scanner.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead::test {

namespace {

using namespace std::string_literals;

std::string u32(uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
          static_cast<char>(n)};
}

std::string box(const std::string& type, const std::string& payload) {
  return u32(static_cast<uint32_t>(payload.size() + 8)) + type + payload;
}

std::string traf(const std::string& tfhd_and_truns) { return box("traf", tfhd_and_truns); }
std::string tfhd(uint32_t track) { return box("tfhd", u32(0) + u32(track)); }
std::string tfhd(uint32_t track, uint32_t duration) {
  return box("tfhd", u32(0x8) + u32(track) + u32(duration));
}

// Samples with (duration, composition offset).
std::string trun(const std::vector<std::pair<uint32_t, int32_t>>& samples) {
  std::string payload = u32(0x01000901) + u32(static_cast<uint32_t>(samples.size())) + u32(0);
  for (const auto& [duration, offset] : samples) {
    payload += u32(duration) + u32(static_cast<uint32_t>(offset));
  }
  return box("trun", payload);
}

// Samples of the default duration, with sizes only.
std::string plain_trun(uint32_t count) {
  std::string payload = u32(0x00000200) + u32(count);
  for (uint32_t i = 0; i < count; ++i) payload += u32(100);
  return box("trun", payload);
}

std::string moof(const std::string& trafs) {
  return box("moof", box("mfhd", u32(0) + u32(1)) + trafs);
}

}  // namespace

TEST_CASE("fragment_scanner: box headers") {
  struct Case {
    const char* name;
    std::string bytes;
    bool is_valid;
    uint64_t size;
    std::size_t header_bytes;
  };
  const Case cases[] = {
      {"32 bit size", u32(24) + "ftyp", true, 24, 8},
      {"64 bit size", u32(1) + "mdat" + u32(1) + u32(16), true, 0x1'0000'0010, 16},
      {"to the end of the file", u32(0) + "mdat", true, 0, 8},
      {"64 bit size not there yet", u32(1) + "mdat" + u32(0), false, 0, 0},
      {"smaller than its header", u32(7) + "free", false, 0, 0},
      {"64 bit, smaller than its header", u32(1) + "free" + u32(0) + u32(15), false, 0, 0},
      {"too few bytes", u32(24) + "fty", false, 0, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto header = read_box_header(as_bytes(c.bytes));
    REQUIRE(header.has_value() == c.is_valid);
    if (!header) continue;
    CHECK(header->size == c.size);
    CHECK(header->header_bytes == c.header_bytes);
  }
}

TEST_CASE("fragment_scanner: durations and negative composition offsets") {
  struct Case {
    const char* name;
    std::string moof;
    std::vector<TrackFragment> tracks;
  };
  const Case cases[] = {
      {"durations of the samples",
       moof(traf(tfhd(1) + trun({{512, 0}, {513, 1024}}))),
       {{1, 0, {512, 513}}}},
      {"negative offsets",
       moof(traf(tfhd(1) + trun({{512, 0}, {512, -1024}, {512, -512}}))),
       {{1, 1024, {512, 512, 512}}}},
      {"several runs", moof(traf(tfhd(1) + trun({{1, -3}}) + trun({{2, -4}}))), {{1, 4, {1, 2}}}},
      {"the fragment's default duration",
       moof(traf(tfhd(7, 1024) + plain_trun(2))),
       {{7, 0, {1024, 1024}}}},
      {"the movie's default duration", moof(traf(tfhd(5) + plain_trun(1))), {{5, 0, {2002}}}},
      {"no duration anywhere", moof(traf(tfhd(6) + plain_trun(1))), {{6, 0, {0}}}},
      {"two tracks",
       moof(traf(tfhd(1) + trun({{1, -1}})) + traf(tfhd(2, 9) + plain_trun(1))),
       {{1, 1, {1}}, {2, 0, {9}}}},
      {"a run that claims more than it has",
       moof(traf(tfhd(1) + box("trun", u32(0x100) + u32(0xffffffff) + u32(77)))),
       {{1, 0, {77}}}},
      {"empty boxes", moof(traf(box("tfhd", "") + box("trun", ""))), {{0, 0, {}}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto tracks = scan_fragment(as_bytes(c.moof), {{5, 2002}});
    REQUIRE(tracks.size() == c.tracks.size());
    for (std::size_t i = 0; i < tracks.size(); ++i) {
      CHECK(tracks[i].track_id == c.tracks[i].track_id);
      CHECK(tracks[i].composition_shift == c.tracks[i].composition_shift);
      CHECK(tracks[i].durations == c.tracks[i].durations);
    }
  }
}

TEST_CASE("fragment_scanner: a run cannot fill the memory") {
  // Four billion samples of default everything, in 16 bytes.
  const std::string bytes = moof(traf(tfhd(1, 1) + box("trun", u32(0) + u32(0xffffffff))));
  const auto tracks = scan_fragment(as_bytes(bytes), {});
  REQUIRE(tracks.size() == 1);
  CHECK(tracks[0].durations.size() == kMaxFragmentDurations);
}

TEST_CASE("fragment_scanner: default durations of the movie") {
  const auto trex = [](uint32_t track, uint32_t duration) {
    return box("trex", u32(0) + u32(track) + u32(1) + u32(duration) + u32(0) + u32(0));
  };
  const std::string moov =
      box("moov", box("mvhd", "x") + box("mvex", trex(1, 512) + trex(2, 1024)));
  CHECK(scan_default_durations(as_bytes(moov)) == TrackDurations{{1, 512}, {2, 1024}});
  CHECK(scan_default_durations(as_bytes(moov.substr(0, moov.size() - 1))).empty());
}

TEST_CASE("fragment_scanner: any prefix of a fragment is read without harm") {
  const std::string whole = moof(traf(tfhd(1) + trun({{512, -1}, {512, -2}, {512, -3}})));
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto tracks = scan_fragment(as_bytes(whole).first(n), {});
    CHECK(tracks.empty());
  }
}

}  // namespace playhead::test

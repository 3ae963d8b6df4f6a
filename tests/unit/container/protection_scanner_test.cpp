// SPDX-License-Identifier: Apache-2.0
#include "container/protection_scanner.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "container/box_reader.h"
#include "support/boxes.h"

namespace playhead::test {
namespace {

constexpr std::size_t kSamples = 3, kSampleBytes = 100;

Bytes pssh(uint8_t data) { return full_box("pssh", 0, 0, join({fill(16, 9), u32(1), u8(data)})); }

// A track of an InitSegment around its sample entries.
Bytes trak(uint32_t id, const Bytes& entries, uint32_t count, const Bytes& tables = {}) {
  const Bytes stsd = full_box("stsd", 0, 0, u32(count) + entries);
  const Bytes stbl = box("stbl", stsd + tables);
  return box("trak", full_box("tkhd", 0, 0, join({u64(0), u32(id), zeros(60)})) +
                         box("mdia", box("minf", stbl)));
}
Bytes trex(uint32_t id) {
  return box("mvex", full_box("trex", 0, 0, join({u32(id), u32(1), u32(0), u32(0), u32(0)})));
}
Bytes movie(const Bytes& entries, uint32_t count = 1) {
  return box("moov", join({pssh(1), trak(1, entries, count), trex(1)}));
}
const Bytes kEncrypted = encv("cenc", tenc(protection(0, true, 8, 1)));
const Bytes kClear = video_entry("avc1", box("avcC", zeros(4)));

// A fragment of three samples that begin where the moof ends, 8 bytes of mdat header behind.
Bytes fragment(const Bytes& boxes, uint32_t description = 1, uint32_t track = 1) {
  Bytes out;
  for (int pass = 0; pass < 2; ++pass) {  // the second knows how long the first was
    const uint64_t to_data = out.size() + 8;
    const Bytes tfhd = full_box("tfhd", 0, 0x20012, u32(track) + u32(description) + u32(100));
    const Bytes trun = full_box("trun", 0, 1, u32(kSamples) + u32(to_data));
    out = box("moof", join({pssh(2), box("traf", join({tfhd, trun, boxes}))}));
  }
  return out;
}
Bytes senc(uint8_t iv = 5) {
  return full_box("senc", 0, 0, u32(kSamples) + fill(8 * kSamples, iv));
}

struct Rig {
  std::vector<MediaProtection> told;
  ProtectionScanner scanner{[this](MediaProtection p) { told.push_back(std::move(p)); }};
  uint64_t at = 0;  // where the next box lies
  Bytes behind;     // what lies behind it

  Result<void> read(Bytes& bytes) {
    const uint64_t end = at + bytes.size();
    StreamBytes stream = [this, end](uint64_t from, std::size_t count) {
      const auto skip = static_cast<std::size_t>(std::min<uint64_t>(from - end, behind.size()));
      const auto begin = behind.begin() + static_cast<std::ptrdiff_t>(skip);
      return Bytes(begin,
                   begin + static_cast<std::ptrdiff_t>(std::min(count, behind.size() - skip)));
    };
    const bool is_movie = bytes[5] == 'o' && bytes[6] == 'o' && bytes[7] == 'v';
    Result<void> result =
        is_movie ? scanner.read_movie(bytes, at, stream) : scanner.read_fragment(bytes, at, stream);
    at = end;
    return result;
  }
  // The sample of the fragment read last.
  Result<std::shared_ptr<const CryptoInfo>> sample(std::size_t i) {
    return scanner.take(1, at + 8 + i * kSampleBytes);
  }
  void skip_media() { at += 8 + kSamples * kSampleBytes; }
};

bool holds(const Bytes& bytes, const char* type) {
  const Bytes wanted = text(type);
  return std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end()) != bytes.end();
}

}  // namespace

TEST_CASE("protection_scanner: a demuxer sees boxes of clear media, of the same length") {
  Rig rig;
  Bytes moov = movie(kEncrypted), moof = fragment(senc());
  const Bytes moov_before = moov, moof_before = moof;
  REQUIRE(rig.read(moov));
  REQUIRE(rig.read(moof));
  CHECK(moov.size() == moov_before.size());
  CHECK(holds(moov, "avc1"));
  for (const char* type : {"encv", "sinf", "pssh"}) CHECK_FALSE(holds(moov, type));
  for (const char* type : {"senc", "pssh"}) CHECK_FALSE(holds(moof, type));
  std::size_t changed = 0;
  for (std::size_t i = 0; i < moof.size(); ++i) changed += moof[i] != moof_before[i] ? 1 : 0;
  CHECK(changed <= 8);  // two types
  for (std::size_t i = 0; i < kSamples; ++i) {
    const auto info = rig.sample(i);
    REQUIRE(info);
    REQUIRE(*info);
    CHECK((**info).kid[0] == 1);
    CHECK((**info).iv == CipherIv{5, 5, 5, 5, 5, 5, 5, 5});
  }
}

TEST_CASE("protection_scanner: clear media is not touched") {
  Rig rig;
  Bytes moov = movie(kClear), moof = fragment(senc());
  const Bytes moov_before = moov, moof_before = moof;
  REQUIRE(rig.read(moov));
  REQUIRE(rig.read(moof));
  CHECK(moov == moov_before);
  CHECK(moof == moof_before);
  CHECK_FALSE(rig.scanner.is_protected());
  CHECK_FALSE(*rig.sample(0));
  CHECK(rig.told.empty());
}

TEST_CASE("protection_scanner: a clear lead, and a moov that changes what is encrypted") {
  Rig rig;
  Bytes moov = movie(kEncrypted + kClear, 2), lead = fragment({}, 2), moof = fragment(senc());
  REQUIRE(rig.read(moov));
  REQUIRE(rig.read(lead));
  CHECK_FALSE(*rig.sample(0));
  rig.skip_media();
  REQUIRE(rig.read(moof));
  CHECK(*rig.sample(0));
  rig.skip_media();

  Bytes clear = movie(kClear), clear_moof = fragment({});
  REQUIRE(rig.read(clear));
  REQUIRE(rig.read(clear_moof));
  CHECK_FALSE(*rig.sample(2));
  rig.skip_media();

  Bytes other = movie(encv("cbcs", tenc(protection(0x19, true, 0, 8, fill(16, 6)))));
  Bytes other_moof = fragment({});
  REQUIRE(rig.read(other));
  REQUIRE(rig.read(other_moof));
  const auto info = rig.sample(1);
  REQUIRE(*info);
  CHECK((**info).scheme == SampleScheme::kCbcs);
  CHECK((**info).kid[0] == 8);
  CHECK((**info).skip_blocks == 9);
}

TEST_CASE("protection_scanner: samples are found by their place, and no other is taken for clear") {
  Rig rig;
  Bytes moov = movie(kEncrypted), moof = fragment(senc());
  REQUIRE(rig.read(moov));
  REQUIRE(rig.read(moof));
  CHECK(*rig.sample(1));
  for (const std::size_t i : {0U, 1U, 7U}) {  // passed over, taken, never there
    CAPTURE(i);
    const auto info = rig.sample(i);
    REQUIRE_FALSE(info);
    CHECK(info.error().code == ErrorCode::kDrmSample);
  }
  CHECK_FALSE(*rig.scanner.take(2, 0));  // another track
}

TEST_CASE("protection_scanner: descriptions in mdat behind the samples, and outside") {
  struct Case {
    const char* name;
    int64_t offset;  // from the moof's end
    bool is_found;
  };
  const Case cases[] = {{"behind the samples", 308, true},
                        {"the last bytes of the segment", 316, true},
                        {"beyond the end", 317, false},
                        {"far beyond", int64_t{1} << 40, false},
                        {"in front of the moof", -100'000, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Rig rig;
    const auto boxes = [](uint64_t offset) {
      return full_box("saiz", 0, 0, u8(8) + u32(kSamples)) +
             full_box("saio", 1, 0, u32(1) + u64(offset));
    };
    Bytes moov = movie(kEncrypted);
    Bytes moof = fragment(boxes(static_cast<uint64_t>(c.offset) + fragment(boxes(0)).size()));
    rig.behind = join({zeros(308), fill(32, 7)});
    REQUIRE(rig.read(moov));
    const Result<void> read = rig.read(moof);
    REQUIRE(static_cast<bool>(read) == c.is_found);
    if (!read) {
      CHECK(read.error().code == ErrorCode::kDrmSample);
    } else {
      CHECK((**rig.sample(2)).iv[0] == 7);
    }
  }
}

TEST_CASE("protection_scanner: keys and pssh boxes are told once, new ones when they come") {
  Rig rig;
  const Bytes seig = join({text("seig"), u32(20), u32(1), protection(0, true, 8, 4)});
  const Bytes sgpd = full_box("sgpd", 1, 0, seig);
  const Bytes sbgp = full_box("sbgp", 0, 0, join({text("seig"), u32(1), u32(3), u32(0x10001)}));
  Bytes moov = movie(kEncrypted), first = fragment(senc()),
        rotated = fragment(sgpd + sbgp + senc());
  Bytes same = rotated;
  REQUIRE(rig.read(moov));
  REQUIRE(rig.told.size() == 1);
  CHECK(rig.told[0].kids.size() == 1);
  CHECK(Bytes(rig.told[0].pssh.view().begin(), rig.told[0].pssh.view().end()) == pssh(1));
  REQUIRE(rig.read(first));
  REQUIRE(rig.told.size() == 2);
  CHECK(rig.told[1].kids.empty());
  CHECK(Bytes(rig.told[1].pssh.view().begin(), rig.told[1].pssh.view().end()) == pssh(2));
  rig.skip_media();
  REQUIRE(rig.read(rotated));
  REQUIRE(rig.told.size() == 3);
  CHECK(rig.told[2].kids.at(0)[0] == 4);
  CHECK(rig.told[2].pssh.empty());
  CHECK((**rig.sample(0)).kid[0] == 4);
  for (const char* type : {"sgpd", "sbgp"}) CHECK_FALSE(holds(rotated, type));
  REQUIRE(rig.read(same));
  CHECK(rig.told.size() == 3);
}

TEST_CASE("protection_scanner: what cannot be understood is refused") {
  struct Case {
    const char* name;
    Bytes moov, moof;
    ErrorCode code;
  };
  const Bytes other = encv("odkm", tenc(protection(0, true, 8, 1)));
  const Bytes csgp = full_box("csgp", 0, 0, text("seig") + zeros(12));
  const Bytes cut = full_box("sgpd", 1, 0, text("seig") + u32(20) + u32(1) + zeros(3));
  const Case cases[] = {
      {"another scheme", movie(other), {}, ErrorCode::kDrmNoSystem},
      {"no vectors", movie(kEncrypted), fragment({}), ErrorCode::kDrmSample},
      {"compact groups", movie(kEncrypted), fragment(csgp + senc()),
       ErrorCode::kContainerUnsupported},
      {"keys of a fragment cut off", movie(kEncrypted), fragment(cut + senc()),
       ErrorCode::kDrmSample},
      {"a third sample entry", movie(kEncrypted), fragment(senc(), 3), ErrorCode::kContainerSyntax},
      {"a box cut off", movie(kEncrypted), box("moof", box("traf", u32(99) + text("tfhd"))),
       ErrorCode::kContainerSyntax},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Rig rig;
    Bytes moov = c.moov, moof = c.moof;
    Result<void> read = rig.read(moov);
    if (!c.moof.empty()) {
      REQUIRE(read);
      read = rig.read(moof);
      CHECK(moof == c.moof);
    } else {
      CHECK(moov == c.moov);
    }
    REQUIRE_FALSE(read);
    CHECK(read.error().code == c.code);
  }
}

TEST_CASE("protection_scanner: a file without fragments") {
  const Bytes tables =
      join({full_box("stsz", 0, 0, join({u32(0), u32(3), u32(10), u32(20), u32(30)})),
            full_box("stsc", 0, 0, join({u32(1), u32(1), u32(2), u32(1)})),
            full_box("stco", 0, 0, join({u32(2), u32(5000), u32(6000)})), senc(3)});
  Bytes moov = box("moov", trak(1, kEncrypted, 1, tables));
  Rig rig;
  REQUIRE(rig.read(moov));
  for (const uint64_t at : {5000U, 5010U, 6000U}) {
    CAPTURE(at);
    const auto info = rig.scanner.take(1, at);
    REQUIRE(info);
    CHECK((**info).iv[0] == 3);
  }
}

}  // namespace playhead::test

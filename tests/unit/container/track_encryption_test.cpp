// SPDX-License-Identifier: Apache-2.0
#include "container/track_encryption.h"

#include <doctest/doctest.h>

#include "container/sample_groups.h"
#include "support/boxes.h"

namespace playhead::test {
namespace {

const Bytes kFrma = box("frma", text("avc1"));
const Bytes kTenc = tenc(protection(0, true, 8, 7));
const Bytes kPiffTenc = {0x89, 0x74, 0xdb, 0xce, 0x7b, 0xe7, 0x4c, 0x51,
                         0x84, 0xf9, 0x71, 0x48, 0xf9, 0x88, 0x25, 0x54};

Bytes sinf(std::initializer_list<Bytes> boxes) {
  return video_entry("encv", box("sinf", join(boxes)));
}
Bytes piff(uint64_t algorithm, uint64_t iv_size) {
  return box("uuid", join({kPiffTenc, u32(0), number(algorithm, 3), u8(iv_size), fill(16, 7)}));
}

Result<std::optional<TrackEncryption>> parse(const Bytes& entry) {
  return parse_protected_entry(**BoxReader(entry).next());
}

}  // namespace

TEST_CASE("track_encryption: sample entries that can be read") {
  struct Case {
    const char* name;
    Bytes entry;
    SampleScheme scheme;
    SampleProtection expected;
  };
  KeyId kid;
  kid.fill(7);
  const CipherIv iv8{9, 9, 9, 9, 9, 9, 9, 9};
  const Case cases[] = {
      {"cenc, vectors of 8", encv("cenc", kTenc), SampleScheme::kCenc, {true, kid, 0, 0, 8, {}}},
      {"version 0 has no pattern",
       encv("cbcs", tenc(protection(0x19, true, 16, 7), 0)),
       SampleScheme::kCbcs,
       {true, kid, 0, 0, 16, {}}},
      {"cbcs 1:9, constant vector of 8",
       encv("cbcs", tenc(protection(0x19, true, 0, 7, fill(8, 9)))),
       SampleScheme::kCbcs,
       {true, kid, 1, 9, 0, iv8}},
      {"cens", encv("cens", kTenc), SampleScheme::kCens, {true, kid, 0, 0, 8, {}}},
      {"cbc1", encv("cbc1", kTenc), SampleScheme::kCbc1, {true, kid, 0, 0, 8, {}}},
      {"not protected unless a group says so",
       encv("cenc", tenc(protection(0, false, 0, 7))),
       SampleScheme::kCenc,
       {false, kid, 0, 0, 0, {}}},
      // HLS: the vector may stand in the playlist.
      {"no vector at all",
       encv("cbcs", tenc(join({u8(0), u8(0), u8(1), u8(0), fill(16, 7)}))),
       SampleScheme::kCbcs,
       {true, kid, 0, 0, 0, {}}},
      {"no schm", sinf({kFrma, box("schi", kTenc)}), SampleScheme::kCenc, {true, kid, 0, 0, 8, {}}},
      {"PIFF, AES-CTR",
       sinf({kFrma, schm("piff"), box("schi", piff(1, 8))}),
       SampleScheme::kCenc,
       {true, kid, 0, 0, 8, {}}},
      {"PIFF, AES-CBC",
       sinf({kFrma, schm("piff"), box("schi", piff(2, 16))}),
       SampleScheme::kCbc1,
       {true, kid, 0, 0, 16, {}}},
      {"the second of two schemes is known",
       video_entry("encv", box("sinf", join({kFrma, schm("odkm"), box("schi", kTenc)})) +
                               box("sinf", join({kFrma, schm("cenc"), box("schi", kTenc)}))),
       SampleScheme::kCenc,
       {true, kid, 0, 0, 8, {}}},
      {"sound of QuickTime's version 1",
       box("enca", zeros(44) + box("sinf", join({kFrma, schm("cenc"), box("schi", kTenc)}))),
       SampleScheme::kCenc,
       {true, kid, 0, 0, 8, {}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto parsed = parse(c.entry);
    REQUIRE(parsed);
    REQUIRE(parsed.value());
    CHECK((**parsed).original_format == fourcc("avc1"));
    CHECK((**parsed).scheme == c.scheme);
    CHECK((**parsed).defaults == c.expected);
  }
  CHECK_FALSE(*parse(video_entry("avc1", {})));
}

TEST_CASE("track_encryption: sample entries that contradict themselves are refused") {
  struct Case {
    const char* name;
    Bytes entry;
    ErrorCode code;
  };
  const Bytes no_iv = join({u8(0), u8(0), u8(1), u8(0), fill(16, 7)});
  const Case cases[] = {
      {"vectors of 7", encv("cenc", tenc(protection(0, true, 7, 7))), ErrorCode::kDrmInitData},
      {"a constant vector of 7", encv("cbcs", tenc(no_iv + u8(7) + zeros(7))),
       ErrorCode::kDrmInitData},
      {"a constant vector cut off", encv("cbcs", tenc(no_iv + u8(16) + zeros(9))),
       ErrorCode::kDrmInitData},
      {"tenc cut off", encv("cenc", tenc(zeros(10))), ErrorCode::kDrmInitData},
      {"protected in a reserved way", encv("cenc", tenc(u16(0) + u8(2) + u8(8) + zeros(16))),
       ErrorCode::kDrmInitData},
      {"no tenc", sinf({kFrma, schm("cenc"), box("schi", {})}), ErrorCode::kDrmInitData},
      {"no frma", sinf({schm("cenc"), box("schi", kTenc)}), ErrorCode::kDrmInitData},
      {"no sinf", video_entry("encv", {}), ErrorCode::kDrmInitData},
      {"another scheme", sinf({kFrma, schm("odkm"), box("schi", kTenc)}), ErrorCode::kDrmNoSystem},
      {"PIFF, vectors of 0", sinf({kFrma, schm("piff"), box("schi", piff(1, 0))}),
       ErrorCode::kDrmInitData},
      {"PIFF, another algorithm", sinf({kFrma, schm("piff"), box("schi", piff(3, 8))}),
       ErrorCode::kDrmInitData},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto parsed = parse(c.entry);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == c.code);
  }
}

TEST_CASE("sample_groups: every version of sgpd, and counts that claim too much") {
  struct Case {
    const char* name;
    Bytes sgpd;
    std::size_t entries;  // 0: refused
    uint32_t default_index;
  };
  const Bytes seig = text("seig"), plain = protection(0, true, 8, 1),
              constant = protection(0x19, true, 0, 2, fill(16, 3)),
              clear = protection(0, false, 0, 0);
  const auto sgpd = [&seig](uint64_t version, std::initializer_list<Bytes> rest) {
    return join({u8(version), zeros(3), seig, join(rest)});
  };
  const Case cases[] = {
      {"version 0, lengths by themselves", sgpd(0, {u32(3), plain, constant, clear}), 3, 0},
      {"version 1, one length", sgpd(1, {u32(20), u32(2), plain, clear}), 2, 0},
      {"version 1, each its length", sgpd(1, {u32(0), u32(2), u32(20), plain, u32(37), constant}),
       2, 0},
      {"version 2, a default", sgpd(2, {u32(37), u32(1), u32(1), constant}), 1, 1},
      {"four billion entries", sgpd(1, {u32(20), u32(0xffffffff), plain}), 0, 0},
      {"one entry more than there is", sgpd(1, {u32(20), u32(2), plain}), 0, 0},
      {"an entry longer than the box", sgpd(1, {u32(0), u32(1), u32(0xffffffff), plain}), 0, 0},
      {"an entry shorter than its fields", sgpd(1, {u32(19), u32(1), plain}), 0, 0},
      {"cut off", sgpd(1, {u16(0)}), 0, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(is_seig(c.sgpd));
    const Result<SeigGroups> groups = parse_seig_groups(c.sgpd);
    REQUIRE(static_cast<bool>(groups) == (c.entries > 0));
    if (!groups) {
      CHECK(groups.error().code == ErrorCode::kDrmInitData);
      continue;
    }
    CHECK(groups->entries.size() == c.entries);
    CHECK(groups->default_index == c.default_index);
  }
  const Bytes sbgp0 = join({u32(0), seig, u32(1), u32(5), u32(0x10001)});
  const Bytes sbgp1 = join({u8(1), zeros(3), seig, u32(0), u32(1), u32(5), u32(2)});
  CHECK(parse_group_runs(sbgp0).value().at(0).index == 0x10001);
  CHECK(parse_group_runs(sbgp1).value().at(0).index == 2);
  CHECK_FALSE(parse_group_runs(join({u32(0), seig, u32(0x20000000), u32(5), u32(1)})));
}

}  // namespace playhead::test

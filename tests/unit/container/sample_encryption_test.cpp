// SPDX-License-Identifier: Apache-2.0
#include "container/sample_encryption.h"

#include <doctest/doctest.h>

#include "container/box_reader.h"
#include "support/boxes.h"

namespace playhead::test {
namespace {

SampleProtection rule(uint8_t kid, uint8_t iv_size) {
  SampleProtection out;
  out.is_protected = true;
  out.kid.fill(kid);
  out.iv_size = iv_size;
  if (iv_size == 0) out.constant_iv = CipherIv{5};
  return out;
}

// Three samples of 100 bytes in two runs, as the tables say.
struct Scene {
  std::vector<std::optional<TrackEncryption>> entries;
  EncryptionTables tables;
  std::vector<SampleExtent> samples{{1000, 100, 1, 0}, {1100, 100, 1, 0}, {1200, 100, 1, 1}};
  Bytes senc, saiz, saio;  // payloads
  Bytes stream;            // of what lies from 0 on

  explicit Scene(uint8_t iv_size) {
    entries.push_back(TrackEncryption{fourcc("avc1"), SampleScheme::kCenc, rule(1, iv_size)});
  }

  Result<std::vector<std::shared_ptr<const CryptoInfo>>> describe() {
    tables.entries = &entries;
    if (!senc.empty()) {
      PLAYHEAD_TRY(tables.senc, parse_sample_encryption(senc, false));
    }
    if (!saiz.empty()) {
      PLAYHEAD_TRY(tables.sizes, parse_auxiliary_sizes(saiz));
    }
    if (!saio.empty()) {
      PLAYHEAD_TRY(tables.offsets, parse_auxiliary_offsets(saio));
    }
    StreamBytes bytes = [this](uint64_t from, std::size_t count) {
      if (from >= stream.size()) return Bytes();
      const Bytes rest(stream.begin() + static_cast<std::ptrdiff_t>(from), stream.end());
      return Bytes(rest.begin(),
                   rest.begin() + static_cast<std::ptrdiff_t>(std::min(count, rest.size())));
    };
    return describe_samples(samples, tables, bytes);
  }
};

Bytes iv(uint8_t value) { return fill(8, value); }
Bytes part(uint16_t clear, uint32_t encrypted) { return u16(clear) + u32(encrypted); }

// "1s 1f --": each sample's key, and whether it has subsamples (s), is encrypted in full (f), or
// is clear (--). An error is its name.
std::string picture(Scene scene) {
  const auto infos = scene.describe();
  if (!infos) return std::string(error_name(infos.error().code));
  std::string out;
  for (const auto& info : *infos) {
    if (!out.empty()) out += ' ';
    if (!info) {
      out += "--";
      continue;
    }
    out += std::to_string(info->kid[0]) + (info->subsamples.empty() ? "f" : "s");
  }
  return out;
}

}  // namespace

TEST_CASE("sample_encryption: where descriptions come from") {
  const Bytes entry = iv(2) + u16(1) + part(40, 60);
  Scene in_senc(8);
  in_senc.senc = join({u32(2), u32(3), entry, entry, entry});
  CHECK(picture(in_senc) == "1s 1s 1s");

  Scene full(8);
  full.senc = join({u32(0), u32(3), iv(1), iv(2), iv(3)});
  CHECK(picture(full) == "1f 1f 1f");
  CHECK(full.describe().value()[2]->iv == CipherIv{3, 3, 3, 3, 3, 3, 3, 3});

  Scene mixed = in_senc;
  mixed.senc = join({u32(2), u32(3), iv(1), entry, iv(3)});
  CHECK(picture(mixed) == "DRM_SAMPLE");  // nobody tells that the first has no table
  mixed.saiz = join({u32(0), u8(0), u32(3), u8(8), u8(16), u8(8)});
  CHECK(picture(mixed) == "1f 1s 1f");

  Scene outside(8);  // one saio for all, 32 bits
  outside.saiz = join({u32(0), u8(16), u32(3)});
  outside.saio = join({u32(0), u32(1), u32(30)});
  outside.tables.offsets_base = 20;
  outside.stream = join({zeros(50), entry, entry, entry});
  CHECK(picture(outside) == "1s 1s 1s");
  outside.stream.pop_back();
  CHECK(picture(outside) == "DRM_SAMPLE");
  outside.saio = join({u32(0), u32(1), u32(0xfffffff0)});
  CHECK(picture(outside) == "DRM_SAMPLE");

  Scene by_run(8);  // one for each run, 64 bits, with a type
  by_run.saiz = join({u32(1), text("cenc"), u32(0), u8(0), u32(3), u8(16), u8(8), u8(16)});
  by_run.saio = join({u32(0x01000001), text("cenc"), u32(0), u32(2), u64(100), u64(4)});
  by_run.stream = join({zeros(4), entry, zeros(80), entry, iv(9)});
  CHECK(picture(by_run) == "1s 1f 1s");
  by_run.saio = join({u32(0x01000001), text("abcd"), u32(0), u32(2), u64(100), u64(4)});
  CHECK(picture(by_run) == "DRM_SAMPLE");  // about something else

  Scene constant(0);
  CHECK(picture(constant) == "1f 1f 1f");
  constant.saiz = join({u32(0), u8(0), u32(3), u8(0), u8(8), u8(0)});
  constant.senc = join({u32(2), u32(3), u16(1), part(40, 60)});
  CHECK(picture(constant) == "1f 1s 1f");
  CHECK(constant.describe().value()[0]->iv == CipherIv{5});

  Scene empty_entries(8);  // where each sample needs a vector, one without is clear
  empty_entries.saiz = join({u32(0), u8(0), u32(3), u8(0), u8(16), u8(0)});
  empty_entries.senc = join({u32(2), u32(3), entry});
  CHECK(picture(empty_entries) == "-- 1s --");
}

TEST_CASE("sample_encryption: groups decide the key, and whether there is one") {
  Scene scene(8);
  scene.senc = join({u32(0), u32(3), iv(1), iv(2), iv(3)});
  scene.tables.file_groups.entries = {rule(2, 8)};
  scene.tables.fragment_groups.entries = {rule(3, 8), rule(4, 8)};
  scene.tables.group_runs = {{1, 0x10002}, {1, 1}};
  CHECK(picture(scene) == "4f 2f 1f");  // the last has none
  scene.tables.file_groups.default_index = 1;
  CHECK(picture(scene) == "4f 2f 2f");
  scene.tables.fragment_groups.default_index = 1;
  CHECK(picture(scene) == "4f 2f 3f");
  scene.tables.group_runs = {{0, 7}, {2, 0}};
  CHECK(picture(scene) == "1f 1f 3f");
  scene.tables.group_runs = {{9, 0x10003}};
  CHECK(picture(scene) == "DRM_SAMPLE");
  scene.tables.group_runs = {{9, 2}};
  CHECK(picture(scene) == "DRM_SAMPLE");

  Scene clear(8);
  clear.tables.fragment_groups.entries = {SampleProtection{}, rule(4, 0)};
  clear.tables.fragment_groups.entries[1].crypt_blocks = 1;
  clear.tables.fragment_groups.entries[1].skip_blocks = 9;
  clear.entries[0]->scheme = SampleScheme::kCbcs;
  clear.tables.group_runs = {{1, 0x10001}, {2, 0x10002}};
  CHECK(picture(clear) == "-- 4f 4f");
  const auto infos = clear.describe().value();
  CHECK(infos[1]->skip_blocks == 9);
  CHECK(infos[1] == infos[2]);  // shared: nothing of its own to say

  Scene lead(8);  // a clear sample entry
  lead.entries.insert(lead.entries.begin(), std::optional<TrackEncryption>());
  CHECK(picture(lead) == "-- -- --");
  for (SampleExtent& sample : lead.samples) sample.description = 3;
  CHECK(picture(lead) == "CONTAINER_SYNTAX");

  Scene piff(8);
  const Bytes override_all = join({u32(1), number(2, 3), u8(16), fill(16, 6), u32(3), fill(48, 1)});
  piff.tables.senc = *parse_sample_encryption(override_all, true);
  CHECK(picture(piff) == "6f 6f 6f");
  CHECK(piff.describe().value()[0]->scheme == SampleScheme::kCbc1);
}

TEST_CASE("sample_encryption: what contradicts the sample or claims too much is refused") {
  struct Case {
    const char* name;
    Bytes senc;
    const char* expected;
  };
  const auto senc = [](const Bytes& entry) { return join({u32(2), u32(3), entry, entry, entry}); };
  const Case cases[] = {
      {"subsamples beyond the sample", senc(iv(1) + u16(1) + part(40, 61)), "DRM_SAMPLE"},
      {"subsamples short of the sample", senc(iv(1) + u16(1) + part(40, 59)), "DRM_SAMPLE"},
      {"four billion twice", senc(iv(1) + u16(2) + part(50, 0xffffffff) + part(51, 0xffffffff)),
       "DRM_SAMPLE"},
      {"fewer samples than there are", join({u32(0), u32(2), iv(1), iv(2)}), "DRM_SAMPLE"},
      {"more samples than the box holds", join({u32(0), u32(0xffffffff), iv(1), iv(2)}),
       "DRM_SAMPLE"},
      {"a table larger than the box", join({u32(2), u32(3), iv(1), u16(0xffff), part(40, 60)}),
       "DRM_SAMPLE"},
      {"several keys in a sample", join({u8(1), zeros(3), u32(3)}), "CONTAINER_UNSUPPORTED"},
      {"cut off", zeros(6), "DRM_SAMPLE"},
      {"no vectors anywhere", {}, "DRM_SAMPLE"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Scene scene(8);
    scene.senc = c.senc;
    CHECK(picture(scene) == c.expected);
  }
  CHECK_FALSE(parse_auxiliary_sizes(join({u32(0), u8(0), u32(4), u8(1)})));
  CHECK_FALSE(parse_auxiliary_offsets(join({u32(0), u32(0x40000000), u32(1)})));
  CHECK(parse_auxiliary_sizes(join({u32(0), u8(1), u32(0xffffffff)})).value()->count <= 100'000);
}

TEST_CASE("sample_encryption: a playlist's key takes the place of the boxes' ids") {
  PlaylistKey key;
  key.kid.fill(9);
  key.iv = CipherIv{3};
  Scene own(8);
  own.senc = join({u32(0), u32(3), iv(1), iv(2), iv(3)});
  own.tables.key = &key;
  CHECK(picture(own) == "9f 9f 9f");
  CHECK(own.describe().value()[1]->iv == CipherIv{2, 2, 2, 2, 2, 2, 2, 2});
  Scene none(0);
  none.entries[0]->defaults.constant_iv.reset();
  none.senc = join({u32(2), u32(3), u16(0), u16(0), u16(0)});
  CHECK(picture(none) == "DRM_SAMPLE");
  none.tables.key = &key;
  CHECK(picture(none) == "9f 9f 9f");
  CHECK(none.describe().value()[0]->iv == key.iv);
}

}  // namespace playhead::test

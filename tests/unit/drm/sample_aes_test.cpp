// SPDX-License-Identifier: Apache-2.0
#include "sample_aes.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "annex_b.h"
#include "audio_frames.h"
#include "cipher_reference.h"

namespace playhead {
namespace {

using reference::Bytes;
using reference::from_hex;
using reference::to_hex;

const Bytes kKey = from_hex("32333435363738393021323334353637");
const CipherIv kIv = reference::iv_from_hex("3334353637383930");

SampleAesDecryptor make_decryptor() {
  auto made = SampleAesDecryptor::make(kKey);
  REQUIRE(made);
  return *std::move(made);
}

CryptoInfo info_of(SampleScheme scheme) {
  CryptoInfo info;
  info.scheme = scheme;
  info.iv = kIv;
  return info;
}

// A NAL unit as an encoder writes it: emulation prevented, the last byte is none of 0.
Bytes nal(uint8_t header, std::size_t bytes, uint32_t seed, bool has_many_zeros = false) {
  Bytes unit{header};
  std::mt19937 random(seed);
  int zeros = 0;
  while (unit.size() < bytes) {
    auto byte = static_cast<uint8_t>(random());
    if (has_many_zeros && byte < 200) byte = byte % 4 == 0 ? 3 : 0;
    if (unit.size() + 1 == bytes) byte = 0x80;
    if (zeros >= 2 && byte <= 3) byte = 3;  // 00 00 03 stands for what is escaped
    unit.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return unit;
}

void append(Bytes& to, const Bytes& bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

struct Unit {
  std::size_t start_code_zeros;
  Bytes nal;
};

Bytes annex_b(const std::vector<Unit>& units, bool encrypt) {
  Bytes bytes;
  for (const Unit& unit : units) {
    bytes.insert(bytes.end(), unit.start_code_zeros, 0);
    bytes.push_back(1);
    append(bytes, encrypt ? reference::encrypt_nal(kKey, kIv, unit.nal) : unit.nal);
  }
  return bytes;
}

TEST_CASE("annex_b: start codes and emulation prevention") {
  struct Case {
    const char* name;
    const char* bytes;
    std::size_t start_code;
    const char* without;
  };
  const Case cases[] = {{"empty", "", 0, ""},
                        {"one byte", "00", 1, "00"},
                        {"two", "0000", 2, "0000"},
                        {"a start code", "000001", 0, "000001"},
                        {"behind a zero", "00000001", 1, "00000001"},
                        {"behind another", "05000001", 1, "05000001"},
                        {"late", "aabbccddee000001", 5, "aabbccddee000001"},
                        {"none: one zero", "05000105", 4, "05000105"},
                        {"an escape", "0000030105", 5, "00000105"},
                        {"at the end", "05000003", 4, "050000"},
                        {"an escaped three", "00000303", 4, "000003"},
                        {"two in a row", "000003000003", 6, "00000000"},
                        {"after larger bytes", "ffffff000003ff", 7, "ffffff0000ff"},
                        {"three zeros", "0000000301", 5, "00000001"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Bytes bytes = from_hex(c.bytes);
    CHECK(find_start_code(bytes, 0) == c.start_code);
    bytes.resize(remove_emulation_prevention(bytes));
    CHECK(to_hex(bytes) == c.without);
  }
}

TEST_CASE("sample_aes: access units of H.264 come out as they were encoded") {
  struct Case {
    const char* name;
    std::vector<Unit> units;
  };
  const Case cases[] = {
      {"parameter sets stay clear", {{3, nal(0x67, 60, 1)}, {2, nal(0x68, 4, 2)}}},
      {"48 bytes stay clear", {{3, nal(0x65, 48, 3)}}},
      {"49 bytes: one block", {{3, nal(0x65, 49, 4)}}},
      {"the second block lacks a byte", {{2, nal(0x41, 32 + 160 + 16, 5)}}},
      {"zeros behind a unit do not lengthen it",
       {{2, nal(0x41, 32 + 160 + 16, 5)}, {3, nal(0x41, 48, 6)}, {4, nal(0x65, 60, 7)}}},
      {"the second block", {{2, nal(0x41, 32 + 160 + 17, 6)}}},
      {"the pattern ends in the clear part", {{2, nal(0x41, 32 + 100, 7)}}},
      {"other types of slices stay clear", {{2, nal(0x02, 300, 8)}, {2, nal(0x06, 300, 9)}}},
      {"each unit begins anew",
       {{3, nal(0x09, 2, 10)}, {2, nal(0x65, 700, 11)}, {2, nal(0x65, 1500, 12)}}},
      {"units of nothing", {{3, {}}, {2, nal(0x65, 200, 13)}, {2, {}}}},
      {"escapes of its own", {{3, nal(0x65, 4000, 14, true)}, {3, nal(0x41, 999, 15, true)}}},
      {"large", {{3, nal(0x65, 60'000, 16)}}},
  };
  SampleAesDecryptor decryptor = make_decryptor();
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Bytes sample = annex_b(c.units, true);
    const auto length = decryptor.decrypt(info_of(SampleScheme::kHlsAvc), sample);
    REQUIRE(length);
    CHECK(*length <= sample.size());
    sample.resize(*length);
    CHECK(to_hex(sample) == to_hex(annex_b(c.units, false)));
  }
}

TEST_CASE("sample_aes: random access units, many of whose encrypted bytes need escapes") {
  std::mt19937 random(7);
  SampleAesDecryptor decryptor = make_decryptor();
  std::size_t escapes = 0;
  for (uint32_t round = 0; round < 200; ++round) {
    CAPTURE(round);
    std::vector<Unit> units;
    for (uint32_t count = 1 + random() % 4; count > 0; --count) {
      const uint8_t types[] = {0x65, 0x41, 0x61, 0x67, 0x06};
      units.push_back({2 + random() % 3,
                       nal(types[random() % 5], 1 + random() % 900, random(), random() % 2 == 0)});
    }
    const Bytes plain = annex_b(units, false);
    Bytes sample = annex_b(units, true);
    escapes += sample.size() - plain.size();
    const auto length = decryptor.decrypt(info_of(SampleScheme::kHlsAvc), sample);
    REQUIRE(length);
    sample.resize(*length);
    REQUIRE(to_hex(sample) == to_hex(plain));
  }
  CHECK(escapes > 1000);
}

TEST_CASE("sample_aes: what is no access unit is wiped; bytes behind the new end are zeros") {
  SampleAesDecryptor decryptor = make_decryptor();
  Bytes rubbish(500, 0x55);
  const auto refused = decryptor.decrypt(info_of(SampleScheme::kHlsAvc), rubbish);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kDrmSample);
  CHECK(rubbish == Bytes(500));
  const auto nothing = decryptor.decrypt(info_of(SampleScheme::kHlsAvc), {});
  REQUIRE(nothing);
  CHECK(*nothing == 0);

  Bytes sample = annex_b({{3, nal(0x65, 3000, 20, true)}}, true);
  const auto length = decryptor.decrypt(info_of(SampleScheme::kHlsAvc), sample);
  REQUIRE(length);
  REQUIRE(*length < sample.size());
  CHECK(std::count(sample.begin() + static_cast<std::ptrdiff_t>(*length), sample.end(), 0) ==
        static_cast<std::ptrdiff_t>(sample.size() - *length));
}

TEST_CASE("sample_aes: access units cut off anywhere never crash") {
  SampleAesDecryptor decryptor = make_decryptor();
  const Bytes whole = annex_b({{3, nal(0x67, 20, 1)}, {3, nal(0x65, 400, 2, true)}}, true);
  for (std::size_t bytes = 3; bytes < whole.size(); ++bytes) {
    Bytes sample(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes));
    const auto length = decryptor.decrypt(info_of(SampleScheme::kHlsAvc), sample);
    if (length) {
      CHECK(*length <= bytes);
    } else {
      CHECK(bytes == 3);  // not even a start code
    }
  }
}

// An ADTS header in front of a frame of `total` bytes.
Bytes adts(std::size_t total, bool has_crc, uint32_t seed) {
  Bytes frame = reference::noise(total, seed);
  frame[0] = 0xFF;
  frame[1] = has_crc ? 0xF0 : 0xF1;
  frame[2] = 0x50;
  frame[3] = static_cast<uint8_t>(0x80 | total >> 11);
  frame[4] = static_cast<uint8_t>(total >> 3);
  frame[5] = static_cast<uint8_t>((total & 7) << 5 | 0x1F);
  frame[6] = 0xFC;
  return frame;
}

Bytes ac3(uint8_t sizes, std::size_t total, uint32_t seed) {
  Bytes frame = reference::noise(total, seed);
  frame[0] = 0x0B;
  frame[1] = 0x77;
  frame[4] = sizes;
  frame[5] = 8 << 3;
  return frame;
}

Bytes eac3(std::size_t total, uint32_t seed) {
  Bytes frame = reference::noise(total, seed);
  frame[0] = 0x0B;
  frame[1] = 0x77;
  const std::size_t words = total / 2 - 1;
  frame[2] = static_cast<uint8_t>(words >> 8);
  frame[3] = static_cast<uint8_t>(words);
  frame[5] = 16 << 3;
  return frame;
}

struct AudioCase {
  const char* name;
  SampleScheme scheme;
  std::vector<Bytes> frames;
  std::size_t header;
};

TEST_CASE("sample_aes: audio frames, one or several in a sample") {
  using enum SampleScheme;
  const AudioCase cases[] = {
      {"AAC: one frame", kHlsAac, {adts(371, false, 1)}, 7},
      {"AAC: with a check sum", kHlsAac, {adts(371, true, 2)}, 9},
      {"AAC: several", kHlsAac, {adts(100, false, 3), adts(7, false, 4), adts(1000, false, 5)}, 7},
      {"AAC: nothing encrypted", kHlsAac, {adts(7 + 16 + 15, false, 6)}, 7},
      {"AAC: one block", kHlsAac, {adts(7 + 16 + 16, false, 7)}, 7},
      {"AAC: the longest", kHlsAac, {adts(8191, false, 8)}, 7},
      {"AC-3: 48 kHz, 192 kbit/s", kHlsAc3, {ac3(20, 768, 9)}, 0},
      {"AC-3: 44.1 kHz, 192 kbit/s",
       kHlsAc3,
       {ac3(0x40 | 20, 834, 10), ac3(0x40 | 21, 836, 11)},
       0},
      {"AC-3: 32 kHz, 640 kbit/s", kHlsAc3, {ac3(0x80 | 37, 3840, 12)}, 0},
      {"AC-3: 48 kHz, 32 kbit/s", kHlsAc3, {ac3(0, 128, 13), ac3(1, 128, 14)}, 0},
      {"E-AC-3: two syncframes", kHlsAc3, {eac3(512, 15), eac3(4096, 16)}, 0},
      {"E-AC-3: as short as its clear part",
       kHlsAc3,
       {eac3(16, 17), eac3(30, 18), eac3(32, 19)},
       0},
  };
  SampleAesDecryptor decryptor = make_decryptor();
  for (const AudioCase& c : cases) {
    CAPTURE(std::string(c.name));
    Bytes plain, sample;
    for (const Bytes& frame : c.frames) {
      append(plain, frame);
      Bytes encrypted = frame;
      const std::size_t clear = c.header + 16;
      if (frame.size() > clear) {
        reference::encrypt_cbc_blocks(kKey, kIv, encrypted, clear, (frame.size() - clear) / 16);
      }
      append(sample, encrypted);
    }
    const auto length = decryptor.decrypt(info_of(c.scheme), sample);
    REQUIRE(length);
    CHECK(*length == plain.size());
    CHECK(to_hex(sample) == to_hex(plain));
  }
}

TEST_CASE("sample_aes: audio that is cut off or no audio is wiped") {
  using enum SampleScheme;
  const Bytes aac = adts(371, false, 1);
  const Bytes dolby = ac3(20, 768, 2);
  Bytes short_header = aac;
  short_header[3] = 0x80;
  short_header[4] = 0;
  short_header[5] = 6 << 5;  // a frame of 6 bytes is shorter than its header
  Bytes no_length = short_header;
  no_length[5] = 0;
  Bytes bad_rate = dolby;
  bad_rate[4] = 38;
  Bytes reserved_rate = dolby;
  reserved_rate[4] = 0xC0;
  Bytes bad_version = dolby;
  bad_version[5] = 17 << 3;
  Bytes two = dolby;
  append(two, Bytes(dolby.begin(), dolby.end() - 1));
  struct Case {
    const char* name;
    SampleScheme scheme;
    Bytes sample;
  };
  const Case cases[] = {
      {"AAC: a byte short", kHlsAac, Bytes(aac.begin(), aac.end() - 1)},
      {"AAC: half a header", kHlsAac, Bytes(aac.begin(), aac.begin() + 6)},
      {"AAC: shorter than its header", kHlsAac, short_header},
      {"AAC: a frame of no bytes has no end", kHlsAac, no_length},
      {"AAC: noise", kHlsAac, Bytes(100, 0x55)},
      {"AAC: in AC-3", kHlsAc3, aac},
      {"AC-3: a byte short", kHlsAc3, Bytes(dolby.begin(), dolby.end() - 1)},
      {"AC-3: the second is a byte short", kHlsAc3, two},
      {"AC-3: half a header", kHlsAc3, Bytes(dolby.begin(), dolby.begin() + 5)},
      {"AC-3: no such bit rate", kHlsAc3, bad_rate},
      {"AC-3: no such sample rate", kHlsAc3, reserved_rate},
      {"AC-3: a later version", kHlsAc3, bad_version},
      {"in AAC: AC-3", kHlsAac, dolby},
  };
  SampleAesDecryptor decryptor = make_decryptor();
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Bytes sample = c.sample;
    const auto done = decryptor.decrypt(info_of(c.scheme), sample);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kDrmSample);
    CHECK(sample == Bytes(sample.size()));
  }
  CHECK(decryptor.decrypt(info_of(kHlsAac), {}));
  Bytes sample(100, 1);
  CHECK_FALSE(decryptor.decrypt(info_of(kCbcs), sample));
  CHECK(sample == Bytes(100));
}

TEST_CASE("sample_aes: keys of another length") {
  for (const std::size_t length : {0u, 15u, 32u}) {
    const auto made = SampleAesDecryptor::make(Bytes(length));
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::kDrmLicense);
  }
}

}  // namespace
}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "cenc_decryptor.h"

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "cipher_reference.h"

namespace playhead {
namespace {

using reference::Bytes;
using reference::to_hex;
using enum SampleScheme;

const Bytes kKey = reference::from_hex("00112233445566778899aabbccddeeff");

CencDecryptor make_decryptor() {
  auto made = CencDecryptor::make(kKey);
  REQUIRE(made);
  return *std::move(made);
}

struct Case {
  const char* name;
  SampleScheme scheme;
  const char* iv;
  int crypt, skip;
  std::vector<Subsample> subsamples;
  std::size_t bytes;
  std::size_t changed;  // bytes that the encryption may touch
};

CryptoInfo info_of(const Case& c) {
  CryptoInfo info;
  info.scheme = c.scheme;
  info.iv = reference::iv_from_hex(c.iv);
  info.crypt_blocks = static_cast<uint8_t>(c.crypt);
  info.skip_blocks = static_cast<uint8_t>(c.skip);
  info.subsamples = c.subsamples;
  return info;
}

// Bytes of 0 show where the cipher works: 1 of 256 of the encrypted ones stays 0 by chance.
std::size_t count_changed(const Bytes& encrypted, const Bytes& plain) {
  std::size_t count = 0;
  for (std::size_t n = 0; n < plain.size(); ++n) count += encrypted[n] != plain[n] ? 1 : 0;
  return count;
}

constexpr const char* kIv8 = "3334353637383930";
constexpr const char* kIv16 = "cbe3327da85a1e7a74496db552dfe6d0";
constexpr const char* kZero = "";

const std::vector<Case>& cases() {
  static const std::vector<Case> rows = {
      {"cenc: a whole sample, the last block is not whole", kCenc, kIv8, 0, 0, {}, 1003, 1003},
      {"cenc: the counter runs on inside a block",
       kCenc,
       kIv16,
       0,
       0,
       {{5, 7}, {3, 100}, {0, 9}},
       124,
       116},
      {"cenc: less than a block", kCenc, kIv8, 0, 0, {}, 3, 3},
      {"cenc: IV of zero", kCenc, kZero, 0, 0, {}, 64, 64},
      {"cenc: the counter wraps", kCenc, "0011223344556677fffffffffffffffe", 0, 0, {}, 80, 80},
      {"cenc: it wraps between subsamples",
       kCenc,
       "0011223344556677fffffffffffffffe",
       0,
       0,
       {{1, 32}, {1, 32}},
       66,
       64},
      {"cenc: it wraps after a kilobyte and 255 blocks",
       kCenc,
       "0011223344556677ffffffffffffffc0",
       0,
       0,
       {{3, 5200}, {1, 4100}},
       9304,
       9300},
      {"cenc: subsamples of blocks that are not whole, short ones and long",
       kCenc,
       kIv8,
       0,
       0,
       {{0, 15}, {1, 16}, {2, 17}, {3, 511}, {4, 512}, {5, 513}, {0, 3071}, {6, 1}, {7, 4097}},
       8781,
       8753},
      {"cenc: the longest that is short", kCenc, kIv8, 0, 0, {{0, 3072}}, 3072, 3072},
      {"cenc: the shortest that is long", kCenc, kIv8, 0, 0, {{0, 3073}, {0, 31}}, 3104, 3104},
      {"cenc: a pattern means nothing", kCenc, kIv8, 1, 9, {}, 320, 320},
      {"cenc: all clear", kCenc, kIv8, 0, 0, {{50, 0}}, 50, 0},
      {"cenc: empty subsamples", kCenc, kIv8, 0, 0, {{0, 0}, {4, 16}, {0, 0}}, 20, 16},
      {"cens: 1:9 and a clear tail", kCens, kIv8, 1, 9, {{10, 345}}, 355, 48},
      {"cens: the counter runs on over subsamples",
       kCens,
       kIv8,
       1,
       9,
       {{1, 170}, {1, 160}, {0, 7}},
       339,
       32},
      {"cens: whole sample, the last block stays clear", kCens, kIv8, 0, 0, {}, 100, 96},
      {"cens: whole sample of less than a block", kCens, kIv8, 0, 0, {}, 15, 0},
      {"cens: 2:3", kCens, kIv16, 2, 3, {{0, 200}}, 200, 96},
      {"cbc1: whole sample, the last block stays clear", kCbc1, kIv8, 0, 0, {}, 100, 96},
      {"cbc1: the chain runs on over subsamples", kCbc1, kIv16, 0, 0, {{7, 48}, {9, 32}}, 96, 80},
      {"cbc1: less than a block", kCbc1, kIv16, 0, 0, {}, 15, 0},
      {"cbc1: a subsample that is not whole blocks",
       kCbc1,
       kIv16,
       0,
       0,
       {{0, 20}, {0, 33}},
       53,
       48},
      {"cbcs: 1:9, begun anew in each subsample",
       kCbcs,
       kIv16,
       1,
       9,
       {{9, 400}, {20, 321}},
       750,
       80},
      {"cbcs: 0:0 is all", kCbcs, kIv16, 0, 0, {}, 100, 96},
      {"cbcs: 0:0 with subsamples", kCbcs, kIv8, 0, 0, {{3, 50}, {0, 47}}, 100, 80},
      {"cbcs: 10:0 is all", kCbcs, kIv16, 10, 0, {{0, 500}}, 500, 496},
      {"cbcs: 1:0 is all", kCbcs, kIv16, 1, 0, {}, 500, 496},
      {"cbcs: 1:9 of one block", kCbcs, kIv16, 1, 9, {}, 16, 16},
      {"cbcs: 1:9 of less than a block", kCbcs, kIv16, 1, 9, {{0, 15}}, 15, 0},
      {"cbcs: 1:9, one byte short of the second block", kCbcs, kIv16, 1, 9, {}, 175, 16},
      {"cbcs: 5:5, the last run is not whole", kCbcs, kIv16, 5, 5, {}, 160 + 40, 80 + 32},
      {"cbcs: IV of zero", kCbcs, kZero, 1, 9, {}, 400, 48},
      {"cbcs: the largest pattern", kCbcs, kIv16, 15, 15, {}, 1000, 510},
      {"cbcs: more blocks than go in one batch", kCbcs, kIv16, 1, 1, {{0, 40'000}}, 40'000, 20'000},
      {"cens: more blocks than go in one batch", kCens, kIv16, 1, 9, {{0, 80'000}}, 80'000, 8'000},
  };
  return rows;
}

TEST_CASE("cenc_decryptor: schemes, patterns and ends of samples") {
  CencDecryptor decryptor = make_decryptor();  // one for all: nothing of a sample stays behind
  for (const Case& c : cases()) {
    CAPTURE(std::string(c.name));
    const CryptoInfo info = info_of(c);
    const Bytes plain = reference::noise(c.bytes, 1);
    Bytes sample = reference::encrypt_cenc(info, kKey, plain);
    // What is encrypted is all of what should be, and no more.
    const std::size_t changed = count_changed(sample, plain);
    CHECK(changed <= c.changed);
    CHECK(changed * 100 >= c.changed * 95);
    for (int twice = 0; twice < 2; ++twice) {
      Bytes copy = sample;
      REQUIRE(decryptor.decrypt(info, copy));
      CHECK(copy == plain);
    }
  }
}

TEST_CASE("cenc_decryptor: what any subsample map encrypts is decrypted") {
  std::mt19937 random(20);
  const auto below = [&random](uint32_t limit) { return static_cast<uint32_t>(random() % limit); };
  CencDecryptor decryptor = make_decryptor();
  for (uint32_t round = 0; round < 400; ++round) {
    CAPTURE(round);
    CryptoInfo info;
    info.scheme = static_cast<SampleScheme>(below(4));
    const Bytes iv = reference::noise(16, round);
    std::copy(iv.begin(), iv.end(), info.iv.begin());
    if (below(4) == 0) std::fill(info.iv.begin() + 8, info.iv.end(), uint8_t{0xFF});
    if (below(3) != 0) {
      info.crypt_blocks = static_cast<uint8_t>(1 + below(15));
      info.skip_blocks = static_cast<uint8_t>(below(16));
    }
    std::size_t bytes = below(600);
    for (uint32_t parts = below(6); parts > 0; --parts) {
      if (info.subsamples.empty()) bytes = 0;
      const Subsample part{below(40), below(700)};
      info.subsamples.push_back(part);
      bytes += part.clear + part.encrypted;
    }
    const Bytes plain = reference::noise(bytes, round + 1000);
    Bytes sample = reference::encrypt_cenc(info, kKey, plain);
    REQUIRE(decryptor.decrypt(info, sample));
    REQUIRE(to_hex(sample) == to_hex(plain));
  }
}

TEST_CASE("cenc_decryptor: a description that does not fit wipes the sample") {
  constexpr uint32_t kMax = std::numeric_limits<uint32_t>::max();
  struct Row {
    const char* name;
    std::vector<Subsample> subsamples;
    int crypt, skip;
    std::size_t bytes;
  };
  const Row rows[] = {
      {"one byte too many", {{10, 91}}, 0, 0, 100},
      {"one byte too few", {{10, 89}}, 0, 0, 100},
      {"clear bytes alone overrun", {{101, 0}}, 0, 0, 100},
      {"the second overruns", {{10, 40}, {10, 41}}, 0, 0, 100},
      {"they add up to the size and 2^32", {{100, kMax}, {1, 0}}, 0, 0, 100},
      {"both as large as they get", {{kMax, kMax}}, 0, 0, 100},
      {"many of them", std::vector<Subsample>(3, {kMax, kMax}), 0, 0, 100},
      {"a truncated sample", {{10, 90}}, 0, 0, 57},
      {"nothing but a description", {{0, 16}}, 0, 0, 0},
  };
  CencDecryptor decryptor = make_decryptor();
  for (const SampleScheme scheme : {kCenc, kCens, kCbc1, kCbcs}) {
    for (const Row& row : rows) {
      CAPTURE(std::string(row.name));
      CAPTURE(static_cast<int>(scheme));
      CryptoInfo info;
      info.scheme = scheme;
      info.subsamples = row.subsamples;
      Bytes sample(row.bytes, 0xAB);
      const auto done = decryptor.decrypt(info, sample);
      REQUIRE_FALSE(done);
      CHECK(done.error().code == ErrorCode::kDrmSample);
      CHECK(done.error().context.size() > 20);
      CHECK(std::count(sample.begin(), sample.end(), 0) == static_cast<int>(row.bytes));
    }
  }
}

TEST_CASE("cenc_decryptor: a pattern that encrypts nothing contradicts itself") {
  CencDecryptor decryptor = make_decryptor();
  for (const SampleScheme scheme : {kCens, kCbcs}) {
    CryptoInfo info;
    info.scheme = scheme;
    info.skip_blocks = 9;
    Bytes sample(200, 1);
    const auto done = decryptor.decrypt(info, sample);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kDrmSample);
    CHECK(sample == Bytes(200));
  }
}

TEST_CASE("cenc_decryptor: empty samples, tiny samples and HLS schemes") {
  CencDecryptor decryptor = make_decryptor();
  for (const SampleScheme scheme : {kCenc, kCens, kCbc1, kCbcs}) {
    CryptoInfo info;
    info.scheme = scheme;
    info.crypt_blocks = 1;
    info.skip_blocks = 9;
    CHECK(decryptor.decrypt(info, {}));
    info.subsamples = {{0, 0}};
    CHECK(decryptor.decrypt(info, {}));
  }
  for (const SampleScheme scheme : {kHlsAvc, kHlsAac, kHlsAc3}) {
    CryptoInfo info;
    info.scheme = scheme;
    Bytes sample(64, 1);
    const auto done = decryptor.decrypt(info, sample);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kInvalidArgument);
    CHECK(sample == Bytes(64));
  }
}

TEST_CASE("cenc_decryptor: an error leaves nothing to the next sample") {
  CencDecryptor decryptor = make_decryptor();
  CryptoInfo info;
  info.scheme = kCbcs;
  info.crypt_blocks = 1;
  info.skip_blocks = 9;
  info.subsamples = {{0, 1000}, {0, 1}};
  Bytes short_sample(1000);
  CHECK_FALSE(decryptor.decrypt(info, short_sample));
  info.subsamples = {{0, 1000}};
  const Bytes plain = reference::noise(1000, 3);
  Bytes sample = reference::encrypt_cenc(info, kKey, plain);
  REQUIRE(decryptor.decrypt(info, sample));
  CHECK(sample == plain);
}

TEST_CASE("cenc_decryptor: keys of another length") {
  for (const std::size_t length : {0u, 8u, 15u, 17u, 32u}) {
    CAPTURE(length);
    const auto made = CencDecryptor::make(Bytes(length));
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::kDrmLicense);
  }
}

}  // namespace
}  // namespace playhead

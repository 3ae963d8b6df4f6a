// SPDX-License-Identifier: Apache-2.0
#include "sample_cipher.h"

#include <string>

#include <doctest/doctest.h>

#include "cipher_reference.h"

namespace playhead {
namespace {

using reference::Bytes;
using enum SampleScheme;

const Bytes kKey = reference::from_hex("00112233445566778899aabbccddeeff");

TEST_CASE("sample_cipher: every scheme with one key, in any order") {
  struct Case {
    const char* name;
    SampleScheme scheme;
    const char* header;  // of the frame, where the scheme looks for one
    std::size_t clear;   // bytes in front
  };
  const Case cases[] = {{"cenc", kCenc, "", 0}, {"H.264", kHlsAvc, "00000165", 35},
                        {"cbcs", kCbcs, "", 0}, {"AAC", kHlsAac, "fff15080081ffc", 23},
                        {"cens", kCens, "", 0}, {"AC-3", kHlsAc3, "0b770000004000", 16},
                        {"cbc1", kCbc1, "", 0}};
  auto cipher = SampleCipher::make(kKey);
  REQUIRE(cipher);
  for (int twice = 0; twice < 2; ++twice) {
    for (const Case& c : cases) {
      CAPTURE(std::string(c.name));
      CryptoInfo info;
      info.scheme = c.scheme;
      info.iv.fill(9);
      Bytes plain(64, 0xA5);  // one block is encrypted of H.264, and of AAC's two
      const Bytes header = reference::from_hex(c.header);
      std::copy(header.begin(), header.end(), plain.begin());
      if (c.scheme == kHlsAac) plain[4] = 64 >> 3;
      if (c.scheme == kHlsAc3) plain.resize(128, 0xA5);
      Bytes sample = plain;
      if (c.clear == 0) {
        sample = reference::encrypt_cenc(info, kKey, plain);
      } else if (c.scheme == kHlsAvc) {
        reference::encrypt_cbc_blocks(kKey, info.iv, sample, c.clear, 1);
      } else {
        reference::encrypt_cbc_blocks(kKey, info.iv, sample, c.clear,
                                      (sample.size() - c.clear) / 16);
      }
      REQUIRE(sample != plain);
      const auto length = cipher->decrypt(info, sample);
      REQUIRE(length);
      CHECK(*length == plain.size());
      CHECK(reference::to_hex(sample) == reference::to_hex(plain));
    }
  }
}

TEST_CASE("sample_cipher: keys of another length, samples that do not fit") {
  for (const std::size_t length : {0u, 15u, 17u, 32u}) {
    const auto made = SampleCipher::make(Bytes(length));
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::kDrmLicense);
  }
  auto cipher = SampleCipher::make(kKey);
  REQUIRE(cipher);
  CryptoInfo info;
  info.subsamples = {{1, 1}};
  Bytes sample(3, 1);
  const auto done = cipher->decrypt(info, sample);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == ErrorCode::kDrmSample);
  CHECK(sample == Bytes(3));
}

}  // namespace
}  // namespace playhead

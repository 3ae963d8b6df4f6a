// SPDX-License-Identifier: Apache-2.0
#include "segment_cipher.h"

#include <algorithm>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "cipher_reference.h"

namespace playhead {
namespace {

using reference::Bytes;
using reference::encrypt_block;
using reference::to_hex;
using enum EncryptionMethod;

const CipherIv kIv = reference::iv_from_hex("0f0e0d0c0b0a09080706050403020100");

Bytes key_of(EncryptionMethod method) { return reference::noise(method == kAes128 ? 16 : 32, 99); }

struct Outcome {
  Bytes plain;
  std::size_t before_finish = 0;  // bytes that came out before the end was known
  std::optional<Error> error;
};

Outcome run(EncryptionMethod method, const Bytes& key, const Bytes& segment, std::size_t step) {
  Outcome outcome;
  auto cipher = SegmentCipher::make(method, key, kIv);
  REQUIRE(cipher);
  for (std::size_t at = 0; at < segment.size(); at += step) {
    const auto piece = ByteView(segment).subspan(at, std::min(step, segment.size() - at));
    auto plain = cipher->update(piece);
    REQUIRE(plain);
    outcome.plain.insert(outcome.plain.end(), plain->begin(), plain->end());
    const std::size_t received = at + piece.size();
    // Nothing is kept back that could be told already.
    if (method == kAes128 || method == kAes256) {
      CHECK(outcome.plain.size() == (received - 1) / 16 * 16);
    } else {
      CHECK(outcome.plain.size() == (method == kAes256Ctr ? received : 0));
    }
  }
  outcome.before_finish = outcome.plain.size();
  auto rest = cipher->finish();
  if (rest) {
    outcome.plain.insert(outcome.plain.end(), rest->begin(), rest->end());
  } else {
    outcome.error = rest.error();
  }
  return outcome;
}

// GHASH by NIST SP 800-38D §6.3, bit by bit.
AesBlock multiply(const AesBlock& x, AesBlock v) {
  AesBlock z{};
  for (std::size_t bit = 0; bit < 128; ++bit) {
    if ((x[bit / 8] >> (7 - bit % 8) & 1) != 0) {
      for (std::size_t n = 0; n < 16; ++n) z[n] ^= v[n];
    }
    const bool carries = (v[15] & 1) != 0;
    for (std::size_t n = 15; n > 0; --n) {
      v[n] = static_cast<uint8_t>(v[n] >> 1 | v[n - 1] << 7);
    }
    v[0] = static_cast<uint8_t>(v[0] >> 1);
    if (carries) v[0] ^= 0xE1;
  }
  return z;
}

AesBlock ghash(const AesBlock& h, Bytes bytes) {
  const uint64_t bits = bytes.size() * 8;
  bytes.resize((bytes.size() + 15) / 16 * 16 + 8);
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<uint8_t>(bits >> shift));
  AesBlock hash{};
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    for (std::size_t n = 0; n < 16; ++n) hash[n] ^= bytes[at + n];
    hash = multiply(hash, h);
  }
  return hash;
}

Bytes encrypt_gcm(const Bytes& key, const CipherIv& iv, Bytes plain) {
  const AesBlock h = encrypt_block(key, {});
  const AesBlock first = ghash(h, Bytes(iv.begin(), iv.end()));  // the IV has not 12 bytes
  AesBlock counter = first;
  AesBlock stream{};
  for (std::size_t n = 0; n < plain.size(); ++n) {
    if (n % 16 == 0) {
      for (std::size_t at = 16; at > 12 && ++counter[at - 1] == 0; --at) continue;
      stream = encrypt_block(key, counter);
    }
    plain[n] ^= stream[n % 16];
  }
  AesBlock tag = ghash(h, plain);
  const AesBlock mask = encrypt_block(key, first);
  for (std::size_t n = 0; n < 16; ++n) plain.push_back(tag[n] ^ mask[n]);
  return plain;
}

Bytes encrypt(EncryptionMethod method, const Bytes& plain) {
  const Bytes key = key_of(method);
  if (method == kAes256Gcm) return encrypt_gcm(key, kIv, plain);
  if (method != kAes256Ctr) return reference::encrypt_cbc_padded(key, kIv, plain);
  CryptoInfo whole;
  whole.iv = kIv;
  return reference::encrypt_cenc(whole, key, plain);
}

TEST_CASE("segment_cipher: bytes in pieces of any size; plain ones come as early as they can") {
  for (const EncryptionMethod method : {kAes128, kAes256, kAes256Ctr, kAes256Gcm}) {
    CAPTURE(static_cast<int>(method));
    for (const std::size_t bytes : {0u, 1u, 15u, 16u, 17u, 31u, 32u, 1000u}) {
      CAPTURE(bytes);
      const Bytes plain = reference::noise(bytes, 5);
      const Bytes segment = encrypt(method, plain);
      for (const std::size_t step : {1u, 3u, 15u, 16u, 17u, 31u, 32u, 33u, 500u, 5000u}) {
        CAPTURE(step);
        const Outcome outcome = run(method, key_of(method), segment, step);
        REQUIRE_FALSE(outcome.error);
        REQUIRE(to_hex(outcome.plain) == to_hex(plain));
      }
    }
  }
}

TEST_CASE("segment_cipher: wrong keys, damage and truncation are told by name") {
  const Bytes plain = reference::noise(1000, 5);
  Bytes wrong = key_of(kAes256);
  wrong[3] ^= 1;
  struct Case {
    const char* name;
    EncryptionMethod method;
    bool has_wrong_key;
    std::size_t keep;     // bytes of the segment
    std::size_t damaged;  // byte that is flipped; beyond the end: none
    ErrorCode code;
  };
  constexpr std::size_t kNone = 100'000;
  const Case cases[] = {
      {"AES-256: wrong key", kAes256, true, 1008, kNone, ErrorCode::kDrmWrongKey},
      {"AES-256: empty", kAes256, false, 0, kNone, ErrorCode::kContainerSyntax},
      {"AES-256: cut off in a block", kAes256, false, 1007, kNone, ErrorCode::kContainerSyntax},
      {"AES-256: one byte", kAes256, false, 1, kNone, ErrorCode::kContainerSyntax},
      {"AES-256: the last block is missing", kAes256, false, 992, kNone, ErrorCode::kDrmWrongKey},
      {"AES-128: cut off in a block", kAes128, false, 1001, kNone, ErrorCode::kContainerSyntax},
      {"GCM: wrong key", kAes256Gcm, true, 1016, kNone, ErrorCode::kDrmWrongKey},
      {"GCM: a bit of the data", kAes256Gcm, false, 1016, 0, ErrorCode::kDrmWrongKey},
      {"GCM: a bit of the tag", kAes256Gcm, false, 1016, 1015, ErrorCode::kDrmWrongKey},
      {"GCM: cut off", kAes256Gcm, false, 1000, kNone, ErrorCode::kDrmWrongKey},
      {"GCM: shorter than a tag", kAes256Gcm, false, 15, kNone, ErrorCode::kContainerSyntax},
      {"GCM: empty", kAes256Gcm, false, 0, kNone, ErrorCode::kContainerSyntax},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Bytes segment = encrypt(c.method, plain);
    segment.resize(c.keep);
    if (c.damaged < segment.size()) segment[c.damaged] ^= 1;
    const Outcome outcome = run(c.method, c.has_wrong_key ? wrong : key_of(c.method), segment, 100);
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == c.code);
    CHECK(outcome.error->context.size() > 20);
    CHECK(outcome.plain.size() == outcome.before_finish);
    if (c.method == kAes256Gcm) CHECK(outcome.plain.empty());
  }
}

TEST_CASE("segment_cipher: padding is checked byte by byte") {
  struct Case {
    const char* name;
    const char* block;  // the last one, decrypted
    bool is_padding;
    std::size_t left;
  };
  const Case cases[] = {
      {"one byte", "00000000000000000000000000000001", true, 15},
      {"a whole block", "10101010101010101010101010101010", true, 0},
      {"three", "000000000000000000000000ff030303", true, 13},
      {"none", "00000000000000000000000000000000", false, 0},
      {"17", "11111111111111111111111111111111", false, 0},
      {"255", "000000000000000000000000000000ff", false, 0},
      {"one byte of three is another", "000000000000000000000000ff030203", false, 0}};
  const Bytes key = key_of(kAes128);
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Bytes segment = reference::from_hex(c.block);
    reference::encrypt_cbc_blocks(key, kIv, segment, 0, 1);
    const Outcome outcome = run(kAes128, key, segment, 16);
    CHECK(!outcome.error == c.is_padding);
    CHECK(outcome.plain.size() == c.left);
  }
}

TEST_CASE("segment_cipher: keys of another length, methods of samples") {
  struct Case {
    const char* name;
    EncryptionMethod method;
    std::size_t key_bytes;
    ErrorCode code;
  };
  const Case cases[] = {{"AES-128 with 15", kAes128, 15, ErrorCode::kDrmLicense},
                        {"AES-128 with 32", kAes128, 32, ErrorCode::kDrmLicense},
                        {"AES-128 with none", kAes128, 0, ErrorCode::kDrmLicense},
                        {"AES-256 with 16", kAes256, 16, ErrorCode::kDrmLicense},
                        {"AES-256-CTR with 16", kAes256Ctr, 16, ErrorCode::kDrmLicense},
                        {"AES-256-GCM with 33", kAes256Gcm, 33, ErrorCode::kDrmLicense},
                        {"SAMPLE-AES", kSampleAes, 16, ErrorCode::kInvalidArgument},
                        {"SAMPLE-AES-CTR", kSampleAesCtr, 16, ErrorCode::kInvalidArgument},
                        {"no known method", kUnknown, 32, ErrorCode::kInvalidArgument}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto made = SegmentCipher::make(c.method, Bytes(c.key_bytes, 0x5A), kIv);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == c.code);
    CHECK(made.error().context.find("5a") == std::string::npos);
  }
}

TEST_CASE("segment_cipher: the vector of a media sequence number") {
  CHECK(to_hex(iv_of_sequence_number(0)) == "00000000000000000000000000000000");
  CHECK(to_hex(iv_of_sequence_number(5)) == "00000000000000000000000000000005");
  CHECK(to_hex(iv_of_sequence_number(8'589'934'592)) == "00000000000000000000000200000000");
  CHECK(to_hex(iv_of_sequence_number(~uint64_t{0})) == "0000000000000000ffffffffffffffff");
}

}  // namespace
}  // namespace playhead

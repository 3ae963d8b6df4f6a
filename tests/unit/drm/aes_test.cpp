// SPDX-License-Identifier: Apache-2.0
#include "aes.h"

#include <algorithm>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "cipher_reference.h"

namespace playhead {
namespace {

using reference::Bytes;
using reference::encrypt_block;
using reference::from_hex;
using reference::iv_from_hex;
using reference::to_hex;

// Published test vectors: NIST SP 800-38A appendix F. The same four blocks for all modes.
constexpr const char* kPlain =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
constexpr const char* kKey128 = "2b7e151628aed2a6abf7158809cf4f3c";
constexpr const char* kKey256 = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
constexpr const char* kCbcIv = "000102030405060708090a0b0c0d0e0f";
constexpr const char* kCounter = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

struct Vector {
  const char* name;
  const char* key;
  const char* encrypted;
};

// In pieces of `step` bytes.
template <typename Cipher>
std::string decrypt_in_steps(Cipher& cipher, Bytes bytes, std::size_t step) {
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    REQUIRE(cipher.decrypt(std::span(bytes).subspan(at, std::min(step, bytes.size() - at))));
  }
  return to_hex(bytes);
}

TEST_CASE("cipher reference: ECB of one block (SP 800-38A F.1.1, F.1.5)") {
  const Vector rows[] = {{"F.1.1 ECB-AES128", kKey128, "3ad77bb40d7a3660a89ecaf32466ef97"},
                         {"F.1.5 ECB-AES256", kKey256, "f3eed1bdb5d2a03c064b5a7e3db181f8"}};
  for (const Vector& row : rows) {
    CAPTURE(std::string(row.name));
    const CipherIv block = encrypt_block(from_hex(row.key), iv_from_hex(std::string(kPlain, 32)));
    CHECK(to_hex(block) == row.encrypted);
  }
}

TEST_CASE("aes: CBC decryption (SP 800-38A F.2.2, F.2.6), whole and in blocks") {
  const Vector rows[] = {{"F.2.2 CBC-AES128", kKey128,
                          "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
                          "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"},
                         {"F.2.6 CBC-AES256", kKey256,
                          "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
                          "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"}};
  for (const Vector& row : rows) {
    CAPTURE(std::string(row.name));
    auto cbc = AesCbc::make(from_hex(row.key));
    REQUIRE(cbc);
    for (const std::size_t step : {64u, 16u, 32u, 48u}) {
      cbc->start(iv_from_hex(kCbcIv));
      CHECK(decrypt_in_steps(*cbc, from_hex(row.encrypted), step) == kPlain);
    }
  }
}

TEST_CASE("aes: CTR (SP 800-38A F.5.2, F.5.6), whole and in pieces of any size") {
  const Vector rows[] = {{"F.5.2 CTR-AES128", kKey128,
                          "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
                          "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"},
                         {"F.5.6 CTR-AES256", kKey256,
                          "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
                          "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"}};
  for (const Vector& row : rows) {
    CAPTURE(std::string(row.name));
    auto ctr = AesCtr::make(from_hex(row.key));
    REQUIRE(ctr);
    for (const std::size_t step : {64u, 1u, 7u, 16u, 17u, 63u}) {
      ctr->start(iv_from_hex(kCounter));
      CHECK(decrypt_in_steps(*ctr, from_hex(row.encrypted), step) == kPlain);
    }
  }
}

TEST_CASE("aes: GCM, test case 15 of its specification") {
  // A published test vector: McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B.
  const Bytes key = from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string plain =
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
  const std::string encrypted =
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";
  Bytes tag = from_hex("b094dac5d93471bdec1a502270e3cc6c");
  auto gcm = AesGcm::make(key);
  REQUIRE(gcm);
  for (const bool is_damaged : {false, true, false}) {
    CAPTURE(is_damaged);
    REQUIRE(gcm->start(from_hex("cafebabefacedbaddecaf888")));
    Bytes bytes = from_hex(encrypted);
    REQUIRE(gcm->decrypt(bytes, bytes.data()));
    CHECK(to_hex(bytes) == plain);
    Bytes used = tag;
    if (is_damaged) used[15] ^= 1;
    CHECK(gcm->is_authentic(std::span(used).first<16>()) == !is_damaged);
  }
  CHECK_FALSE(gcm->start({}));
  CHECK_FALSE(gcm->start(Bytes(17)));
}

TEST_CASE("aes: the counter's second half begins at 0 again and carries nothing") {
  const Bytes key = from_hex(kKey128);
  struct Case {
    const char* name;
    const char* counter;
  };
  const Case cases[] = {{"after one block", "00112233445566ffffffffffffffffff"},
                        {"all bits set", "ffffffffffffffffffffffffffffffff"},
                        {"after two", "0011223344556677fffffffffffffffe"},
                        {"after four", "0011223344556677fffffffffffffffc"},
                        {"a carry within the half", "001122334455667700000000ffffffff"},
                        {"never", "0011223344556677f000000000000000"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const CipherIv counter = iv_from_hex(c.counter);
    // What the key stream has to be, block by block.
    Bytes stream;
    CipherIv state = counter;
    for (int n = 0; n < 5; ++n) {
      const CipherIv block = encrypt_block(key, state);
      stream.insert(stream.end(), block.begin(), block.end());
      for (std::size_t at = 16; at > 8; --at) {
        if (++state[at - 1] != 0) break;
      }
    }
    auto ctr = AesCtr::make(key);
    REQUIRE(ctr);
    for (const std::size_t step : {80u, 1u, 15u, 16u, 32u, 33u}) {
      ctr->start(counter);
      CHECK(decrypt_in_steps(*ctr, Bytes(80), step) == to_hex(stream));
    }
    // Short pieces and long ones take different ways.
    ctr->start(counter);
    CHECK(decrypt_in_steps(*ctr, Bytes(4000), 4000).substr(0, 160) == to_hex(stream));
  }
}

TEST_CASE("aes: short pieces, long ones and both give the same stream") {
  auto ctr = AesCtr::make(from_hex(kKey128));
  REQUIRE(ctr);
  ctr->start(iv_from_hex(kCounter));
  const std::string whole = decrypt_in_steps(*ctr, Bytes(20'000), 20'000);
  ctr->start(iv_from_hex(kCounter));
  CHECK(decrypt_in_steps(*ctr, Bytes(20'000), 1000) == whole);
  // The first pieces, then the rest at once.
  const std::vector<std::size_t> firsts[] = {{1}, {15}, {16}, {17, 5}, {3072}, {3073}, {100, 4000}};
  for (const auto& sizes : firsts) {
    CAPTURE(sizes.front());
    Bytes bytes(20'000);
    std::span<uint8_t> rest(bytes);
    ctr->start(iv_from_hex(kCounter));
    for (const std::size_t size : sizes) {
      REQUIRE(ctr->decrypt(rest.first(size)));
      rest = rest.subspan(size);
    }
    REQUIRE(ctr->decrypt(rest));
    CHECK(to_hex(bytes) == whole);
  }
}

TEST_CASE("aes: a chain that begins anew knows nothing of the one before") {
  auto fresh = AesCbc::make(from_hex(kKey128));
  auto used = AesCbc::make(from_hex(kKey128));
  REQUIRE(fresh);
  REQUIRE(used);
  used->start(iv_from_hex(kCounter));
  Bytes before = reference::noise(96, 1);
  REQUIRE(used->decrypt(before));
  used->start(iv_from_hex(kCounter));  // and nothing of it
  for (const std::size_t apart : {0u, 64u}) {
    const Bytes encrypted = reference::noise(64, 2);
    Bytes expected = encrypted;
    fresh->start(iv_from_hex(kCbcIv));
    REQUIRE(fresh->decrypt(expected));
    Bytes bytes(64 + apart);
    std::copy(encrypted.begin(), encrypted.end(), bytes.begin());
    used->start(iv_from_hex(kCbcIv));
    REQUIRE(used->decrypt(ByteView(bytes.data(), 64), bytes.data() + apart));
    CHECK(to_hex(ByteView(bytes.data() + apart, 64)) == to_hex(expected));
  }
}

TEST_CASE("aes: keys of another length and parts of blocks are refused") {
  for (const std::size_t length : {0u, 1u, 15u, 17u, 24u, 31u, 33u, 64u}) {
    CAPTURE(length);
    const Bytes key(length);
    const auto ctr = AesCtr::make(key);
    REQUIRE_FALSE(ctr);
    CHECK(ctr.error().code == ErrorCode::kDrmLicense);
    CHECK_FALSE(AesCbc::make(key));
    CHECK_FALSE(AesGcm::make(key));
  }
  auto cbc = AesCbc::make(Bytes(16));
  REQUIRE(cbc);
  cbc->start({});
  Bytes bytes(17);
  CHECK_FALSE(cbc->decrypt(bytes));
}

TEST_CASE("aes: wipe() leaves zeros") {
  Bytes bytes(33, 7);
  wipe(bytes);
  CHECK(std::count(bytes.begin(), bytes.end(), 0) == 33);
  wipe({});
}

}  // namespace
}  // namespace playhead

// SPDX-License-Identifier: Apache-2.0
#include "vault/crypto.h"

#include <algorithm>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "vault_world.h"

namespace playhead::offline {
namespace {

using test::Bytes;
using test::from_hex;
using test::to_hex;

std::string ascending(int from, int count) {
  Bytes bytes;
  for (int n = 0; n < count; ++n) bytes.push_back(static_cast<uint8_t>(from + n));
  return to_hex(bytes);
}

}  // namespace

TEST_CASE("vault crypto: HKDF-SHA-256 as in RFC 5869 appendix A") {
  const std::string key = to_hex(Bytes(22, 0x0b));
  struct Case {
    const char* name;
    std::string key, salt, info, okm;
  };
  const Case cases[] = {
      {"A.1", key, ascending(0, 13), ascending(0xf0, 10),
       "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
      {"A.2: longer than a hash", ascending(0, 80), ascending(0x60, 80), ascending(0xb0, 80),
       "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e5"
       "9"
       "0e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
      {"A.3: no salt, no info", key, "", "",
       "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Bytes out(c.okm.size() / 2);
    CHECK(derive(from_hex(c.key), from_hex(c.salt), from_hex(c.info), out));
    CHECK(to_hex(out) == c.okm);
  }
}

TEST_CASE("vault crypto: HMAC-SHA-256 as in RFC 4231, SHA-256 as in FIPS 180-4") {
  const auto proof = hmac(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"));
  REQUIRE(proof);
  CHECK(to_hex(*proof) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(test::hash_of(as_bytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(test::hash_of({})) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  auto pieces = Sha256::make();
  REQUIRE(pieces);
  for (const char* piece : {"a", "", "bc"}) CHECK(pieces->update(as_bytes(piece)));
  CHECK(*pieces->finish() == test::hash_of(as_bytes("abc")));
  CHECK(is_same(as_bytes("abc"), as_bytes("abc")));
  CHECK_FALSE(is_same(as_bytes("abc"), as_bytes("abd")));
  CHECK_FALSE(is_same(as_bytes("abc"), as_bytes("ab")));
}

TEST_CASE("vault crypto: AES-256-GCM as in the specification's test cases") {
  const std::string key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
  struct Case {
    const char* name;
    std::string key, nonce, context, plain, sealed;
  };
  const Case cases[] = {
      {"13: nothing", std::string(64, '0'), std::string(24, '0'), "", "",
       "530f8afbc74536b9a963b4f1c4cb738b"},
      {"14: one block", std::string(64, '0'), std::string(24, '0'), "", std::string(32, '0'),
       "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
      {"16: context, no whole blocks", key, "cafebabefacedbaddecaf888",
       "feedfacedeadbeeffeedfacedeadbeefabaddad2",
       "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
       "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
       "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
       "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
       "76fc6ece0f4e1768cddf8853bb2d551b"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Bytes key_bytes = from_hex(c.key);
    auto cipher = AesGcm256::make(std::span<const uint8_t, 32>(key_bytes.data(), 32));
    REQUIRE(cipher);
    AesGcm256::Nonce nonce{};
    const Bytes nonce_bytes = from_hex(c.nonce);
    std::copy(nonce_bytes.begin(), nonce_bytes.end(), nonce.begin());
    const Bytes plain = from_hex(c.plain);
    const Bytes context = from_hex(c.context);
    Bytes sealed(plain.size() + AesGcm256::kTagBytes);
    CHECK(cipher->seal(nonce, context, plain, sealed.data()));
    CHECK(to_hex(sealed) == c.sealed);
    Bytes opened(plain.size());
    CHECK(cipher->open(nonce, context, sealed, opened.data()));
    CHECK(opened == plain);
    sealed.back() ^= 1;
    const auto refused = cipher->open(nonce, context, sealed, opened.data());
    CHECK(test::code_of(refused) == ErrorCode::kOfflineTampered);
    CHECK(opened == Bytes(plain.size()));  // nothing unchecked is left
  }
}

TEST_CASE("vault crypto: a key that moved away is wiped, random bytes differ") {
  SecretKey key;
  REQUIRE(fill_random(key.bytes()));
  const Bytes bytes(key.view().begin(), key.view().end());
  CHECK(bytes != Bytes(32));
  SecretKey other(std::move(key));
  CHECK(is_same(other.view(), bytes));
  CHECK(is_same(key.view(), Bytes(32)));  // NOLINT: what is left of it
  SecretKey third;
  third = std::move(other);
  CHECK(is_same(third.view(), bytes));
  CHECK(is_same(other.view(), Bytes(32)));  // NOLINT: the same
}

}  // namespace playhead::offline

// SPDX-License-Identifier: Apache-2.0
#include "playhead/drm/identity_keys.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cipher_reference.h"

namespace playhead {
namespace {

using reference::Bytes;

KeyId id_of(uint8_t value) {
  KeyId id;
  id.fill(value);
  return id;
}

TEST_CASE("identity_keys: ids stand for URIs") {
  const KeyId id = identity_key_id("https://h.example/k1");
  CHECK(id == identity_key_id("https://h.example/k1"));
  CHECK(id != identity_key_id("https://h.example/k2"));
  CHECK(id != identity_key_id(""));
  CHECK(identity_key_id("")[0] == 0xe3);  // SHA-256 of nothing
}

TEST_CASE("identity_keys: a key is pending, then usable or failed, then forgotten") {
  IdentityKeys keys;
  const KeyId id = id_of(1);
  CHECK_FALSE(keys.knows(id));
  CHECK(keys.status(id) == KeyStatus::kPending);
  keys.expect(id);
  CHECK(keys.knows(id));
  CHECK(keys.status(id) == KeyStatus::kPending);
  CHECK_FALSE(keys.failure(id));
  keys.fail(id, make_error(ErrorCode::kDrmLicenseRefused, "no"));
  CHECK(keys.status(id) == KeyStatus::kError);
  CHECK(keys.failure(id)->code == ErrorCode::kDrmLicenseRefused);
  keys.expect(id);
  CHECK(keys.status(id) == KeyStatus::kPending);
  CHECK_FALSE(keys.failure(id));
  CHECK(keys.put(id, Bytes(16, 7)));
  CHECK(keys.status(id) == KeyStatus::kUsable);
  keys.expect(id);
  CHECK(keys.status(id) == KeyStatus::kUsable);
  keys.forget(id);
  CHECK_FALSE(keys.knows(id));
}

TEST_CASE("identity_keys: lengths that no key has are refused, and never quoted") {
  for (const std::size_t size : {0U, 1U, 15U, 17U, 24U, 31U, 33U, 64U}) {
    CAPTURE(size);
    IdentityKeys keys;
    const Result<void> put = keys.put(id_of(1), Bytes(size, 'k'));
    REQUIRE_FALSE(put);
    CHECK(put.error().code == ErrorCode::kDrmLicense);
    CHECK(put.error().context.find("kk") == std::string::npos);
    CHECK(keys.status(id_of(1)) == KeyStatus::kError);
  }
  IdentityKeys keys;
  CHECK(keys.put(id_of(1), Bytes(16, 'k')));
  CHECK(keys.put(id_of(2), Bytes(32, 'k')));
  CHECK(keys.put_data_uri(id_of(3), "data:;base64,AAAAAAAAAAAAAAAAAAAAAA=="));
  CHECK_FALSE(keys.put_data_uri(id_of(4), "http://h.example/key"));
  CHECK(keys.failure(id_of(4))->code == ErrorCode::kDrmLicense);
}

TEST_CASE("identity_keys: samples and segments are opened by the key they name") {
  IdentityKeys keys;
  const Bytes key = reference::from_hex("2b7e151628aed2a6abf7158809cf4f3c");
  REQUIRE(keys.put(id_of(1), key));
  REQUIRE(keys.put(id_of(2), Bytes(32, 1)));
  CryptoInfo info;
  info.scheme = SampleScheme::kCbcs;
  info.iv = reference::iv_from_hex("000102030405060708090a0b0c0d0e0f");
  // NIST SP 800-38A F.2.2.
  const Bytes secret = reference::from_hex("7649abac8119b246cee98e9b12e9197d");
  const Bytes plain = reference::from_hex("6bc1bee22e409f96e93d7e117393172a");
  struct Case {
    const char* name;
    uint8_t kid;
    bool opens;
  };
  const Case cases[] = {{"its key", 1, true}, {"of 32 bytes", 2, false}, {"unknown", 3, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    info.kid = id_of(c.kid);
    Bytes sample = secret;
    const auto size = keys.decrypt(info, sample);
    REQUIRE(static_cast<bool>(size) == c.opens);
    CHECK(sample == (c.opens ? plain : Bytes(16, 0)));
    if (!c.opens) CHECK(size.error().code == ErrorCode::kDrmNoKey);
  }
  auto segment = keys.open_segment(id_of(1), EncryptionMethod::kAes128, info.iv);
  REQUIRE(segment);
  CHECK((*segment)->update(secret).value().empty());  // it may be padding
  const auto longer = keys.open_segment(id_of(1), EncryptionMethod::kAes256, info.iv);
  REQUIRE_FALSE(longer);
  CHECK(longer.error().code == ErrorCode::kDrmLicense);
  const auto none = keys.open_segment(id_of(9), EncryptionMethod::kAes128, info.iv);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::kDrmNoKey);
  keys.fail(id_of(1), make_error(ErrorCode::kDrmNoKey, "gone"));
  CHECK_FALSE(keys.open_segment(id_of(1), EncryptionMethod::kAes128, info.iv));
  info.kid = id_of(1);
  Bytes sample = secret;
  CHECK_FALSE(keys.decrypt(info, sample));
}

}  // namespace
}  // namespace playhead

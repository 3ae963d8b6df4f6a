// SPDX-License-Identifier: Apache-2.0
#include "clearkey_json.h"

#include <string>

#include <doctest/doctest.h>

#include "drm_bytes.h"
#include "key_ids.h"

namespace playhead::drm {
namespace {

using test::bytes_of;
using test::kid;

const KeyId kFirst = kid("ad13f9ea2be698b875f504a8e3ccea64");
const KeyId kSecond = kid("558ee541b90ab2f3950d00ade3760d45");
const std::string kKeyHex = "be7df8a3667a6a8fd564d0ed81339a95";
const std::string kRow =
    R"({"kty":"oct","kid":"rRP56ivmmLh19QSo48zqZA","k":"vn34o2Z6ao_VZNDtgTOalQ"})";
const std::string kOther =
    R"({"kty":"oct","kid":"VY7lQbkKsvOVDQCt43YNRQ","k":"kQOSYwFtpjV3DVfbkvmL0A"})";

TEST_CASE("clearkey_json: requests are those of the W3C") {
  CHECK(write_license_request(std::vector<KeyId>{kFirst, kSecond}, SessionKind::kTemporary) ==
        R"({"kids":["rRP56ivmmLh19QSo48zqZA","VY7lQbkKsvOVDQCt43YNRQ"],"type":"temporary"})");
  CHECK(write_license_request(std::vector<KeyId>{kFirst}, SessionKind::kPersistent) ==
        R"({"kids":["rRP56ivmmLh19QSo48zqZA"],"type":"persistent-license"})");
}

TEST_CASE("clearkey_json: licences of many spellings") {
  struct Case {
    const char* name;
    std::string json;
    std::size_t keys;
    SessionKind kind;
    std::optional<int64_t> expires_at;
  };
  const auto temporary = SessionKind::kTemporary;
  const auto persistent = SessionKind::kPersistent;
  const Case cases[] = {
      {"one key", "{\"keys\":[" + kRow + "]}", 1, temporary, {}},
      {"two keys",
       "{\"keys\":[" + kRow + "," + kOther + "],\"type\":\"temporary\"}",
       2,
       temporary,
       {}},
      {"the same twice", "{\"keys\":[" + kRow + "," + kRow + "]}", 1, temporary, {}},
      {"to keep", "{\"type\":\"persistent-license\",\"keys\":[" + kRow + "]}", 1, persistent, {}},
      {"an end", "{\"keys\":[" + kRow + "],\"expires_at\":1790000000}", 1, temporary, 1790000000},
      {"no end", "{\"keys\":[" + kRow + "],\"expires_at\":null}", 1, temporary, {}},
      {"long over", "{\"keys\":[" + kRow + "],\"expires_at\":0}", 1, temporary, 0},
      {"other members",
       R"({"x":{"keys":[]},"keys":[{"alg":"A128KW","kty":"oct","kid":"rRP56ivmmLh19QSo48zqZA==",)"
       R"("k":"vn34o2Z6ao/VZNDtgTOalQ==","use":1}]})",
       1,
       temporary,
       {}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Result<ClearKeyLicense> license = parse_license(bytes_of(c.json));
    REQUIRE(license.has_value());
    REQUIRE(license->keys.size() == c.keys);
    CHECK(license->keys[0].id == kFirst);
    CHECK(to_hex(license->keys[0].key.view()) == kKeyHex);
    CHECK(license->kind == c.kind);
    CHECK(license->expires_at.has_value() == c.expires_at.has_value());
    if (c.expires_at) CHECK(license->expires_at->us == *c.expires_at * 1'000'000);
    const Result<ClearKeyLicense> again = parse_license(bytes_of(write_license(*license)));
    REQUIRE(again.has_value());
    CHECK(again->keys.size() == c.keys);
    CHECK(to_hex(again->keys[0].key.view()) == kKeyHex);
    CHECK(again->kind == c.kind);
    CHECK(again->expires_at == license->expires_at);
  }
}

TEST_CASE("clearkey_json: what is no licence, and no error tells a key") {
  const auto row = [](const std::string& type, const std::string& id, const std::string& key) {
    return "{\"keys\":[{\"kty\":\"" + type + "\",\"kid\":\"" + id + "\",\"k\":\"" + key + "\"}]}";
  };
  const std::string id = "rRP56ivmmLh19QSo48zqZA";
  const std::string key = "vn34o2Z6ao_VZNDtgTOalQ";
  std::string second_key = kRow;
  second_key.replace(second_key.find("vn34"), 4, "vn35");
  struct Case {
    const char* name;
    std::string json;
    const char* says;
  };
  const Case cases[] = {
      {"nothing", "", "no JSON object"},
      {"a page", "<html>403</html>", "no JSON object"},
      {"a list", "[]", "no JSON object"},
      {"cut off", "{\"keys\":[" + kRow, "no JSON object"},
      {"no UTF-8", "{\"keys\":[\"\xff\"]}", "no JSON object"},
      {"no keys", "{}", "no list of keys"},
      {"keys of another kind", "{\"keys\":{}}", "no list of keys"},
      {"an empty list", "{\"keys\":[]}", "holds no key"},
      {"a number for a key", "{\"keys\":[1]}", "no JSON object"},
      {"another key type", row("RSA", id, key), "not of type oct"},
      {"no type", "{\"keys\":[{\"kid\":\"" + id + "\",\"k\":\"" + key + "\"}]}", "not of type oct"},
      {"no id", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" + key + "\"}]}", "lacks its id"},
      {"no value", "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"" + id + "\"}]}", "lacks its id"},
      {"a short id", row("oct", "AAAA", key), "a key id is not 16"},
      {"an id that is none", row("oct", "****", key), "a key id is not 16"},
      {"a short key", row("oct", id, "vn34o2Z6"), "a key is not 16"},
      {"a long key", row("oct", id, key + key), "a key is not 16"},
      {"a key that is none", row("oct", id, "vn34o2Z6ao_VZNDtgTOal*"), "a key is not 16"},
      {"two keys for one id", "{\"keys\":[" + kRow + "," + second_key + "]}",
       "two keys for one id"},
      {"an unknown type", "{\"keys\":[" + kRow + "],\"type\":\"forever\"}", "unknown type"},
      {"a number for a type", "{\"keys\":[" + kRow + "],\"type\":1}", "unknown type"},
      {"an end that is none", "{\"keys\":[" + kRow + "],\"expires_at\":\"soon\"}",
       "no whole number"},
      {"a time that is none", "{\"keys\":[" + kRow + "],\"server_time\":\"now\"}",
       "no whole number"},
      {"half a second", "{\"keys\":[" + kRow + "],\"expires_at\":1.5}", "no whole number"},
      {"an end before 1970", "{\"keys\":[" + kRow + "],\"expires_at\":-1}", "no time"},
      {"an end in milliseconds", "{\"keys\":[" + kRow + "],\"expires_at\":1790000000000}",
       "no time"},
      {"an end of 64 bits", "{\"keys\":[" + kRow + "],\"expires_at\":18446744073709551615}",
       "no time"},
      {"too deep", "{\"keys\":" + std::string(20, '[') + std::string(20, ']') + "}", "too deep"},
      {"too large", std::string(1024 * 1024 + 1, ' '), "larger than 1 MiB"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Result<ClearKeyLicense> license = parse_license(bytes_of(c.json));
    REQUIRE_FALSE(license.has_value());
    CHECK(license.error().code == ErrorCode::kDrmLicense);
    CHECK(license.error().context.find(c.says) != std::string::npos);
    CHECK(license.error().context.find("vn34") == std::string::npos);
  }
}

TEST_CASE("clearkey_json: a thousand keys and no more") {
  std::string rows;
  for (std::size_t i = 0; i < kKeyIds; ++i) {
    KeyId id{};
    id[0] = static_cast<uint8_t>(i);
    id[1] = static_cast<uint8_t>(i >> 8);
    rows += "{\"kty\":\"oct\",\"kid\":\"" + to_base64url(id) + "\",\"k\":\"" + to_base64url(id) +
            "\"},";
  }
  CHECK_FALSE(parse_license(bytes_of("{\"keys\":[" + rows + kRow + "]}")).has_value());
  rows.pop_back();
  const Result<ClearKeyLicense> license = parse_license(bytes_of("{\"keys\":[" + rows + "]}"));
  REQUIRE(license.has_value());
  CHECK(license->keys.size() == kKeyIds);
}

TEST_CASE("clearkey_json: damaged licences") {
  const std::string json = "{\"keys\":[" + kRow + "," + kOther +
                           "],\"type\":\"persistent-license\",\"expires_at\":1790000000}";
  test::damage(bytes_of(json), [](ByteView bytes) {
    const Result<ClearKeyLicense> license = parse_license(bytes);
    if (!license) CHECK(license.error().code == ErrorCode::kDrmLicense);
    if (license) CHECK_FALSE(license->keys.empty());
  });
}

}  // namespace
}  // namespace playhead::drm

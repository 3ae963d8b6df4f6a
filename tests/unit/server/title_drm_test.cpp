// SPDX-License-Identifier: Apache-2.0
#include "title_drm.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "catalogue.h"
#include "hex.h"
#include "license_rules.h"
#include "server_fixture.h"
#include "title_keys.h"

using namespace playhead::server;
using nlohmann::json;

namespace {

const std::string kHex = "000102030405060708090a0b0c0d0e0f";

std::string key_row(const std::string& more = "") {
  return R"({"kid":")" + kHex + '"' + more + "}";
}

}  // namespace

TEST_CASE("title_drm: what title.json says of licences") {
  const auto plain = parse_title_drm(json::parse(R"({"keys":[)" + key_row() + "]}"));
  REQUIRE(plain.ok());
  REQUIRE(plain.value().keys.size() == 1);
  CHECK(plain.value().keys[0].kid.size() == 16);
  CHECK(plain.value().keys[0].height == 0);
  CHECK((plain.value().entitled == std::vector<std::string>{"*"}));
  CHECK_FALSE(plain.value().allows_persistent);
  CHECK_FALSE(plain.value().license_s);
  const auto whole = parse_title_drm(json::parse(
      R"({"license_seconds":60,"persistent":true,"persistent_seconds":600,"entitled":["a","b"],"keys":[)" +
      key_row(R"(,"height":2160)") + "]}"));
  REQUIRE(whole.ok());
  CHECK(whole.value().license_s == 60);
  CHECK(whole.value().persistent_s == 600);
  CHECK(whole.value().allows_persistent);
  CHECK(whole.value().entitled.size() == 2);
  CHECK(whole.value().keys[0].height == 2160);
}

TEST_CASE("title_drm: a title whose 'drm' is wrong is left out, not played without protection") {
  struct Case {
    const char* name;
    std::string drm;
  };
  const std::string keys = R"("keys":[)" + key_row() + "]";
  const Case cases[] = {
      {"a text", "\"x\""},
      {"no keys", "{}"},
      {"an empty list", R"({"keys":[]})"},
      {"a key that is no object", R"({"keys":[1]})"},
      {"a key without id", R"({"keys":[{}]})"},
      {"a short id", R"({"keys":[{"kid":"00"}]})"},
      {"an id with dashes", R"({"keys":[{"kid":"00010203-0405-0607-0809-0a0b0c0d0e0f"}]})"},
      {"height is a text", R"({"keys":[)" + key_row(R"(,"height":"720")") + "]}"},
      {"height below 0", R"({"keys":[)" + key_row(R"(,"height":-1)") + "]}"},
      {"no life", "{" + keys + R"(,"license_seconds":0})"},
      {"an endless life", "{" + keys + R"(,"license_seconds":99999999999})"},
      {"persistent is a number", "{" + keys + R"(,"persistent":1})"},
      {"entitled is a text", "{" + keys + R"(,"entitled":"*"})"},
      {"entitled has a number", "{" + keys + R"(,"entitled":[1]})"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto title = parse_title(
        R"({"id":"m","name":"n","genre":"g","duration_seconds":1,"manifests":{"hls":"a.m3u8"},"drm":)" +
            c.drm + "}",
        "m");
    REQUIRE_FALSE(title.ok());
    CHECK(title.error().code == "bad_title");
  }
}

TEST_CASE("title_keys: read whole or not at all; an error says nothing of the keys") {
  const std::string good =
      R"({"keys":[{"kid":")" + kHex + R"(","key":"ffffffffffffffffffffffffffffffff"}]})";
  const auto keys = TitleKeys::parse(SecretText(good));
  REQUIRE(keys.ok());
  REQUIRE(keys.value().size() == 1);
  const ContentKey* const found = keys.value().find(*from_hex(kHex));
  REQUIRE(found != nullptr);
  CHECK(found->key == std::string(16, '\xff'));
  CHECK(keys.value().find(std::string(16, 'x')) == nullptr);
  const std::string bad_texts[] = {"{}", "nothing", R"({"keys":[{"kid":"00","key":"5ec1"}]})",
                                   R"({"keys":[{"kid":")" + kHex + R"(","key":"1"}]})",
                                   R"({"keys":[{"kid":")" + kHex + R"(","key":""}]})",
                                   R"({"keys":[{"kid":")" + kHex + R"("}]})",
                                   R"({"keys":[{"kid":")" + kHex + R"(","key":"ffff)", R"({"key":")",
                                   good.substr(0, good.size() - 1), std::string(2000, '[')};
  for (const std::string& bad : bad_texts) {
    const auto refused = TitleKeys::parse(SecretText(bad));
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == "keys_unreadable");
    CHECK(refused.error().message.find("5ec1") == std::string::npos);
  }
  const test::TempDir dir;
  const test::FixedClock clock(0);
  const Log log(clock, test::kNoLog);
  CHECK_FALSE(TitleKeys::read(dir.path() / "none", log).ok());
  CHECK_FALSE(TitleKeys::read(dir.path(), log).ok());
  dir.write("keys.json", good);
  CHECK(TitleKeys::read(dir.path() / "keys.json", log).ok());
  dir.write("keys.json", good + std::string(70'000, ' '));
  CHECK_FALSE(TitleKeys::read(dir.path() / "keys.json", log).ok());
}

TEST_CASE("license_rules: which pictures a level opens, and when to come back") {
  struct Case {
    int level, height;
    bool opens;
  };
  const Case cases[] = {{1000, 0, true},     {1000, 720, true},  {1000, 721, false},
                        {1000, 2160, false}, {2000, 1080, true}, {2000, 1081, false},
                        {2999, 2160, false}, {3000, 2160, true}, {3000, 4320, true}};
  for (const Case& c : cases) {
    CAPTURE(c.level);
    CAPTURE(c.height);
    CHECK(level_opens(c.level, c.height) == c.opens);
  }
  CHECK(renew_after_s(1000, 1100) == 1075);
  CHECK(renew_after_s(1000, 1002) == 1001);
  CHECK(renew_after_s(1000, 900) == 1000);
}
